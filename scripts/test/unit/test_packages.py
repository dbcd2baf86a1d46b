# SPDX-License-Identifier: GPL-2.0
"""scripts/pack/deb, scripts/pack/dkms-source and scripts/debian-headers.

The packages themselves are installed, upgraded and removed by scripts/pack/deb-test.
"""
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import unittest

from support import TOP, CheckoutTest, ScriptTest, listing

PROGRAM = """#!/bin/sh
case $1 in
man) echo ".TH PARLEY 1" >"$2/parley.1" ;;
completions) echo "# for $2" ;;
esac
"""
# Keeps only the control file of a package. Fails for the package FAIL.
DPKG_DEB = """case $3 in *"/$FAIL") echo 'dpkg-deb: error: no space left' >&2; exit 2 ;; esac
cp "$3/DEBIAN/control" "$4"
"""
RELEASE = "7.3.9+deb13-amd64"


class Deb(ScriptTest):
    """Packages of a program that is a script, made by fakes of dpkg's tools."""

    def setUp(self):
        super().setUp()
        self.checkout = self.folder / "checkout"
        for name in ("Kbuild", "kmod", "LICENSES", "scripts"):
            copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
            self.checkout.mkdir(exist_ok=True)
            copy(TOP / name, self.checkout / name)
        (self.checkout / "user").mkdir()
        shutil.copy(TOP / "user/Cargo.toml", self.checkout / "user")
        self.out = self.checkout / "build/deb"
        self.out.mkdir(parents=True)
        self.earlier = self.out / "parley_0.0.1_amd64.deb"
        self.earlier.write_text("earlier")
        self.made = self.out / ".parley-made"
        self.made.write_text(f"{hashlib.sha256(b'earlier').hexdigest()}  {self.earlier.name}\n")
        self.precious = self.out / "precious.deb"
        self.precious.write_text("precious")
        program = self.folder / "parley"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        self.fake("dpkg", "echo amd64")
        self.fake("dpkg-shlibdeps", "echo 'shlibs:Depends=libc6 (>= 2.34) & | more'")
        self.fake("strip", "")
        self.fake("dpkg-deb", DPKG_DEB)
        # Another test covers the crates and their notices.
        (self.checkout / "scripts/pack/debian/copyright.py").write_text("print('copyright')\n")
        self.fake("cargo", "exit 1")
        self.env = {"PARLEY_PROGRAM": str(program), "DEBFULLNAME": "A B", "DEBEMAIL": "a@b.c"}

    def deb(self, **env):
        return self.run_script(self.checkout / "scripts/pack/deb", env={**self.env, **env})

    def control(self, package):
        [file] = self.out.glob(f"{package}_0.1*.deb")
        return dict(re.findall(r"^([A-Z][\w-]*): (.*)$", file.read_text(), re.M))

    def test_a_maintainer_s_name_is_not_syntax_of_sed_or_bash(self):
        for name in ("AC/DC & Sons", "back\\slash \\1", "a|pipe", "$HOME `id` @VERSION", "Zoë"):
            with self.subTest(name):
                result = self.deb(DEBFULLNAME=name)
                self.assertEqual(result.returncode, 0, result.stderr)
                for package in ("parley", "parley-dkms"):
                    self.assertEqual(self.control(package)["Maintainer"], f"{name} <a@b.c>")
        self.assertEqual(self.control("parley")["Depends"], "libc6 (>= 2.34) & | more")

    def test_a_maintainer_that_is_none_is_refused(self):
        for name, address in (("A\nDepends: evil", "a@b.c"), ("A <x>", "a@b.c"), ("A", "a@b c"),
                              ("A", "ab")):
            result = self.deb(DEBFULLNAME=name, DEBEMAIL=address)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("maintainer", result.stderr)

    def test_a_warning_of_cargo_fails_the_check_of_the_package(self):
        self.fake("cargo", "echo 'warning: the manifest has no license' >&2")
        grep = shutil.which("grep")
        for env, broken, says in (({}, "", "cargo warns"), ({"POSIXLY_CORRECT": "1"}, "", "cargo warns"),
                                  ({}, "exit 2", "cannot look for warnings")):
            self.fake("grep", f'case $* in *^warning*) {broken or ":"} ;; esac; exec {grep} "$@"')
            done = self.run_script(self.checkout / "scripts/pack/package", env={**self.env, **env})
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(says, done.stderr)

    def test_if_a_package_cannot_be_made_the_folder_is_as_it_was(self):
        for package in ("parley", "parley-dkms"):
            result = self.deb(FAIL=package)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("no space left", result.stderr)
            self.assertIn("build/deb has not changed", result.stderr)
            self.assertEqual(sorted(self.out.iterdir()), [self.made, self.earlier, self.precious])

    def test_if_it_is_ended_at_the_last_moment_the_earlier_package_is_there(self):
        self.fake("mv", "exit 1")
        self.assertNotEqual(self.deb().returncode, 0)
        self.assertEqual(self.earlier.read_text(), "earlier")
        (self.folder / "bin/mv").unlink()
        self.assertEqual(self.deb().returncode, 0)
        self.assertEqual([path for path in self.out.iterdir() if path.name.startswith(".")], [self.made])

    def test_what_a_link_in_its_place_leads_to_survives(self):
        self.out.rename(self.folder / "mine")
        self.out.symlink_to(self.folder / "mine")
        self.assertNotEqual(self.deb().returncode, 0)
        self.assertTrue((self.folder / "mine" / self.earlier.name).exists())

    def test_if_the_program_fails_the_folder_is_as_it_was(self):
        self.fake("parley", "echo 'no manual pages' >&2; exit 1")
        result = self.deb(PARLEY_PROGRAM=str(self.folder / "bin/parley"))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("no manual pages", result.stderr)
        self.assertEqual(sorted(self.out.iterdir()), [self.made, self.earlier, self.precious])

    def test_a_missing_tool_is_named(self):
        (self.folder / "bin/strip").unlink()
        tools = self.folder / "tools"
        tools.mkdir()
        for tool in ("bash", "env", "dirname", "basename", "id", "stat", "cat", "realpath"):
            (tools / tool).symlink_to(shutil.which(tool))
        result = self.run_script(self.checkout / "scripts/pack/deb", env=self.env,
                                 path=f"{self.folder}/bin:{tools}")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("strip is missing", result.stderr)

    def test_the_folders_of_make_install_are_not_those_of_the_package(self):
        self.fake("dpkg-deb", 'cp "$3/DEBIAN/md5sums" "$4"')
        result = self.deb(bindir="/opt", mandir="/opt", fishcompletiondir="/opt")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("opt", (self.out / "parley_0.1.0_amd64.deb").read_text())

    def test_a_package_that_was_changed_is_not_replaced(self):
        self.assertEqual(self.deb().returncode, 0)
        package = self.out / "parley-dkms_0.1.0_all.deb"
        package.write_text("changed")
        before = listing(self.out)
        result = self.deb()
        self.assertEqual((result.returncode, listing(self.out)), (1, before), result.stderr)
        self.assertIn(f"build/deb/{package.name} that is there, or it has changed", result.stderr)

    def test_earlier_packages_go_and_the_user_s_own_stay(self):
        mine = self.out / "parley_0.1.0-mypatch_amd64.deb"
        mine.write_text("mine")
        new = [self.made.name, "parley-dkms_0.1.0_all.deb", mine.name, "parley_0.1.0_amd64.deb", "precious.deb"]
        for changed in ("", "changed"):
            self.earlier.write_text(changed or "earlier")
            result = self.deb()
            self.assertEqual(result.returncode, 0, result.stderr)
            kept = [self.earlier.name] if changed else []
            self.assertEqual(sorted(path.name for path in self.out.iterdir()), sorted(new + kept))
            for name in (mine.name, *kept):
                self.assertIn(f"kept, because this script has not built it: build/deb/{name}", result.stderr)
            checked = self.run_script("sha256sum", "--check", self.made.name, cwd=self.out)
            self.assertEqual((checked.returncode, checked.stdout.count("OK")), (0, 2), checked.stdout)

    def test_changes_that_are_not_committed_are_told_in_the_changelog(self):
        self.fake("dpkg-deb", 'cp "$3"/usr/share/doc/*/changelog.gz "$4"')
        # The files built in this checkout were copied, too.
        shutil.copy(TOP / ".gitignore", self.checkout)
        commit = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "one"]
        for words in (["git", "init", "-q"], ["git", "add", "."], commit):
            self.assertEqual(self.run_script(*words, cwd=self.checkout).returncode, 0)
        (self.checkout / "notes").write_text("not tracked")
        for changed in (False, True):
            if changed:
                (self.checkout / "kmod/genl.rs").write_text("changed")
            self.assertEqual(self.deb().returncode, 0)
            for package in self.out.glob("parley*_0.1*.deb"):
                text = gzip.decompress(package.read_bytes()).decode()
                self.assertRegex(text, r"As of the commit [0-9a-f]{12}"
                                 + (r", with changes that are not committed\." if changed else r"\."))

    def test_a_program_that_was_built_with_other_flags_is_not_packed(self):
        program = self.checkout / "user/target/release/parley"
        self.fake("cargo", f"mkdir -p {program.parent}; printf '{PROGRAM}' >{program}; echo \"# $RUSTFLAGS\" >>{program}; "
                           f"chmod +x {program}")
        self.fake("strip", f'cp "${{!#}}" {self.folder}/packed')
        for flags in ("", "-C debuginfo=2", ""):
            result = self.deb(PARLEY_PROGRAM="", RUSTFLAGS=flags)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual((self.folder / "packed").read_text().splitlines()[-1], f"# {flags}")

    def test_the_test_of_packages_makes_them_and_keeps_others_out(self):
        kernel = self.checkout / "scripts/build/kernel"
        kernel.write_text(f'#!/bin/bash\necho "$PARLEY_ALONE" >{self.folder}/alone; exit 1\n')
        package = self.out / "parley_0.1.0_amd64.deb"
        for old in ("parley_0.1.0_amd64.deb", "parley-dkms_0.1.0_all.deb"):
            (self.out / old).write_text("old")
            with self.made.open("a") as made:
                made.write(f"{hashlib.sha256(b'old').hexdigest()}  {old}\n")
        result = self.run_script(self.checkout / "scripts/pack/deb-test", "kernel", env=self.env)
        self.assertNotEqual(result.returncode, 0)
        self.assertNotEqual(package.read_text(), "old", result.stderr)
        self.assertTrue((self.folder / "alone").read_text().endswith(f" {self.checkout}\n"))
        result = self.run_script(self.checkout / "scripts/pack/deb-test", "bogus", env=self.env)
        self.assertIn("unknown argument: bogus", result.stderr)

    @unittest.skipIf(os.geteuid(), "only root can give a checkout to somebody else")
    def test_root_makes_none_in_the_checkout_of_another(self):
        os.chown(self.checkout, 12345, 12345)
        result = self.deb()
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("make deb", result.stderr)

    def test_the_dkms_that_the_module_needs_is_one_that_knows_its_directives(self):
        conf = (TOP / "scripts/pack/dkms.conf").read_text()
        self.assertIn("BUILD_EXCLUSIVE_KERNEL_MIN=", conf)
        self.deb()
        # The first version with this and BUILD_EXCLUSIVE_CONFIG, by Debian's changelog of dkms.
        self.assertEqual(self.control("parley-dkms")["Depends"], "dkms (>= 3.0.11)")


