# SPDX-License-Identifier: GPL-2.0
"""Machines that lack tools, and the downloads of scripts/setup."""
import hashlib
import re
import unittest

from support import SCRIPTS, TOP, CheckoutTest, SetupTest

# Run by other scripts or in the guest; each says so when a person runs it.
INNER = {"guest-debian", "guest-run", "guest-tests"}
# Scripts for a person to run, with the arguments that they need.
ARGUMENTS = {
    "alone": ["cargo", "build"], "check-kdir": ["/"], "check-log": ["/dev/null"],
    "course": ["check"], "cross": ["test"], "dkms-source": ["{folder}/src"], "module": ["/"],
    "install-test": ["/bin/true", "{folder}/tree"], "vm": ["--", "true"],
}
# These scripts need nothing that such a machine lacks.
WORKS = {"clean", "check-log", "dkms-source"}
# Errors that bash, env and Python report themselves, because no script has handled them.
UNCARED = re.compile(r"command not found|No such file or directory|unbound variable|Traceback|"
                     r"not found$|syntax error|integer expression", re.M)
ADVICE = re.compile(r"\brun\b|install|root|usage|KDIR|guest|see uname", re.I)


class Nothing(CheckoutTest):
    """A machine with coreutils, bash and little else."""

    def setUp(self):
        super().setUp()
        self.write(self.folder / "tree/include/config/kernel.release", "7.3.4\n")

    def check(self, command, path):
        result = self.run_here(*command, path=path, timeout=120)
        said = f"{command}: status {result.returncode}\n{result.stdout}{result.stderr}"
        self.assertNotIn(result.returncode, (0, 126, 127), said)
        self.assertIsNone(UNCARED.search(said), said)
        self.assertRegex(result.stderr + result.stdout, ADVICE, said)

    def scripts(self):
        for name, path in SCRIPTS.items():
            if "." not in name and name not in WORKS:
                arguments = [word.format(folder=self.folder) for word in ARGUMENTS.get(name, [])]
                yield [self.checkout / path, *arguments]

    def test_every_script_says_what_is_missing_and_what_to_do(self):
        path = self.basic_path()
        self.assertGreater(len(list(self.scripts())), 25)
        for command in self.scripts():
            with self.subTest(script=command[0].name):
                self.check(command, path)

    def test_without_rust_every_script_says_so(self):
        path = self.basic_path("make", "gcc", "git", "python3", "perl", "curl", "cpio")
        for command in self.scripts():
            # python3 finds its modules without anybody's help.
            with self.subTest(script=command[0].name):
                self.check(command, path)

    def test_every_target_of_make_says_what_is_missing_and_what_to_do(self):
        path = self.basic_path("make")
        makefile = (self.checkout / "Makefile").read_text()
        targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M))
        self.assertGreater(len(targets), 20)
        for target in sorted(targets - {"help", "clean", "distclean", "uninstall"}):
            with self.subTest(target=target):
                self.check(["make", target, "TEST=echo"], path)

    def test_what_needs_no_tool_works(self):
        for command in (["make", "help"], ["make", "clean"], ["make", "distclean"]):
            result = self.run_here(*command, path=self.basic_path("make"))
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_scripts_of_the_guest_refuse_to_run_on_the_host(self):
        for name in sorted(INNER):
            result = self.run_here(SCRIPTS[name], "/", env={"PARLEY_VM": ""},
                                   path=self.basic_path())
            self.assertEqual(result.returncode, 2, name)
            self.assertIn("in the guest", result.stderr)


