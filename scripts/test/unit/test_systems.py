# SPDX-License-Identifier: GPL-2.0
"""scripts/setup on other distributions."""
from support import SetupTest

# A distribution, a line of its os-release, its package manager, and the command that installs
# Rust, bindgen, tshark and the headers of libelf there.
SYSTEMS = (
    ("fedora", 'VERSION_ID="43"', "dnf",
     "install -y --setopt=install_weak_deps=False elfutils-libelf-devel wireshark-cli bindgen-cli "
     "rust cargo rustfmt clippy rust-src"),
    ("rocky", 'ID_LIKE="rhel centos fedora"', "dnf",
     "install -y --setopt=install_weak_deps=False elfutils-libelf-devel wireshark-cli bindgen-cli "
     "rust cargo rustfmt clippy rust-src"),
    ("arch", "", "pacman",
     "-S --noconfirm --needed libelf wireshark-cli rust-bindgen rust rust-src"),
    ("opensuse-tumbleweed", 'ID_LIKE="opensuse suse"', "zypper",
     "--non-interactive install --no-recommends libelf-devel wireshark rust-bindgen rust cargo "
     "rust-src"),
    ("alpine", "", "apk",
     "add elfutils-dev tshark rust-bindgen rust cargo rustfmt rust-clippy rust-src"),
    ("ubuntu", 'VERSION_ID="26.04"', "apt-get",
     "install -y --no-remove --no-install-recommends libelf-dev tshark bindgen rustc cargo "
     "rustfmt rust-clippy rust-src"),
)
RUST = ("rustc", "cargo", "rustfmt", "clippy-driver", "bindgen")


class Systems(SetupTest):
    """Other distributions, with fake package managers, which install nothing."""

    def lose_all(self):
        self.lose(*RUST, "tshark")
        (self.folder / "include/libelf.h").unlink()

    def manager(self, name):
        self.fake(name, f'echo "$@" >>{self.folder}/{name}')

    def test_each_system_has_its_own_names(self):
        self.lose_all()
        self.fake("id", "echo 0")
        for system, line, manager, command in SYSTEMS:
            with self.subTest(system):
                self.system(system, line)
                self.manager(manager)
                result = self.set_up()
                self.assertEqual(result.returncode, 1)
                called = (self.folder / manager).read_text().splitlines()
                self.assertEqual(called[-1], command)
                # What remains missing is one command.
                self.assertIn(f"  {manager} {command.replace('-y --no-remove ', '')}\n",
                              result.stderr.replace("apt-get update && ", ""))
                (self.folder / manager).unlink()

    def test_without_root_it_prints_one_command_and_builds_nothing(self):
        self.lose_all()
        self.fake("id", "echo 1000")
        self.system("arch")
        self.manager("pacman")
        for sudo in (None, "echo 'sudo: a password is required' >&2; exit 1"):
            if sudo:
                self.fake("sudo", sudo)
            result = self.set_up()
            self.assertEqual(result.returncode, 1)
            self.assertFalse((self.folder / "pacman").exists())
            self.assertIn("as root, run this, and then run scripts/setup again:\n"
                          f"    pacman {SYSTEMS[2][3]}\n", result.stderr)
            self.assertEqual("sudo does not make" in result.stderr, bool(sudo))
            self.assertFalse((self.folder / "made").exists())

    def test_on_an_unknown_system_it_prints_the_names_of_debian(self):
        self.lose_all()
        self.fake("id", "echo 0")
        for name in ("nixos", "fedora"):
            self.system(name)
            result = self.set_up()
            self.assertEqual(result.returncode, 1)
            self.assertIn("does not know this system's package manager", result.stderr)
            self.assertRegex(result.stderr, r"\n    apt-get update && apt-get install "
                                            r".* libelf-dev tshark .*rust-src\n")

    def test_rust_comes_from_rustup_where_the_packages_are_too_old(self):
        self.lose(*RUST)
        self.fake("id", "echo 0")
        self.manager("apt-get")
        for version, policy, packages in (
                ("12", "", ""), ("13", "", "rustc"), ("13", "Candidate: 1.85.0+dfsg3-1", "rustc"),
                ("12", "Candidate: 1:1.63.0+dfsg1-2", "")):
            self.fake("apt-cache", f"echo '  {policy}'")
            self.system("debian", f'VERSION_ID="{version}"')
            result = self.set_up()
            self.assertEqual(result.returncode, 1)
            self.assertIn("https://rustup.rs", result.stderr)
            self.assertEqual(" rustc cargo rustfmt " in result.stderr, bool(packages), policy)
        # rustup brings all parts of Rust itself.
        self.fake("rustup", "exit 1")
        self.fake("apt-cache", "echo '  Candidate: 1.90.0'")
        result = self.set_up()
        self.assertIn("with cargo: rustup default stable", result.stderr)
        self.assertNotIn(" cargo rustfmt", result.stderr)

    def test_a_component_of_a_packaged_rust_is_a_package(self):
        self.lose("rustfmt")
        self.system("fedora")
        self.manager("dnf")
        self.fake("id", "echo 0")
        path = self.checkout / "scripts/setup"
        path.write_text(path.read_text().replace("/usr/bin/rustc", f"{self.folder}/bin/rustc"))
        self.set_up()
        self.assertRegex((self.folder / "dnf").read_text(), " rustfmt\n$")

    def test_debian_has_a_version_in_the_names_of_clang(self):
        self.fake("id", "echo 0")
        clang = {"clang": 'echo 21.1.0', "ld.lld": "exit 0", "llvm-ar": "exit 0"}
        for system, manager, packages, suffix in (
                ("debian", "apt-get", "clang-21 lld-21 llvm-21", "-21"),
                ("fedora", "dnf", "clang lld llvm", "")):
            self.system(system)
            self.fake("apt-cache", '[ "$*" = "show clang-21" ]')
            self.manager(manager)
            self.assertEqual(self.set_up("--clang").returncode, 1)
            called = (self.folder / manager).read_text()
            self.assertTrue(called.endswith(f" {packages}\n"), called)
            for name, text in clang.items():
                self.fake(name + suffix, text)
            self.assertEqual(self.set_up("--clang").returncode, 0)
            self.lose(*[name + suffix for name in clang])

    def test_what_only_debian_has_is_named_elsewhere(self):
        self.system("fedora")
        self.manager("dnf")
        result = self.set_up("--machine", "s390x")
        self.assertEqual(result.returncode, 1)
        self.assertIn("knows packages only on Debian for: s390x-linux-gnu-gcc", result.stderr)
        self.assertFalse((self.folder / "dnf").exists())

    def test_each_tool_has_one_entry_for_each_package_manager(self):
        result = self.in_lib(". scripts/build/fetch.sh; . scripts/build/packages.sh; packages")
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertGreater(len(rows), 40, result.stderr)
        self.assertEqual([row for row in rows if len(row) != 7], [])
        self.assertEqual(len({(row[0], row[1]) for row in rows}), len(rows))
        for row in rows:
            for names in row[2:]:
                self.assertRegex(names, r"^([A-Za-z0-9][A-Za-z0-9_.,+-]*|[-?])$")