class Copyright(ScriptTest):
    def copyright(self, package):
        result = self.run_script("python3", "-B", TOP / "scripts/pack/debian/copyright.py", package)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_every_crate_that_is_linked_has_its_notice_and_every_licence_its_text(self):
        text = self.copyright("parley")
        # Unlike in the script, they are found along the dependencies in Cargo.lock.
        metadata = subprocess.run(
            ["cargo", "tree", "--locked", "--manifest-path", TOP / "user/Cargo.toml",
             "--package", "parley", "--edges", "normal", "--prefix", "depth", "--format", "\t{p}"],
            check=True, capture_output=True, text=True).stdout
        linked, skip = set(), None
        for depth, what in re.findall(r"^(\d+)\t(.*)$", metadata, re.M):
            if skip is not None and int(depth) > skip:
                continue
            skip = int(depth) if "(proc-macro)" in what else None
            if skip is None and "parley" not in what:
                linked.add("-".join(what.split()[:2]).replace("-v", "-"))
        self.assertGreater(len(linked), 10)
        stanzas = dict(re.findall(r"^Files: crates/(\S+)/\*\nCopyright: (.*)$", text, re.M))
        self.assertEqual(set(stanzas), linked)
        self.assertNotIn("", stanzas.values())
        named = {each for line in re.findall(r"^License: (.*)$", text, re.M)
                 for each in line.split(" or ")}
        given = set(re.findall(r"^License: (.*)\n ", text, re.M))
        self.assertIn("BSD-3-clause", named)
        self.assertEqual(named, given)
        for words in ("Redistribution and use in source", "Permission is hereby granted",
                      "Carl Lerche"):
            self.assertIn(words, text)

    def test_the_sources_of_the_module_have_no_crates(self):
        text = self.copyright("parley-dkms")
        self.assertIn("BSD-3-clause", text)
        self.assertNotIn("crates/", text)

    def test_a_crate_of_an_unknown_licence_is_refused(self):
        script = self.folder / "scripts/pack/debian/copyright.py"
        script.parent.mkdir(parents=True)
        text = (TOP / "scripts/pack/debian/copyright.py").read_text()
        script.write_text(text.replace('    "MIT": "Expat",\n', "")
                          .replace("parents[3]", f"parents[3] / '{TOP}'"))
        result = self.run_script("python3", "-B", script, "parley")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("licence that is not known", result.stderr)