class Setup(SetupTest):
    def test_pip_takes_only_files_whose_hashes_are_known(self):
        for words, name in (((), "setup"), (("--bench",), "bench"), (("--interop",), "interop")):
            (self.folder / "pip").unlink(missing_ok=True)
            result = self.set_up(*words)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            called = (self.folder / "pip").read_text()
            self.assertIn("--require-hashes", called)
            self.assertIn("--only-binary :all:", called)
            self.assertIn(f"-r {self.checkout}/scripts/build/requirements/{name}.txt", called)

    def test_what_works_is_not_made_again(self):
        self.assertEqual(self.set_up().returncode, 0)
        result = self.set_up()
        self.assertEqual(result.stderr, "setup:   all tools are installed\n")
        self.assertEqual((self.folder / "made").read_text(), "made\n")

    def test_it_asks_apt_to_remove_no_package_and_for_what_is_missing_alone(self):
        self.fake("apt-get", f'echo "$@" >>{self.folder}/apt')
        self.fake("id", "echo 0")
        self.lose("tshark", "busybox")
        self.set_up()
        self.set_up("--bench")
        installs = [line for line in (self.folder / "apt").read_text().splitlines() if "install" in line]
        self.assertEqual([line.split("-recommends ")[1] for line in installs], ["tshark", "busybox-static"])
        self.assertEqual([line for line in installs if "--no-remove" not in line], [])

    def test_the_tools_of_another_architecture_are_installed_by_its_name_or_that_of_uname(self):
        self.fake("apt-get", f'echo "$@" >>{self.folder}/apt')
        self.fake("id", "echo 0")
        for name, missing in (("arm64", "gcc-aarch64-linux-gnu"), ("s390x", "gcc-s390x-linux-gnu")):
            self.set_up("--machine", name)
            install = [line for line in (self.folder / "apt").read_text().splitlines() if "install" in line][-1]
            self.assertIn("--no-remove", install)
            for package in (missing, "qemu-system-", "qemu-user"):
                self.assertIn(package, install)
        self.assertIn("no such architecture: vax", self.set_up("--machine", "vax").stderr)

    def test_qemu_comes_from_backports_where_apt_would_remove_a_part_of_it(self):
        self.fake("id", "echo 0")
        self.lose("qemu-system-x86_64", "tshark")
        self.fake("apt-get", f"""echo "$@" >>{self.folder}/apt
case $* in
*' -t '*-backports' qemu-system-x86') ln -s /bin/true {self.folder}/bin/qemu-system-x86_64 ;;
*install*tshark*) [ -e {self.folder}/bin/qemu-system-x86_64 ] ||
    {{ echo 'E: Packages need to be removed but remove is disabled.' >&2; exit 100; }}
    ln -s /bin/true {self.folder}/bin/tshark ;;
esac""")
        result = self.set_up(env={"DEBIAN_MIRROR": "http://mirror.example/debian"})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, "qemu +from [a-z]+-backports")
        installs = [line for line in (self.folder / "apt").read_text().splitlines() if "install" in line]
        self.assertEqual(len(installs), 3)
        self.assertEqual([line for line in installs if "--no-remove" not in line], [])
        # The added source must be signed, whatever the machine's settings.
        added = [line for line in (self.folder / "apt").read_text().splitlines() if "apt-backports" in line]
        self.assertEqual(len(added), 2)
        for line in added:
            for option in ("Acquire::AllowInsecureRepositories", "Acquire::AllowWeakRepositories",
                           "Acquire::AllowDowngradeToInsecureRepositories", "APT::Get::AllowUnauthenticated"):
                self.assertIn(f"-o {option}=false", line)
        self.assertFalse((self.cache / "apt-backports").exists())

    def test_a_component_of_rust_that_is_gone_is_told_though_all_was_there_once(self):
        self.assertEqual(self.set_up().returncode, 0)
        for tool in ("rustfmt", "clippy-driver"):
            # Like rustup's proxies, which exist even without the component.
            self.fake(tool, "exit 1")
            result = self.set_up()
            self.assertNotEqual(result.returncode, 0)
            self.assertRegex(result.stderr, f"{tool} +MISSING")
            self.fake(tool, "exit 0")

    def test_a_python_that_an_upgrade_broke_is_made_again(self):
        for words, name in (((), "python"), (("--bench",), "bench-python"),
                            (("--interop",), "interop-python")):
            self.assertEqual(self.set_up(*words).returncode, 0)
            (self.folder / "made").unlink()
            python = self.cache / name / "bin/python"
            python.unlink()
            python.symlink_to("/usr/bin/python3.of-last-year")
            result = self.set_up(*words)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertEqual((self.folder / "made").read_text(), "made\n", name)

    def test_the_packages_of_python_keep_their_files_in_the_cache(self):
        for words, name in (((), "python"), (("--bench",), "bench-python")):
            self.assertEqual(self.set_up(*words).returncode, 0)
            python = self.cache / name / "bin/python"
            text = python.read_text()
            python.write_text(text.replace("#!/bin/bash\n", f'#!/bin/bash\necho "$MPLCONFIGDIR" >{self.folder}/config\n'))
            self.assertEqual(self.set_up(*words).returncode, 0)
            self.assertEqual((self.folder / "config").read_text(), f"{self.cache}/{name}/matplotlib\n")

    def test_no_rust_is_told_with_what_to_do(self):
        self.lose("rustc", "cargo")
        result = self.set_up()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "MISSING: version 1.85 or newer, with cargo: .*rustup.rs")
        self.assertIn("tools are missing; see above", result.stderr)

    def test_sources_of_rust_in_an_odd_folder_are_refused(self):
        odd = self.write(self.folder / "a b/lib/rustlib/src/rust/library/core/lib.rs")
        self.fake("rustc", f'''case $* in *sysroot) echo "{odd.parents[6]}" ;;
*) echo "rustc 1.95.0 (x)" ;; esac''')
        result = self.set_up()
        self.assertEqual(result.returncode, 1)
        self.assertIn("the folder of Rust's sources is not a plain path", result.stderr)

    def test_no_network_and_a_full_disk_for_pip_have_their_own_words(self):
        for says, words in (
                ("Failed to establish a new connection: [Errno -2] Name or service not known",
                 "the network cannot be reached"),
                ("ERROR: Could not install packages due to an OSError: [Errno 28] "
                 "No space left on device", "a disk is full")):
            self.write(self.folder / "pip-says", says)
            for option in ((), ("--bench",), ("--interop",)):
                result = self.set_up(*option)
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                self.assertIn(words, result.stderr)

    def test_no_network_and_a_full_disk_for_apt_have_their_own_words(self):
        self.lose("strace")
        self.fake("sudo", 'while [ "$1" != apt-get ]; do shift; done; exec "$@"')
        for says, words in (("E: Failed to fetch x  Could not resolve 'deb.debian.org'", "network"),
                            ("E: Write error - write (28: No space left on device)", "a disk is full")):
            self.fake("apt-get", f'echo "{says}" >&2; exit 100')
            result = self.set_up()
            self.assertEqual(result.returncode, 1)
            self.assertIn(words, result.stderr)

    def test_an_upgrade_of_cargo_deny_is_built_and_its_failure_told(self):
        self.fake("cargo", f"echo \"$*\" >>{self.folder}/cargo\n"
                           "echo 'error: failed to download: Could not resolve host' >&2; exit 1")
        self.write(self.cache / "deny/bin/cargo-deny", "#!/bin/sh\necho cargo-deny 0.1.0\n").chmod(0o755)
        result = self.set_up("--deny")
        self.assertEqual(result.returncode, 1)
        self.assertRegex((self.folder / "cargo").read_text(), r"\ninfo --quiet cargo-deny@0\.\d+\.\d+\n$")
        self.assertIn("the network cannot be reached", result.stderr)

    def test_only_a_crate_with_the_pinned_checksum_is_built(self):
        sources = self.write(self.folder / "crate/cargo-deny-0.20.2/Cargo.lock").parents[1]
        crate = self.home / "cargo/registry/cache/mirror/cargo-deny-0.20.2.crate"
        crate.parent.mkdir(parents=True)
        self.fake("cargo", f'''echo "$*" >>{self.folder}/cargo
case $1 in
info) tar -C {sources} -czf {crate} cargo-deny-0.20.2 ;;
install) [ -e "${{!#}}/Cargo.lock" ] ;;
esac''')
        path = f"{self.folder}/bin:{self.basic_path('gzip')}"
        setup = self.checkout / "scripts/setup"

        def deny():
            (self.folder / "cargo").unlink(missing_ok=True)
            done = self.run_here("scripts/setup", "--deny", path=path, env={"CARGO_HOME": str(self.home / "cargo")})
            return done.returncode, done.stderr, (self.folder / "cargo").read_text()

        status, says, called = deny()
        self.assertEqual((status, called.splitlines()[-1]), (1, "info --quiet cargo-deny@0.20.2"))
        self.assertIn("has the sha256 that scripts/setup expects", says)
        pinned = hashlib.sha256(crate.read_bytes()).hexdigest()
        setup.write_text(re.sub("deny_sum=.*", f"deny_sum={pinned}", setup.read_text()))
        # Another registry may have another file of this name.
        self.write(crate.parents[1] / "a/cargo-deny-0.20.2.crate", "another")
        self.fake("cargo", (self.folder / "bin/cargo").read_text().replace("info) ", "info) exit 0;"))
        status, says, called = deny()
        self.assertEqual(status, 0, says)
        self.assertRegex(called, f"\ninstall --quiet --locked --root {self.cache}/deny --path {self.cache}/crate-fetch.*/cargo-deny-0.20.2\n")
        self.assertEqual(list(self.cache.glob("crate-fetch.*")), [])


