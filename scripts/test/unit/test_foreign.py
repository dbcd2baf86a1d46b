# SPDX-License-Identifier: GPL-2.0
"""Kernels of other architectures: scripts/build/kernel adapts the sources, and scripts/build/root
makes the programs of their guests."""

from test_kernel import KernelTest


class Foreign(KernelTest):
    def test_sources_for_s390_are_adapted_to_an_older_rustc_and_back(self):
        sources = self.cache / "linux-7.3.4"
        self.sources(4, sources)
        mark = self.write(sources / ".parley-fetched", f"{sources}\n")
        flags = "KBUILD_RUSTFLAGS += --target=s390x-unknown-none-softfloat -Zpacked-stack -Ctarget-feature=+backchain\n"
        least = 'if [ "$SRCARCH" = "s390" ]; then\n\techo 1.96.0\nelif x\n'
        makefile, tools = self.write(sources / "arch/s390/Makefile", flags), self.write(sources / "scripts/min-tool-version.sh", least)
        tools.chmod(0o755)
        for name in ("s390x-linux-gnu-gcc", "qemu-system-s390x"):
            self.fake(name, "")
        self.write(self.checkout / "scripts/setup", "")
        self.write(self.checkout / "scripts/build/root", "#!/bin/sh\n")
        for version, packed, oldest in (("1.95.0", "", "1.85.0"), ("1.95.0", "", "1.85.0"), ("1.97.1", " -Zpacked-stack", "1.96.0")):
            self.fake("rustc", f"echo rustc {version}")
            self.kernel("s390")
            self.assertEqual(makefile.read_text(), flags.replace(" -Zpacked-stack", packed))
            self.assertEqual(tools.read_text(), least.replace("1.96.0", oldest))
            self.assertEqual(tools.stat().st_mode & 0o777, 0o755)
        # Not in sources that a user has unpacked, or linked.
        self.fake("rustc", "echo rustc 1.94.0")
        for text in ("", "/elsewhere/linux-7.3.4\n"):
            mark.write_text(text)
            done = self.kernel("s390")
            self.assertEqual((makefile.read_text(), tools.read_text()), (flags, least))
            self.assertEqual(done.returncode, 1, done.stderr)
            for says in ("this script did not fetch them", "-\techo 1.96.0\n+\techo 1.85.0\n", f"-{flags}"):
                self.assertIn(says, done.stderr)
        for file in (makefile, tools):
            file.write_text(file.read_text().replace(" -Zpacked-stack", "").replace("1.96.0", "1.85.0"))
        self.assertNotIn("did not fetch", self.kernel("s390").stderr)

    def test_a_root_is_of_another_suite_where_the_mirror_lacks_a_package(self):
        self.fake("apt-get", f"""echo "$@" >>{self.folder}/apt
for word; do case $word in Dir::Etc::sourcelist=*) list=${{word#*=}} ;; Dir::Cache=*) cache=${{word#*=}} ;; esac; done
case $* in
*--download-only*) grep -q " testing " "$list" || {{ echo 'E: 404 Not Found' >&2; exit 100; }}
    touch "$cache/archives/base-files_1.deb" ;;
esac""")
        unpack = """mkdir -p "$3/usr/share/base-passwd" "$3/usr/"{bin,sbin} "$3/etc"
touch "$3/usr/share/base-passwd/"{passwd,group}.master "$3/usr/bin/mount"; chmod 4755 "$3/usr/bin/mount\""""
        path = self.run_here("scripts/build/root", "--path", "s390").stdout.strip()
        old = self.cache / "root/guest-s390x-000000000000/usr"
        old.mkdir(parents=True)
        mine = self.write(self.cache / "root/guest-s390x-mine/notes", "mine").parent
        # The earlier root stays if the new one cannot be made.
        self.fake("dpkg-deb", "exit 1")
        result = self.run_here("scripts/build/root", "s390", env={"DEBIAN_MIRROR": "http://mirror"})
        self.assertEqual((result.returncode, old.exists()), (1, True), result.stderr)
        self.fake("dpkg-deb", unpack)
        self.write(self.cache / path / "rest")
        result = self.run_here("scripts/build/root", "s390", env={"DEBIAN_MIRROR": "http://mirror"})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("404 Not Found", result.stderr)
        self.assertIn("s390x (testing)", result.stderr)
        self.assertTrue((self.cache / path / "usr/bin/awk").is_symlink())
        # A file of the user with setuid would run as the user in the guest, and could not mount.
        self.assertEqual((self.cache / path / "usr/bin/mount").stat().st_mode & 0o7777, 0o755)
        self.assertEqual((old.exists(), mine.exists()), (False, True))
        for line in (self.folder / "apt").read_text().splitlines():
            self.assertIn("-o APT::Get::AllowUnauthenticated=false", line)
            self.assertIn("-o APT::Architecture=s390x", line)