class DkmsSource(ScriptTest):
    def test_if_it_fails_halfway_no_folder_is_left_that_dkms_takes_for_whole(self):
        self.fake("install", 'case "$*" in *parley_main.rs*) exit 1 ;; esac; exec /usr/bin/install "$@"')
        result = self.run_script(TOP / "scripts/pack/dkms-source", self.folder / "src")
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(list((self.folder / "src").iterdir()), [])

    def test_what_is_there_is_not_replaced(self):
        for make in (lambda path: path.mkdir(), lambda path: path.symlink_to("/nowhere")):
            there = self.folder / "src/parley-0.1.0"
            shutil.rmtree(there.parent, ignore_errors=True)
            there.parent.mkdir()
            make(there)
            result = self.run_script(TOP / "scripts/pack/dkms-source", there.parent)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(str(there), result.stderr)
            self.assertEqual(list(there.parent.iterdir()), [there])

    def test_cdpath_leads_it_nowhere_else(self):
        """With CDPATH, `cd scripts/..` looks there first, and `cd` prints the folder it found."""
        other = self.folder / "other"
        (other / "scripts").mkdir(parents=True)
        (other / "src").mkdir()
        result = self.run_script("scripts/pack/dkms-source", self.folder / "src", cwd=TOP,
                                 env={"CDPATH": str(other)}, preexec_fn=lambda: os.umask(0o077))
        self.assertEqual(result.returncode, 0, result.stderr)
        [made] = (self.folder / "src").iterdir()
        self.assertEqual(result.stdout, f"{made}\n")
        self.assertTrue((made / "kmod/parley_main.rs").is_file())
        for path in [made, *made.rglob("*")]:
            self.assertEqual(oct(path.stat().st_mode)[-3:], "755" if path.is_dir() else "644")