class Pins(unittest.TestCase):
    """Downloads are identified by a sum of their content, not by a name that can move."""

    def workflows(self):
        return [*(TOP / ".github/workflows").glob("*.yml"), *(TOP / "docs").rglob("*.yml")]

    def test_every_python_package_has_a_version_and_hashes(self):
        lists = list((TOP / "scripts/build/requirements").glob("*.txt"))
        self.assertEqual(len(lists), 3)
        for file in lists:
            text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.M).replace("\\\n", " ")
            for line in filter(None, text.splitlines()):
                self.assertRegex(
                    line, r"^[a-z0-9-]+==[^ ]+ ( *;[^\\]+?)? *(--hash=sha256:[0-9a-f]{64} *)+$")

    def test_actions_and_images_are_pinned_and_keep_no_credentials(self):
        files = self.workflows()
        self.assertGreaterEqual(len(files), 2)
        for file in files:
            text = file.read_text()
            uses = re.findall(r"^ *(?:- )?uses: *(.*)", text, re.M)
            self.assertTrue(uses, file)
            # In the example, for the user to fill in.
            uses = [use for use in uses if use != "OWNER/parley@COMMIT"]
            for use in uses:
                self.assertRegex(use, r"^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", file)
            for image in re.findall(r"image: *(.*)", text):
                self.assertRegex(image, r"^[\w/.-]+@sha256:[0-9a-f]{64}$", file)
            steps = re.split(r"^ *- ", text, flags=re.M)
            checkouts = [step for step in steps if "actions/checkout@" in step]
            self.assertTrue(checkouts)
            for step in checkouts:
                self.assertIn("persist-credentials: false", step, file)


