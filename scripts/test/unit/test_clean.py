# SPDX-License-Identifier: GPL-2.0
"""`make clean` and `make distclean` remove build products, and nothing else."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import TOP, CheckoutTest

# What Kbuild leaves in kmod/ and beside Kbuild, each with its record.
BUILT = """kmod/parley.ko kmod/parley.o kmod/parley.mod kmod/parley.mod.o kmod/parley_main.o
    kmod/modules.order kmod/genl/helpers.o kmod/genl/helpers_kept.o modules.order Module.symvers
    .module-common.o""".split()


def record(file):
    path = pathlib.PurePath(file)
    return str(path.with_name(f".{path.name}.cmd"))


class Clean(CheckoutTest):
    def build(self):
        """Writes what a build leaves, and returns the names of the files."""
        made = ["kmod/parley.mod.c", "build/module-for", "build/program-sum", "build/module-sum", "build/kernel-state-build-kunit", "build/bench.json", "build/cover/index.html", "build/doc/index.html", "build/failures/arm64/none.output",
                "build/kunit/kmod/parley.ko", "build/family/mine/mine.ko", "build/family/mine/.parley-made", "kmod/rust-project.json",
                "build/new-family/mine.yaml", "build/course/mine/mine.yaml", "build/deb/parley_0.1.0_amd64.deb", "build/deb/parley-dkms_0.1.0_all.deb",
                "build/deb/.new.parley_0.1.0_amd64.deb", "build/fuzz/fuzz.log", "build/fuzz/properties.log",
                "build/rust-analyzer/sum", "scripts/test/__pycache__/rules.cpython-311.pyc"]
        for file in BUILT:
            self.write(self.checkout / record(file), f"savedcmd_{file} := gcc -o {file}\n")
        for file in BUILT + made:
            self.write(self.checkout / file)
        self.write(self.checkout / "build/deb/.parley-made", "".join(
            f"{hashlib.sha256(b'').hexdigest()}  {name}\n" for name in ("parley_0.1.0_amd64.deb", "parley-dkms_0.1.0_all.deb")))
        self.write(self.checkout / "build/rust-analyzer/sum",
                   f"{hashlib.sha256(b'').hexdigest()}  kmod/rust-project.json\n")
        tag = "user/target/CACHEDIR.TAG"
        self.write(self.checkout / tag, "# This file is a cache directory tag created by cargo.\n")
        self.write(self.checkout / "user/target/release/parley")
        return BUILT + [record(file) for file in BUILT] + made + ["build/deb/.parley-made", tag, "user/target/release/parley"]

    def files(self):
        return {str(path.relative_to(self.checkout)) for path in self.checkout.rglob("*")
                if not path.is_dir() or path.is_symlink()}

    def test_all_that_a_build_leaves_is_gone_and_nothing_else(self):
        before = self.files()
        self.build()
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.files(), before)
        self.assertFalse((self.checkout / "build").exists())

    def test_what_users_keep_beside_packages_inputs_and_modules_stays_and_is_named(self):
        self.build()
        made, kept, mine = (self.checkout / "build/family" / name for name in ("made", "kept", "mine"))
        for folder in (made, kept):
            files = ["made_main.rs", "family.rs", "genl/attr.rs", "Kbuild"]
            for name in files:
                self.write(folder / name, "made")
            self.write(folder / ".made_main.o.cmd", "savedcmd_made_main.o := rustc\n")
            self.write(folder / "made_main.o")
            sums = "".join(f"{hashlib.sha256(b'made').hexdigest()}  {name}\n" for name in files)
            self.write(folder / ".parley-made", sums)
        elsewhere = self.write(self.folder / "elsewhere/parley_1_all.deb", "mine")
        survive = [elsewhere, self.write(self.checkout / "build/deb/parley-dkms_0.1.0_all.deb", "changed"),
                   self.write(self.checkout / "build/deb/parley_0.1.0-mypatch_amd64.deb"), self.write(kept / "made_main.rs", "changed"), self.write(kept / "notes", "mine"),
                   self.write(mine / "mine_main.rs", "mine"), self.write(self.checkout / "build/deb/other_1_all.deb"),
                   *(self.write(self.checkout / "build/fuzz" / name) for name in
                     ("crash-1", "timeout-1", "oom-1", "leak-1", "corpus/1"))]
        target = self.write(self.checkout / "build/fuzz/target/CACHEDIR.TAG", "# created by cargo")
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([path for path in survive if not path.exists()], [])
        self.assertEqual(sorted(path.name for path in kept.iterdir()), ["made_main.rs", "notes"])
        self.assertFalse(made.exists() or target.exists())
        stays = [line.split()[-1] for line in result.stderr.splitlines() if "kept, because" in line]
        self.assertEqual(stays, ["build/deb", "build/fuzz", "build/family/kept", "build/family/mine"])
        # In a user's repository, the sources are the user's, too, and so is the target of a link.
        for name in (".git/HEAD", "family.rs"):
            self.write(kept / name, "made")
        self.write(kept / ".parley-made", sums)
        shutil.rmtree(self.checkout / "build/deb")
        (self.checkout / "build/deb").symlink_to(elsewhere.parent)
        self.run_here("make", "clean")
        self.assertTrue((kept / "family.rs").exists() and elsewhere.exists())

    def test_names_that_only_begin_like_a_product_s_stay(self):
        mine = ("build/unfinished-business.patch", "build/kernel-state-of-the-art.md", "build/family/vendor/vendor.ko")
        for name in mine:
            self.write(self.checkout / name, "mine")
        self.build()
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        for name in mine:
            self.assertEqual((self.checkout / name).read_text(), "mine")

    def test_a_link_in_the_place_of_a_product_s_folder_is_not_followed(self):
        self.write(self.folder / "mine/user/notes", "mine")
        (self.checkout / "build").mkdir()
        (self.checkout / "build/doc").symlink_to(self.folder / "mine")
        result = self.in_lib("remove_built build/doc/user")
        self.assertIn("elsewhere, through a symbolic link: build/doc/user", result.stderr)
        self.assertEqual((self.folder / "mine/user/notes").read_text(), "mine")

    def test_a_user_s_repository_in_the_place_of_a_product_stays(self):
        for name in ("build/book/.git", "build/new-family/.git/HEAD"):
            self.write(self.checkout / name)
        before = self.files()
        self.build()
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        for name in ("build/book", "build/new-family"):
            self.assertIn(f"kept, because not all of it is parley's: {name}\n", result.stderr)
        self.assertEqual(before - self.files(), set())
        result = self.in_lib("remove_built build/book")
        self.assertIn("is a user's, because it contains .git: build/book", result.stderr)
        self.assertEqual(before - self.files(), set())

    def test_without_cargo_it_is_the_same(self):
        before = self.files()
        self.build()
        result = self.run_here("make", "clean", path=self.basic_path("make"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.files(), before)

    def test_a_project_file_that_somebody_has_written_survives(self):
        file = self.checkout / "kmod/rust-project.json"
        for made in (False, True):
            if made:
                self.build()
            file.write_text("mine")
            result = self.run_here("scripts/build/rust-project")
            self.assertIn("rust-project.json has changed since this script wrote it", result.stderr)
            self.run_here("make", "clean")
            self.assertEqual(file.read_text(), "mine")

    def test_files_of_the_user_and_a_branch_named_like_an_object_survive(self):
        self.git("init", "--quiet")
        self.git("add", "Makefile")
        self.git("commit", "--quiet", "-m", "one")
        self.git("branch", "x.o")
        self.git("branch", "y/a.rmeta")
        for name in ("mine/mine.yaml", "mine/mine_main.rs", "mine/a.o", "mine/.a.o.cmd",
                     "mine/.tmp_a", "mine/a.mod.c", "mine/liba.rmeta",
                     "kmod/other.o", "kmod/.tmp_mine", "kmod/genl/other.rmeta", "kmod/parley.model",
                     "build/mine.txt", "build/vm/mine.txt", "build/vm/shared/mine.csv", "build/mine/a.o", "user/target/mine.txt", "top.o"):
            self.write(self.checkout / name, "mine")
        self.write(self.checkout / "kmod/.other.o.cmd", "mine")
        before = self.files()
        self.build()
        (self.checkout / "user/target/CACHEDIR.TAG").unlink()
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(before - self.files(), set())
        branches = subprocess.run(["git", "branch"], cwd=self.checkout, capture_output=True,
                                  text=True, check=True).stdout
        self.assertIn("x.o", branches)
        self.assertIn("y/a.rmeta", branches)

    def test_what_docs_have_in_build_vm_goes_if_it_is_what_the_scripts_wrote(self):
        vm = self.checkout / "build/vm"
        made = {"hello.log": "<6>[ 0.0] Linux\n<12>[ 9.0] parley-vm: the guest is done\n",
                "shared/version": "Linux version 7.3.4-parley (root@vm)\n", "report/output.txt": "x",
                "report/.parley-report": "".join(f"{hashlib.sha256(b'x').hexdigest()}  {name}\n" for name in ("junit.xml", "output.txt")), "report/junit.xml": "x"}
        for name, text in made.items():
            self.write(vm / name, text)
        self.assertEqual(self.run_here("make", "clean").returncode, 0)
        self.assertFalse(vm.exists())
        for name in ("hello.log", "shared/version", "report/junit.xml", "report/results.ktap", "report/output.txt"):
            self.write(vm / name, "mine")
        before = self.files()
        self.assertEqual(self.run_here("make", "clean").returncode, 0)
        self.assertEqual(before - self.files(), set())
        # The report of a run has been edited since.
        self.write(vm / "report/.parley-report", made["report/.parley-report"])
        self.assertEqual(self.run_here("make", "clean").returncode, 0)
        self.assertEqual(before - self.files(), set())
        # A run that was killed has not listed all its files.
        self.write(vm / "report/.parley-report", "# the run has not ended\n")
        self.assertEqual(self.run_here("make", "clean").returncode, 0)
        self.assertEqual(before - self.files(), {"build/vm/report/output.txt"})

    def test_a_repository_in_the_cache_survives(self):
        self.build()
        kept = [self.cache / "linux-7.3.4/.git/HEAD", self.cache / "kernel/default-0123456789ab/.git/HEAD"]
        for file in kept:
            self.write(file, "mine")
        self.write(self.cache / "linux-7.3.4/.parley-fetched", f"{self.cache}/linux-7.3.4\n")
        result = self.run_here("make", "distclean")
        self.assertEqual([file for file in kept if not file.exists()], [])
        self.assertIn(str(self.cache / "linux-7.3.4"), result.stderr.partition("not removed")[2])

    def test_what_a_link_named_build_leads_to_survives(self):
        kept = self.write(self.folder / "elsewhere/doc/mine.txt", "mine")
        (self.checkout / "build").symlink_to(self.folder / "elsewhere")
        for words in (("make", "clean"), ("scripts/build/doc",), ("scripts/build/alone", "true")):
            result = self.run_here(*words)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("build is a symbolic link", result.stderr)
        self.assertTrue(kept.exists())

    def test_what_links_in_build_and_beside_the_scripts_lead_to_survives(self):
        kept = [self.write(self.folder / f"elsewhere/{name}", "mine") for name in
                ("hello.log", "shared/version", "version", "scripts/lib.cpython-312.pyc")]
        for link, to in (("build/vm", ""), ("build/vm/shared", ""), ("scripts/__pycache__", "scripts")):
            link = self.checkout / link
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.folder / "elsewhere" / to)
            self.assertEqual(self.run_here("make", "clean").returncode, 0)
            self.assertEqual([path for path in kept if not path.exists()], [], link)
            link.unlink(missing_ok=True)

    @unittest.skipIf(subprocess.run(["unshare", "-rm", "true"], check=False).returncode,
                     "this machine lets no user mount")
    def test_what_is_mounted_in_what_was_built_survives(self):
        kept = self.write(self.folder / "precious/file", "precious")
        for place in (self.checkout / "build/doc/mine", self.checkout / "user/target/release/mine",
                      self.cache / "linux-7.3.4/mine",
                      self.cache / "kernel/default-0123456789ab/m i n e"):
            with self.subTest(place):
                self.build()
                self.write(self.cache / "linux-7.3.4/.parley-fetched", f"{self.cache}/linux-7.3.4\n")
                place.mkdir(parents=True)
                case = f"mount --bind '{kept.parent}' '{place}' && make -s distclean"
                result = self.run_here("unshare", "-rm", "sh", "-c", case)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(str(place), result.stderr)
                self.assertTrue(kept.exists())
                place.rmdir()

    def test_distclean_spares_what_links_and_names_in_the_cache_only_resemble(self):
        kept = [self.write(self.folder / "chroots/bookworm/file"),
                self.write(self.cache / "linux.config"),
                self.write(self.cache / "linux-7.3.4-mypatches/0001.patch"),
                self.write(self.folder / "bigdisk/.done")]
        (self.cache / "root").symlink_to(self.folder / "chroots")
        self.assertNotEqual(self.run_here("make", "distclean").returncode, 0)
        (self.cache / "root").unlink()
        (self.cache / "kernel").mkdir(exist_ok=True)
        (self.cache / "kernel/default-0123456789ab").symlink_to(self.folder / "bigdisk")
        self.run_here("make", "distclean")
        for file in kept:
            self.assertTrue(file.exists(), file)

    def test_what_other_projects_built_in_a_shared_target_folder_survives(self):
        shared = self.folder / "shared"
        self.write(shared / "CACHEDIR.TAG", "# This file is a cache directory tag created by cargo.")
        kept = self.write(shared / "release/other")
        result = self.run_here("make", "clean", env={"CARGO_TARGET_DIR": str(shared)})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(kept.exists())

    def test_what_a_link_in_place_of_cargo_s_folder_leads_to_survives(self):
        tag = "# This file is a cache directory tag created by cargo."
        kept = [self.write(self.folder / f"shared/{name}CACHEDIR.TAG", tag) for name in ("", "api/")]
        target = self.checkout / "user/target"
        target.symlink_to(self.folder / "shared")
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(target.is_symlink() and all(file.exists() for file in kept), result.stderr)

    def test_the_docs_of_others_in_a_shared_target_folder_survive(self):
        kept = [self.write(self.folder / "shared" / name) for name in ("doc/other/index.html", "docs/thesis")]
        (self.checkout / "user/target").symlink_to(self.folder / "shared")
        for tool in ("cargo", "rustdoc"):
            self.fake(tool, "exit 1")
        self.assertNotEqual(self.run_here("scripts/build/doc").returncode, 0)
        self.assertTrue(all(file.exists() for file in kept))

    def test_building_in_a_debian_root_spares_the_objects_of_the_user(self):
        kept = self.write(self.checkout / "kmod/other.o", "mine")
        tree = self.cache / "kernel/debian-0123456789ab/root/usr/src/linux-headers-7"
        self.write(tree / ".config")
        self.write(self.cache / "kernel/debian-0123456789ab/root/build/parley/kmod/parley.ko")
        # Fakes for the tools in the Debian root.
        self.fake("unshare", "exit 0")
        self.fake("sudo", 'case "$*" in *" tar -x"*) cat >/dev/null ;; esac\n'
                  'while [ "$1" != rm ] && [ "$1" != unshare ] && [ $# -gt 0 ]; do shift; done')
        self.fake("rm", 'case "$*" in */root/build/parley*) ;; *) exec /bin/rm "$@" ;; esac')
        result = self.run_here("scripts/build/module", tree)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(kept.exists())

    def test_after_a_real_build_git_sees_no_file_that_was_not_there_before(self):
        kernel = subprocess.run([TOP / "scripts/build/kernel", "--path", "default"], text=True,
                                capture_output=True, check=False).stdout.strip()
        if not kernel or not pathlib.Path(kernel, ".done").exists():
            self.skipTest("the kernel is not built; run: make kernel")
        self.git("init", "--quiet")
        self.git("add", ".")
        before = self.files()
        # Use this machine's own cache, because its tools built the kernel.
        built = self.run_script(self.checkout / "scripts/build/module", kernel, cwd=self.checkout)
        self.assertEqual(built.returncode, 0, built.stderr)
        self.assertIn("kmod/parley.ko", self.files())
        result = self.run_here("make", "clean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.files(), before)


class Distclean(CheckoutTest):
    def fill(self):
        names = ["accel", "apt.log", "packages.log", "env.sh", "setup.stamp", "setup.lock", "python/bin/vng",
                 "bindgen/bin/bindgen", "linux-7.3.4/Makefile", "rust-src-1.95.0/core/lib.rs",
                 "linux-of-testing", "linux-7.4.0-rc1/Makefile",
                 "kernel/default-0123456789ab/.done", "kernel/default-0123456789ab/.config",
                 "kernel/ci-arm-ba9876543210/.config", "deny/bin/cargo-deny", "cross/debug/a",
                 "mdbook/bin/mdbook", "mdbook.log"]
        for name in ("linux-7.3.4", "linux-7.4.0-rc1", "rust-src-1.95.0"):
            self.write(self.cache / name / ".parley-fetched", f"{self.cache / name}\n")
        for name in (*names, "crate-fetch.Ab01Yz/crate"):
            self.write(self.cache / name)

    def test_the_cache_goes_without_cargo_and_without_sudo(self):
        self.fill()
        self.fake("sudo", f"echo \"$@\" >>{self.folder}/sudo")
        path = f"{self.folder}/bin:{self.basic_path('make')}"
        result = self.run_here("make", "distclean", path=path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse(self.cache.exists())
        self.assertFalse((self.folder / "sudo").exists())
        self.assertTrue(self.cache.parent.exists())

    def test_a_file_of_another_program_in_the_cache_stays_and_is_named(self):
        self.fill()
        kept = self.write(self.cache / "vocabulary.xml")
        odd = self.write(self.cache / "kernel/notes/mine.txt")
        own = self.write(self.cache / "linux-7.3.5/patched.c")
        # This record came along with a copy.
        self.write(own.parent / ".parley-fetched", f"{self.cache}/linux-7.3.4\n")
        result = self.run_here("make", "distclean")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("vocabulary.xml", result.stderr)
        self.assertTrue(kept.exists() and odd.exists())
        self.assertEqual(sorted(path.name for path in self.cache.iterdir()),
                         [".parley-cache", "kernel", "linux-7.3.5", "vocabulary.xml"])
        self.assertIn(str(own.parent), result.stderr)

    def test_a_folder_of_another_program_in_place_of_the_cache_is_not_touched(self):
        (self.cache / ".parley-cache").unlink()
        kept = self.write(self.cache / "python/mine.py")
        for words in (("make", "distclean"), ("scripts/setup", "--check"), ("scripts/build/alone", "true")):
            result = self.run_here(*words)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("this is not the cache of these scripts", result.stderr)
        self.assertEqual(list(self.cache.rglob("*")), [kept.parent, kept])

    def test_a_cache_at_the_root_of_all_files_is_refused(self):
        self.fake("rm", f"echo \"$@\" >>{self.folder}/rm")
        result = self.run_here("scripts/build/clean", "--cache", env={"XDG_CACHE_HOME": "/"})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("the root folder", result.stderr)
        removed = re.sub("(kmod|build/deb)/parley", "", (self.folder / "rm").read_text())
        self.assertNotIn("/parley", removed)

    def test_without_home_nothing_is_removed(self):
        self.fake("rm", f"echo \"$@\" >>{self.folder}/rm")
        self.fake("sudo", f"echo \"$@\" >>{self.folder}/rm")
        result = self.run_here("make", "distclean", env={"HOME": ""})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("neither HOME nor XDG_CACHE_HOME is set", result.stderr)
        self.assertFalse((self.folder / "rm").exists())

    def test_a_cache_that_is_a_symbolic_link_is_refused(self):
        other = self.write(self.folder / "other/python/mine.txt")
        (self.cache / ".parley-cache").rename(self.folder / "other/.parley-cache")
        self.cache.rmdir()
        self.cache.symlink_to(self.folder / "other")
        result = self.run_here("make", "distclean")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("symbolic link", result.stderr)
        self.assertTrue(other.exists() and self.cache.is_symlink())

    def test_kernels_to_which_a_symbolic_link_leads_stay(self):
        other = self.write(self.folder / "other/default-0123456789ab/.done")
        self.cache.mkdir(parents=True, exist_ok=True)
        (self.cache / "kernel").symlink_to(self.folder / "other")
        (self.cache / "linux-7.3.4").symlink_to(self.folder / "other")
        result = self.run_here("make", "distclean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(other.exists())
        self.assertFalse(self.cache.exists())

    def test_a_kernel_that_is_in_use_stays(self):
        self.fill()
        done = self.cache / "kernel/default-0123456789ab/.done"
        with subprocess.Popen(["flock", "--shared", done, "sh", "-c", "echo held; read word"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
            user.stdout.readline()
            result = self.run_here("make", "distclean")
            self.assertTrue((done.parent / ".config").exists())
            user.communicate("go on\n")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("in use", result.stderr)
        self.assertFalse((self.cache / "python").exists())

    def test_a_run_that_uses_the_cache_in_another_checkout_is_not_disturbed(self):
        other = self.copy_of_checkout(self.folder / "other")
        self.fill()
        with subprocess.Popen(
                [other / "scripts/build/alone", "sh", "-c", "echo held; read word"], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**os.environ, "HOME": str(self.home), "XDG_CACHE_HOME": ""}) as user:
            user.stdout.readline()
            before = sorted(self.home.rglob("*"))
            result = self.run_here("make", "distclean")
            self.assertEqual(sorted(self.home.rglob("*")), before)
            user.communicate("go on\n")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f"another run uses the cache (process {user.pid}: sh -c", result.stderr)

    def test_root_is_asked_only_for_what_a_plain_rm_could_not_remove_and_is_told(self):
        self.fill()
        build = self.cache / "kernel/debian-0123456789ab"
        self.write(build / "root/etc/passwd")
        # Only root may remove that folder.
        self.fake("id", "echo 1000")
        self.fake("rm", f'case "$*" in *{build}) exit 1 ;; *) exec /bin/rm "$@" ;; esac')
        self.fake("sudo", f'echo "$*" >>{self.folder}/sudo; [ "$1" != -- ] || shift\n'
                          '[ "$1" != env ] || shift; shift; exec /bin/rm "$@"')
        result = self.run_here("make", "distclean")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse(self.cache.exists())
        self.assertEqual((self.folder / "sudo").read_text(),
                         f"-- env rm -rf --one-file-system -- {build}\n")
        self.assertIn(f"as root: rm -rf --one-file-system {build}", result.stderr)