class DkmsFiles(CheckoutTest):
    def packed(self):
        shutil.rmtree(self.folder / "src", ignore_errors=True)
        result = self.run_here("scripts/pack/dkms-source", self.folder / "src")
        self.assertEqual(result.returncode, 0, result.stderr)
        made = self.folder / "src/parley-0.1.0"
        return {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}

    def test_a_file_that_git_does_not_track_is_refused_even_if_it_is_ignored(self):
        self.git("init", "--quiet")
        self.git("add", ".")
        before = self.packed()
        self.assertLess({"Kbuild", "kmod/Kbuild", "kmod/parley_main.rs", "kmod/genl/helpers.c", "dkms.conf"}, before)
        for name in ("parley.mod.c", ".module-common.c", "parley.o", ".parley.o.cmd", "genl/helpers.o"):
            self.write(self.checkout / "kmod" / name, "made")
        excludes, settings = self.write(self.folder / "excludes"), self.folder / "settings"
        settings.write_text(f"[core]\n\texcludesFile = {excludes}\n")
        mine = [self.checkout / name for name in ("kmod/mine.rs", "kmod/genl/secret.c", "kmod/x/Kbuild")]
        for ignored in ("", "mine.rs\nsecret.c\nx/\n"):
            excludes.write_text(ignored)
            for file in mine:
                self.write(file, "mine")
                result = self.run_here("scripts/pack/dkms-source", self.folder / "refused",
                                       env={"GIT_CONFIG_GLOBAL": str(settings)})
                self.assertEqual(result.returncode, 1)
                self.assertIn(f"\n  {file.relative_to(self.checkout)}\n", result.stderr)
                self.assertEqual(list((self.folder / "refused").iterdir()), [])
                file.unlink()
        self.assertEqual(self.packed(), before)
        if not os.geteuid():
            os.chown(self.checkout, 12345, 12345)
            os.chown(self.checkout / ".git", 12345, 12345)
            self.assertEqual(self.packed(), before)
        # If git fails, the script must not pack all files instead.
        self.fake("git", "exit 1")
        shutil.rmtree(self.folder / "src")
        self.assertNotEqual(self.run_here("scripts/pack/dkms-source", self.folder / "src").returncode, 0)
        # Sources outside a repository are packed whole.
        shutil.rmtree(self.checkout / ".git")
        self.write(mine[0], "mine")
        self.assertEqual(self.packed(), before | {"kmod/mine.rs"})