class Audit(CheckoutTest):
    def setUp(self):
        super().setUp()
        self.git("init", "--quiet")
        self.git("add", ".")
        self.fake("cargo", "exit 0")
        deny = "#!/bin/bash\necho \"$*\" >>" + f"{self.folder}/called\n" + '''
case "$*" in
--version) echo cargo-deny 0.20.2 ;;
*fetch*) [ ! -e "$HOME/no-network" ] || { echo 'Could not resolve host' >&2; exit 1; } ;;
*user/fuzz/*) [ ! -e "$HOME/bad" ] || { echo 'error[rejected]: failed' >&2; exit 1; } ;;
esac
'''
        self.write(self.cache / "deny/bin/cargo-deny", deny).chmod(0o755)

    def test_every_workspace_is_checked_for_everything(self):
        result = self.run_here("scripts/test/audit", env={"CI": ""})
        self.assertEqual(result.returncode, 0, result.stderr)
        checks = [line for line in (self.folder / "called").read_text().splitlines() if "check" in line]
        locks = {str(path.relative_to(TOP).parent) for path in TOP.rglob("Cargo.lock")
                 if not {"target", "build"} & set(path.parts)}
        self.assertEqual({re.search(r"--manifest-path (\S+)/Cargo.toml", line)[1] for line in checks},
                         locks)
        for line in checks:
            self.assertTrue(line.endswith("licenses sources bans advisories"), line)

    def test_without_the_database_it_says_what_is_not_checked_and_fails_in_ci(self):
        self.write(self.home / "no-network")
        result = self.run_here("scripts/test/audit", env={"CI": ""})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("advisories are NOT checked", result.stderr.splitlines()[-1])
        self.assertIn("advisories are NOT checked", result.stderr.splitlines()[0])
        for word in ("true", "1"):
            result = self.run_here("scripts/test/audit", env={"CI": word})
            self.assertEqual(result.returncode, 1)
            self.assertIn("the network cannot be reached", result.stderr)

    def test_a_crate_that_is_refused_fails_it(self):
        self.write(self.home / "bad")
        result = self.run_here("scripts/test/audit", env={"CI": ""})
        self.assertEqual(result.returncode, 1)
        self.assertIn("error[rejected]", result.stderr)
