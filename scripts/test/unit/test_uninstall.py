# SPDX-License-Identifier: GPL-2.0
"""`make uninstall`, and the list of installed files that it uses."""
import subprocess

from support import listing
from test_install import MODULE, PROGRAM, RELEASE, TREE, Made


class Uninstall(Made):
    def test_a_line_that_this_script_does_not_write_is_refused_and_nothing_removed(self):
        self.ok("install")
        written = self.list.read_text()
        for name in ("precious", "usr/local/precious", "home/u/parley", "usr/bin/parley"):
            self.write(self.root / name, "precious")
        (self.root / "usr/local/link").symlink_to("../../home/u")
        for line in ("f /usr/local/bin/../../../precious", "f usr/local/precious", "f /precious",
                     "f /usr/local/share/man/man1/precious.1", "/usr/local/bin/parley",
                     "f /usr/bin/parley", "f /home/u/parley", "x /usr/local/bin/parley",
                     "f  /usr/local/bin/parley", "f", "",
                     "f /usr/local/./bin/parley", "f /usr/local/link/parley",
                     "f /usr/local/link/../../home/u/parley", "d /usr/local/bin/..", "d usr",
                     "d /usr/local/link/x", "d /home/u/empty", "d /usr/locale", "i /usr/local/bin/parley",
                     f"i /lib/modules/{RELEASE}/../../../precious",
                     f"f /lib/modules/{RELEASE}/kernel/other.ko"):
            with self.subTest(line):
                self.list.write_text(written + line + "\n")
                self.refused("uninstall", says=[f"    {line}\n"])
                self.refused("install")

    def test_a_line_or_prefix_is_not_shell_syntax(self):
        made = self.folder / "made"
        self.ok("install")
        with self.list.open("a") as file:
            file.write(f"f /lib/modules/$(touch {made})/parley.ko\n")
        self.ok("uninstall")
        odd = f"prefix=/opt/`touch {str(made).replace('/', '%')}`$(touch made)"
        before = listing(self.root)
        self.ok("install-program", odd)
        result = self.ok("uninstall", odd)
        self.assertNotIn("touch", result.stderr)
        self.assertEqual(listing(self.root), before)
        self.assertFalse(made.exists() or (self.checkout / "made").exists())

    def test_a_list_that_is_a_link_is_not_followed(self):
        self.ok("install")
        elsewhere = self.folder / "list"
        self.list.rename(elsewhere)
        self.list.symlink_to(elsewhere)
        self.refused("uninstall", says=[str(self.list)])

    def test_a_folder_that_became_a_link_is_not_followed(self):
        self.ok("install")
        (self.root / "usr/local/bin").rename(self.root / "usr/local/precious")
        (self.root / "usr/local/bin").symlink_to("precious")
        self.refused("uninstall", says=["/usr/local/bin/parley"])

    def test_a_list_of_an_earlier_version_is_understood_where_lib_is_a_link(self):
        self.write(self.root / "usr" / MODULE, "older")
        (self.root / "lib").symlink_to("usr/lib")
        self.write(self.list, f"d /usr/local/share/parley\nf /{MODULE}\n")
        self.ok("uninstall")
        self.assertEqual([name for name in listing(self.root) if "parley" in name], [])

    def test_the_indexes_of_a_module_that_is_compressed_go_with_it(self):
        self.write(self.tree / "Makefile", TREE.replace(f"{MODULE}'\n", f"{MODULE}.xz'\n"))
        self.ok("install")
        self.assertIn(f"lib/modules/{RELEASE}/modules.dep", listing(self.root))
        self.assertIn(MODULE + ".xz", listing(self.root))
        self.ok("uninstall")
        self.assertEqual(listing(self.root), {})

    def test_a_module_that_was_compressed_where_it_is_goes_too(self):
        self.ok("install")
        module = self.root / MODULE
        for again in (True, False):
            module.rename(module.with_name("parley.ko.xz"))
            if again:
                self.ok("install")
                self.assertEqual([name for name in listing(self.root) if "parley.ko" in name], [MODULE])
        self.ok("uninstall")
        self.assertEqual(listing(self.root), {})

    def test_only_what_was_there_is_counted_as_removed(self):
        self.ok("install")
        count = len([name for name in listing(self.root) if (self.root / name).is_file()])
        (self.root / "usr/local/bin/parley").unlink()
        said = self.ok("uninstall").stderr
        self.assertIn("; already gone: 1\n", said)
        self.assertNotIn(f"{count} files were removed", said)

    def test_others_files_in_our_folders_stay(self):
        self.ok("install")
        other = self.write(self.root / "usr/local/share/parley/other", "other")
        self.ok("uninstall")
        self.assertEqual(list(listing(self.root)),
                         ["usr", "usr/local", "usr/local/share", "usr/local/share/parley",
                          str(other.relative_to(self.root))])

    def test_a_full_disk_or_one_that_is_read_only_loses_nothing(self):
        """On a real file system, in a namespace of its own."""
        ours = subprocess.run(["unshare", "-rm", "true"], check=False).returncode
        if ours:
            self.skipTest("this machine lets no user mount; the class Halfway has the same cases")
        self.program.write_text(PROGRAM + "# " + "x" * 100000 + "\n")
        self.record()
        self.write(self.folder / "case", f"""set -e
            mount -t tmpfs -o size=1m none '{self.root}'
            run() {{ make -s "$1" DESTDIR='{self.root}' KDIR='{self.tree}'; }}
            list() {{ (cd '{self.root}' && find . ! -name fill -type f -exec sha256sum {{}} + | sort -k2); }}
            run install
            list >before
            echo '# newer' >>'{self.program}'
            sha256sum '{self.program}' | cut -c 1-64 >build/program-sum
            dd if=/dev/zero of='{self.root}/fill' bs=4k 2>/dev/null || true
            ! run install || exit 3
            list | diff before - || exit 4
            mount -o remount,bind,ro '{self.root}'
            ! run install || exit 5
            ! run uninstall || exit 6
            list | diff before - || exit 7
            mount -o remount,bind,rw '{self.root}'
            run uninstall
            [ "$(find '{self.root}' -type f)" = '{self.root}/fill' ] || exit 8
        """)
        result = self.run_script("unshare", "-rm", "sh", self.folder / "case",
                                 path=self.path, env=self.env, cwd=self.checkout)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_file_that_somebody_has_put_in_place_of_ours_stays(self):
        self.ok("install")
        program, page = (self.root / "usr/local" / name for name in ("bin/parley", "share/man/man1/parley.1"))
        for replace in (lambda: program.write_text("a wrapper of the user's"),
                        lambda: (program.unlink(), program.symlink_to(page))):
            replace()
            kept = listing(program.parent)
            self.refused("install", says=[f"{program} (which has changed since)"])
            result = self.ok("uninstall")
            says = f"kept, because it has changed since it was installed: {program}"
            self.assertIn(says, result.stderr)
            self.assertEqual(listing(program.parent), kept)
            self.assertFalse(page.exists() or self.list.exists())
            program.unlink()
            self.ok("install")

    def test_a_file_that_somebody_has_put_there_after_an_install_was_killed_stays(self):
        mv = self.fake("mv", f'[ "${{!#}}" != "{self.root}/usr/local/bin/parley" ] || '
                             '{ kill -9 $PPID; exit; }\nexec /bin/mv "$@"')
        program = self.root / "usr/local/bin/parley"
        for older in (False, True):
            self.assertNotEqual(self.make("install-program").returncode, 0)
            self.assertEqual(program.exists(), older)
            program.write_text("mine")
            self.refused("install-program", says=[f"{program} (which has changed since)"])
            program.unlink()
            mv.rename(self.folder / "mv")
            self.ok("install-program")
            (self.folder / "mv").rename(mv)
            self.program.write_text(PROGRAM + "# newer\n")
            self.record()

    def test_a_module_that_was_signed_where_it_is_goes(self):
        self.ok("install")
        with (self.root / MODULE).open("a") as module:
            module.write("~Module signature appended~")
        self.ok("install")
        self.ok("uninstall")
        self.assertEqual(listing(self.root), {})

    def test_a_list_without_sums_is_understood(self):
        self.ok("install")
        lines = [line.split(" ") for line in self.list.read_text().splitlines()]
        self.assertIn(["f", 64], [[word[0], len(word[1])] for word in lines])
        self.list.write_text("".join(f"{line[0]} {line[-1]}\n" for line in lines))
        self.program.write_text(PROGRAM + "# newer\n")
        self.record()
        self.ok("install")
        self.ok("uninstall")
        self.assertEqual(listing(self.root), {})

    def test_two_installs_do_not_change_one_root_at_once(self):
        for target in ("install", "uninstall"):
            with subprocess.Popen(["flock", self.root, "sh", "-c", "echo held; read word"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
                first.stdout.readline()
                before = listing(self.root)
                with subprocess.Popen(
                        [self.checkout / "scripts/pack/install", *(["--uninstall"] if target == "uninstall" else [])],
                        env={**self.env, "PATH": self.path, "DESTDIR": str(self.root), "KDIR": str(self.tree)},
                        stderr=subprocess.PIPE, text=True) as second:
                    self.assertIn(f"another install is at work in {self.root}", second.stderr.readline())
                    self.assertEqual(listing(self.root), before)
                    first.communicate("go on\n")
                    second.communicate()
            self.assertEqual(second.returncode, 0)
            self.assertEqual(bool(listing(self.root)), target == "install")