class DebTest(ScriptTest):
    def test_its_inner_half_mounts_nothing_on_this_machine(self):
        (self.folder / "root").mkdir()
        for words in (["kernel", "/", self.folder], ["kernel", "/", self.folder,
                      os.readlink("/proc/self/ns/mnt")]):
            result = self.run_script(TOP / "scripts/pack/deb-test", "--inside", *words)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("for this script alone", result.stderr)
            self.assertEqual([path.name for path in self.folder.iterdir()], ["root"])


def in_namespace(*command):
    return ["unshare", "-rm", *command]


@unittest.skipIf(subprocess.run(in_namespace("true"), check=False, capture_output=True).returncode,
                 "this machine lets no user mount")
class DebianHeaders(ScriptTest):
    """Each test has a /usr/src of its own, in a namespace."""

    def setUp(self):
        super().setUp()
        self.headers = self.folder / f"src/linux-headers-{RELEASE}"
        for name in ("rust/libkernel.rmeta", "rust/libcore.rmeta", "scripts/target.json",
                     "scripts/precious"):
            (self.headers / name).parent.mkdir(parents=True, exist_ok=True)
            (self.headers / name).write_text("made")
        self.list = self.headers / ".parley-added"
        self.lines = [f"/usr/src/linux-headers-{RELEASE}/{name}" for name in
                      ("rust/libcore.rmeta", "scripts/target.json", "rust/libkernel.rmeta")]

    # What dpkg-query reports as belonging to a package.
    packaged = "none"
    apt = "false"
    script = TOP / "scripts/debian-headers"

    def headers_script(self, *arguments, env=None):
        for name in ("apt-get", "make", "dpkg-query"):
            self.fake(name, f"echo \"$0 $*\" >>'{self.folder}/called'\n"
                      f"[[ $* = -W* || $0 = */dpkg-query && $2 = */{self.packaged} ]] || {self.apt}")
        return self.run_script(*in_namespace(
            "sh", "-c", 'mount --bind "$1" /usr/src && shift && exec "$@"', "sh",
            self.folder / "src", self.script, *arguments, RELEASE), env=env)

    def left(self):
        return sorted(str(path.relative_to(self.headers)) for path in self.headers.rglob("*")
                      if path.is_file() and path != self.list)

    def test_it_removes_what_it_added_and_nothing_else(self):
        self.list.write_text("\n".join(self.lines) + "\n")
        result = self.headers_script("--remove")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.left(), ["scripts/precious"])
        self.assertFalse(self.list.exists())

    def test_what_a_package_has_brought_since_stays(self):
        for packaged in ("rust/libkernel.rmeta", "rust/libcore.rmeta", "scripts/target.json"):
            with self.subTest(packaged):
                self.packaged = packaged
                (self.headers / packaged).write_text("the package's")
                self.list.write_text("\n".join(self.lines) + "\n")
                result = self.headers_script("--remove")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(packaged, self.left())
                self.assertFalse(self.list.exists())

    def test_a_line_that_it_does_not_write_is_refused_and_nothing_removed(self):
        before = self.left()
        there = f"/usr/src/linux-headers-{RELEASE}"
        for line in (f"{there}/scripts/precious", f"{there}/rust/../scripts/precious",
                     f"{there}/rust/../../../precious.so", "/precious", "precious", ""):
            self.list.write_text("\n".join([*self.lines, line]) + "\n")
            result = self.headers_script("--remove")
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("nothing was removed", result.stderr)
            self.assertEqual(self.left(), before)

    def test_headers_that_are_complete_by_themselves_are_left_alone(self):
        before = self.left()
        result = self.headers_script()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.left(), before)
        self.assertFalse((self.folder / "called").exists())

    def test_a_folder_for_temporary_files_is_not_shell_syntax(self):
        (self.headers / "rust/libkernel.rmeta").unlink()
        odd = self.folder / "t;touch made;"
        odd.mkdir()
        result = self.headers_script(env={"TMPDIR": str(odd)})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("TMPDIR is not a plain path", result.stderr)
        self.assertFalse((self.folder / "called").exists())

    def test_a_second_run_that_fails_leaves_what_the_first_has_added(self):
        shutil.rmtree(self.headers)
        rustc = self.fake("rustc", "case $* in *sysroot) echo / ;; *) echo rustc 1.85.0 ;; esac")
        self.apt = "[[ $0 = */apt-get ]]"
        self.script = self.folder / "debian-headers"
        self.script.write_text((TOP / "scripts/debian-headers").read_text().replace(
            "/usr/bin/rustc", str(rustc)))
        self.script.chmod(0o755)
        config = ('CONFIG_CC_VERSION_TEXT="gcc (Debian) 14"\n'
                  'CONFIG_RUSTC_VERSION_TEXT="rustc 1.85.0"\n')
        source = self.folder / "source/linux-source"
        for folder in (self.headers, source):
            folder.mkdir(parents=True)
            (folder / ".config").write_text(config)
            (folder / "Module.symvers").touch()
        (self.headers / "scripts").mkdir()
        (source / "Makefile").write_text(
            "olddefconfig prepare modules_prepare:\n"
            "\t@mkdir -p rust scripts include/config; touch scripts/target.json\n"
            "\t@date +%N | tee rust/libkernel.rmeta rust/libcore.rmeta >rust/libmacros.so\n"
            f"\t@echo {RELEASE} >include/config/kernel.release\n")
        version = ".".join(RELEASE.split(".")[:2])
        # In the namespace, no other owner exists.
        subprocess.run(["tar", "--owner=0", "--group=0", "-C", source.parent, "-cJf",
                        self.folder / f"src/linux-source-{version}.tar.xz", source.name], check=True)
        result = self.headers_script()
        self.assertEqual(result.returncode, 0, result.stderr)
        first = listing(self.headers)
        self.assertIn("rust/libkernel.rmeta", first)
        self.fake("install", "[[ ${!#} != */libmacros.so* ]] && exec /usr/bin/install \"$@\"")
        self.assertNotEqual(self.headers_script().returncode, 0)
        self.assertEqual(listing(self.headers), first)
        (self.folder / "bin/install").unlink()
        self.assertEqual(self.headers_script().returncode, 0)
        second = listing(self.headers)
        self.assertEqual(second.keys(), first.keys())
        self.assertNotEqual(second["rust/libkernel.rmeta"], first["rust/libkernel.rmeta"])

    def test_it_asks_apt_to_remove_no_package(self):
        (self.headers / "rust/libkernel.rmeta").unlink()
        self.headers_script()
        calls = (self.folder / "called").read_text().splitlines()
        installs = [call for call in calls if " install " in call]
        self.assertTrue(installs, calls)
        for call in installs:
            self.assertIn("--no-remove", call)
