# SPDX-License-Identifier: GPL-2.0
"""scripts/build/kernel: its downloads, and the kernels that it keeps and removes."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from support import SCRIPTS, CheckoutTest

MAKEFILE = "# SPDX\nVERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = {}\nEXTRAVERSION =\nNAME = X\n"


class KernelTest(CheckoutTest):
    def setUp(self):
        super().setUp()
        for tool in ("rustc", "gcc", "bindgen"):
            self.fake(tool, f"echo {tool} 1.2.3")
        for tool in ("flex", "bison"):
            self.fake(tool, "exit 0")
        # The fake takes the fragment as the configuration, and builds nothing.
        self.fake("make", '''
for word; do case $word in O=*) build=${word#O=} ;; allnoconfig) all=1 ;; esac; done
[ -z "${all:-}" ] || cp "$KCONFIG_ALLCONFIG" "$build/.config"''')
        self.cache.mkdir(parents=True, exist_ok=True)

    def sources(self, sublevel, folder=None):
        return self.write((folder or self.cache / f"linux-7.3.{sublevel}") / "Makefile",
                          MAKEFILE.format(sublevel)).parent

    def tarball(self, sublevel):
        """A tarball of sources; returns its path and its sha256."""
        tree = self.sources(sublevel, self.folder / f"tree/linux-7.3.{sublevel}")
        tar = self.folder / "linux.tar.xz"
        subprocess.run(["tar", "-C", tree.parent, "-cJf", tar, tree.name], check=True)
        return tar, hashlib.sha256(tar.read_bytes()).hexdigest()

    def debian(self, *versions):
        """Puts a Debian archive on the PATH that has linux-source-7.3 in these versions."""
        listed = "".join(f"echo 'linux-source-7.3 | {version} | suite'\n" for version in versions)
        self.fake("apt-cache", f'case "$*" in *depends*) echo "  Depends: linux-source-7.3" ;; *) {listed or ":"};; esac\n')
        self.fake("apt-get", f'''
for word; do case $word in linux-source-7.3=*) echo "$word" >{self.folder}/asked && touch a.deb ;; esac; done''')
        self.fake("dpkg-deb", f'''
mkdir -p "$3/usr/src"; cp {self.folder}/linux.tar.xz "$3/usr/src/linux-source-7.3.tar.xz"''')

    def kernel(self, *words, env=None, **options):
        return self.run_here("scripts/build/kernel", *words,
                             env={"DEBIAN_MIRROR": "http://mirror", "RUST_LIB_SRC": "/rust", **(env or {})}, **options)


class Configuration(KernelTest):
    def test_what_is_to_be_left_out_and_is_not_is_told(self):
        self.sources(4)
        self.write(self.checkout / "scripts/build/kernel.config", "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n")
        self.write(self.checkout / "scripts/build/kernel-odd.config", "CONFIG_C=y\n")
        # Another option selects CONFIG_B.
        self.fake("make", """
for word; do case $word in O=*) build=${word#O=} ;; allnoconfig) all=1 ;; esac; done
[ -z "${all:-}" ] || { cat "$KCONFIG_ALLCONFIG"; echo CONFIG_B=m; } >"$build/.config"
""")
        result = self.kernel("odd")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("# CONFIG_B is not set", result.stderr)
        self.assertNotIn("CONFIG_C is", result.stderr)
        # Of two lines for an option, the later one counts.
        self.write(self.checkout / "scripts/build/kernel-odd.config", "# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_C=y\n")
        self.fake("make", """
for word; do case $word in O=*) build=${word#O=} ;; allnoconfig) all=1 ;; esac; done
[ -z "${all:-}" ] || sed '/^CONFIG_A=/d' "$KCONFIG_ALLCONFIG" >"$build/.config"
""")
        result = self.kernel("odd")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_line_that_is_no_option_is_told(self):
        self.sources(4)
        for line in (" CONFIG_A=y", "A=y", "CONFIG_A"):
            self.write(self.checkout / "scripts/build/kernel-odd.config", f"{line}\n")
            result = self.kernel("odd")
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(f":{line}", result.stderr)


class Architectures(KernelTest):
    """The paths of kernels for several architectures, on an x86_64 machine."""

    def setUp(self):
        super().setUp()
        self.fake("uname", "echo x86_64")

    def test_a_name_leads_to_the_image_of_its_architecture(self):
        for name, image in (("default", "x86/boot/bzImage"), ("arm64", "arm64/boot/Image"), ("s390", "s390/boot/bzImage"),
                            ("arm64-debug", "arm64/boot/Image")):
            path, image_path = (self.kernel(how, name).stdout.strip() for how in ("--path", "--image"))
            self.assertEqual(image_path, f"{path}/arch/{image}")
            self.assertRegex(path, f"/kernel/{name}-[0-9a-f]{{12}}$")
        self.assertRegex(self.kernel("--image", "um").stdout, "/um-[0-9a-f]{12}/linux$")
        # A kernel for this machine's own architecture has only one name.
        self.assertEqual(self.kernel("--path", "x86").stdout, self.kernel("--path").stdout)
        self.fake("uname", "echo aarch64")
        self.assertRegex(self.kernel("--image").stdout, "/default-[0-9a-f]{12}/arch/arm64/boot/Image$")
        self.assertRegex(self.kernel("--image", "x86").stdout, "/x86-[0-9a-f]{12}/arch/x86/boot/bzImage$")
        self.fake("uname", "echo vax")
        self.assertIn("no kernel for this machine's architecture: vax", self.kernel("--path").stderr)

    def test_an_architecture_or_flavour_that_there_is_not_is_told(self):
        for name in ("arm64-nosuch", "alpha"):
            result = self.kernel("--path", name)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(f"there is no kernel '{name.removeprefix('arm64-')}'", result.stderr)

    def test_a_tree_is_built_with_the_tools_of_its_architecture(self):
        for option, tools in (("X86", ""), ("ARM64", "ARCH=arm64\nCROSS_COMPILE=aarch64-linux-gnu-\n"),
                              ("S390", "ARCH=s390\nCROSS_COMPILE=s390x-linux-gnu-\n"),
                              ("UML", "ARCH=um\nKRUSTFLAGS=-Zdirect-access-external-data=yes\n")):
            self.write(self.folder / "tree/.config", f"CONFIG_{option}=y\n")
            self.assertEqual(self.in_lib('tools_of "$1"', self.folder / "tree").stdout, tools)

    def test_make_passes_the_architecture_in_the_name_of_the_kernel(self):
        for words, name in ((("ARCH=aarch64",), "arm64"), (("ARCH=s390x", "KERNEL=debug"), "s390-debug"),
                            (("ARCH=x86_64", "KERNEL=race"), "race"), ((), "default")):
            said = self.run_here(shutil.which("make"), "-n", *words, "kernel", "program", "run")
            self.assertEqual(said.returncode, 0, said.stderr)
            for script in ("build/kernel", "build/program", "demo"):
                self.assertIn(f"scripts/{script} '{name}'", said.stdout)
        # Authors of kernels have an ARCH of their own in the environment.
        make = shutil.which("make")
        self.assertIn("build/kernel 'default'", self.run_here(make, "-n", "kernel", env={"ARCH": "arm64"}).stdout)
        refused = self.run_here(make, "-n", "ARCH=arm64", "bench")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("not for bench", refused.stderr)

    def test_kvm_does_not_run_another_architecture(self):
        run = 'use_machine "$1"; accel_for image'
        self.assertEqual(self.in_lib(run, "s390").stdout, "tcg\n")
        refused = self.in_lib(run, "s390", env={"PARLEY_ACCEL": "kvm"})
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("cannot run s390 with PARLEY_ACCEL=kvm", refused.stderr)


class Sources(KernelTest):
    def test_the_pinned_version_of_debian_is_taken_before_others(self):
        self.tarball(4)
        self.debian("7.4.1-1~bpo13+1", "7.3.4-1~bpo13+1")
        result = self.kernel("--source")
        self.assertEqual(result.stdout.strip(), str(self.cache / "linux-7.3.4"), result.stderr)
        self.assertEqual((self.folder / "asked").read_text(), "linux-source-7.3=7.3.4-1~bpo13+1\n")

    @unittest.skipUnless(shutil.which("apt-get") and shutil.which("dpkg-deb"), "needs apt")
    def test_a_package_that_nobody_has_signed_is_not_taken_whatever_this_machine_allows(self):
        text = "Package: a\nVersion: 7\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a\n"
        package = self.write(self.folder / "a/DEBIAN/control", text).parents[1]
        mirror = self.folder / "mirror"
        (mirror / "pool").mkdir(parents=True)
        # dpkg-deb refuses a folder that others may not enter.
        (package / "DEBIAN").chmod(0o755)
        subprocess.run(["dpkg-deb", "-b", package, mirror / "pool/a.deb"], check=True, capture_output=True)
        data = (mirror / "pool/a.deb").read_bytes()
        arch = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
        listed = self.write(mirror / f"dists/trixie/main/binary-{arch.stdout.strip()}/Packages", text +
                            f"Filename: pool/a.deb\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n")
        text = listed.read_bytes()
        self.write(mirror / "dists/trixie/Release", "Origin: a\nSuite: trixie\nCodename: trixie\nComponents: main\n"
                   f"Architectures: {arch.stdout}Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n "
                   f"{hashlib.sha256(text).hexdigest()} {len(text)} {listed.relative_to(mirror / 'dists/trixie')}\n")
        allowed = self.write(self.folder / "apt.conf", "".join(f'{name} "true";\n' for name in (
            "Acquire::AllowInsecureRepositories", "Acquire::AllowWeakRepositories",
            "Acquire::AllowDowngradeToInsecureRepositories", "APT::Get::AllowUnauthenticated")))
        result = self.in_lib(f". scripts/build/fetch.sh; fetch_deb a ^7 trixie {self.folder}/out || echo refused",
                             env={"DEBIAN_MIRROR": f"copy:{mirror}", "APT_CONFIG": str(allowed)})
        self.assertEqual(result.stdout, "refused\n", result.stderr)
        self.assertIn("no a from Debian", result.stderr)

    def test_the_newest_kernel_of_a_suite_is_its_own_kernel(self):
        def offered(sublevel):
            self.tarball(sublevel)
            self.debian(f"7.3.{sublevel}-1")
        offered(9)
        self.assertIn("Linux 7.3.9 (testing) is built", self.kernel("testing").stderr)
        before = self.kernel("--path", "testing").stdout
        self.assertNotEqual(before, self.kernel("--path").stdout)
        # The pinned kernel is another one, and stays.
        self.assertFalse((self.cache / "linux-instead").exists())
        # Sources that somebody has removed are fetched again.
        shutil.rmtree(self.cache / "linux-7.3.9")
        self.assertEqual(self.kernel("--source", "testing").stdout.strip(), str(self.cache / "linux-7.3.9"))
        offered(10)  # it is taken a day later
        self.assertIn("Linux 7.3.9 (testing) is built", self.kernel("testing").stderr)
        record = self.cache / "linux-of-testing"
        os.utime(record, (1, 1))
        self.assertIn("Linux 7.3.10 (testing) is built", self.kernel("testing").stderr)
        self.assertNotEqual(self.kernel("--path", "testing").stdout, before)
        # Without a network, the one that is there.
        os.utime(record, (1, 1))
        self.fake("apt-get", "exit 1")
        done = self.kernel("testing")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the sources that were fetched before", done.stderr)
        self.assertNotEqual(self.kernel("experimental").returncode, 0)

    def test_sources_that_are_too_old_for_the_module_are_told_from_a_failure(self):
        self.tarball(9)
        self.debian("7.2.12-1")
        machine = self.checkout / "scripts/build/machine.sh"
        machine.write_text(machine.read_text().replace("\noldest=7.3\n", "\noldest=7.4\n"))
        done = self.kernel("testing")
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("Linux 7.3.9, and the module needs 7.4", done.stderr)

    def test_another_version_of_debian_has_its_own_name_and_key(self):
        before = self.kernel("--path").stdout
        self.tarball(9)
        self.debian("7.3.9-1~bpo13+1")
        result = self.kernel("--source")
        self.assertEqual(result.stdout.strip(), str(self.cache / "linux-7.3.9"), result.stderr)
        self.assertIn("using Linux 7.3.9", result.stderr)
        self.assertFalse((self.cache / "linux-7.3.4").exists())
        self.assertEqual(self.kernel("--source").stdout, result.stdout)
        self.assertNotEqual(self.kernel("--path").stdout, before)
        self.assertIn("Linux 7.3.9 (default) is built", self.kernel().stderr)

    def test_another_version_is_not_kept_for_when_another_is_pinned(self):
        self.tarball(9)
        self.debian("7.3.9-1~bpo13+1")
        self.kernel("--source")
        script = self.checkout / "scripts/build/kernel"
        script.write_text(script.read_text().replace("=7.3.4", "=7.3.12"))
        self.tarball(12)
        self.debian("7.3.12-1~bpo13+1")
        self.assertEqual(self.kernel("--source").stdout.strip(), str(self.cache / "linux-7.3.12"))

    def test_sources_that_are_not_what_their_folder_says_are_refused(self):
        self.sources(9, self.cache / "linux-7.3.4")
        result = self.kernel("--source")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("are those of Linux 7.3.9", result.stderr)

    def test_a_tarball_that_nobody_vouches_for_is_not_even_fetched(self):
        tar, _ = self.tarball(4)
        self.debian()
        self.fake("curl", f'touch {self.folder}/fetched; cp {tar} "${{@: -1}}"')
        result = self.kernel("--source")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("PARLEY_LINUX_SHA256", result.stderr)
        self.assertFalse((self.folder / "fetched").exists())
        self.assertFalse((self.cache / "linux-7.3.4").exists())

    def test_a_tarball_with_another_sum_is_refused_and_not_unpacked(self):
        tar, sha256 = self.tarball(4)
        self.debian()
        self.fake("curl", f'cp {tar} "${{@: -1}}"')
        self.fake("tar", f"touch {self.folder}/unpacked")
        result = self.kernel("--source", env={"PARLEY_LINUX_SHA256": "0" * 64})
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f"found:    {sha256}", result.stderr)
        self.assertFalse((self.folder / "unpacked").exists())
        self.assertEqual(list(self.cache.glob("linux*")), [])

    def test_the_tarball_with_that_sum_is_taken(self):
        tar, sha256 = self.tarball(4)
        self.debian()
        self.fake("curl", f'while [ "$1" != -o ]; do shift; done; cp {tar} "$2"')
        result = self.kernel("--source", env={"PARLEY_LINUX_SHA256": sha256})
        self.assertEqual(result.stdout.strip(), str(self.cache / "linux-7.3.4"), result.stderr)


class Failures(KernelTest):
    """Each cause has a message of its own."""

    def fails(self, *words, env=None, **options):
        result = self.kernel("--source", env=env, **options)
        self.assertNotEqual(result.returncode, 0)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(list(self.cache.glob("linux*")), [])

    def test_no_network_for_apt(self):
        self.fake("apt-get", "echo 'E: Failed to fetch  Could not resolve host' >&2; exit 100")
        self.fails("no linux-source-7.3 from Debian: the network cannot be reached")

    def test_a_full_disk_for_apt(self):
        self.fake("apt-get", "echo 'E: Write error - write (28: No space left on device)'; exit 100")
        self.fails("no linux-source-7.3 from Debian: a disk is full")

    def test_no_network_for_curl(self):
        self.debian()
        self.fake("curl", "echo 'curl: (6) Could not resolve host: cdn.kernel.org' >&2; exit 6")
        self.fails("from kernel.org", "the network cannot be reached",
                   env={"PARLEY_LINUX_SHA256": "0" * 64})

    def test_a_full_disk_for_curl(self):
        self.debian()
        self.fake("curl", "echo 'curl: (23) Failure writing output to destination' >&2; exit 23")
        self.fails("from kernel.org", "a disk is full", env={"PARLEY_LINUX_SHA256": "0" * 64})

    def test_a_full_disk_for_tar(self):
        self.tarball(4)
        self.debian("7.3.4-1~bpo13+1")
        self.fake("tar", "echo 'tar: a: Cannot write: No space left on device' >&2; exit 2")
        self.fails("cannot be unpacked", "a disk is full")

    def test_no_curl(self):
        self.fails("this machine has no apt", "curl is missing", "install the package curl",
                   env={"PARLEY_LINUX_SHA256": "0" * 64},
                   path=f"{self.folder}/bin:{self.basic_path()}")


class Builds(KernelTest):
    def setUp(self):
        super().setUp()
        self.sources(4)
        for name in ("ci", "ci-arm"):
            self.write(self.checkout / f"scripts/build/kernel-{name}.config", "CONFIG_A=y\n")

    def test_a_build_removes_the_builds_of_its_own_flavour_alone(self):
        self.assertEqual(self.kernel("ci-arm").returncode, 0)
        other = self.kernel("--path", "ci-arm").stdout.strip()
        stale = self.write(self.cache / "kernel/ci-0123456789ab/.done").parent
        result = self.kernel("ci")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse(stale.exists())
        self.assertEqual({str(path) for path in (self.cache / "kernel").iterdir()},
                         {other, self.kernel("--path", "ci").stdout.strip()})

    def test_the_build_that_another_worktree_uses_stays(self):
        used = self.write(self.cache / "kernel/ci-0123456789ab/.done").parent
        user = subprocess.Popen(["flock", "--shared", used / ".done", "sh", "-c", "echo; read word"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(user.communicate, "go on\n")
        user.stdout.readline()
        result = self.kernel("ci")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((used / ".done").exists())
        self.assertIn("kept, because it is in use", result.stderr)

    def test_scripts_that_use_a_kernel_keep_it_from_being_removed(self):
        build = self.cache / "kernel/default-0123456789ab"
        # The first command of each script tests whether the lock is free. cargo's configuration is
        # read before there is anything to hold.
        ask = f"[ $1 != -Z ] || exit 1; flock --nonblock {build}/.done true && echo free >>{self.folder}/said || " \
              f"echo held >>{self.folder}/said; exit 1"
        for tool in ("make", "qemu-system-x86_64", "vng", "cargo", "perl"):
            self.fake(tool, ask)
        self.fake("python3", f'[[ ${{2:-}} != *rust-project ]] || exec {sys.executable} "$@"\n{ask}')
        for tool in ("shellcheck", "rustfmt"):
            self.fake(tool, "exit 0")
        for name in (".config", "include/generated/rustc_cfg", "arch/x86/boot/bzImage", "Makefile"):
            self.write(build / name, "CONFIG_KUNIT=y\n" if name == ".config" else "")
        self.write(self.checkout / "scripts/build/kernel", f'''#!/bin/sh
case $1 in --image) echo {build}/arch/x86/boot/bzImage ;; --source) echo {self.cache}/linux-7.3.4 ;;
*) echo {build} ;; esac''')
        self.git("init", "--quiet")
        self.write(self.checkout / "scripts/build/check-kdir", "#!/bin/sh\n")
        self.write(self.checkout / "scripts/setup", "#!/bin/sh\n")
        self.run_here("scripts/build/alone", "true")
        for script in (["module", build], ["vm", "--", "true"], ["run"], ["lint"], ["bench"],
                       ["rust-project"]):
            self.write(build / ".done")
            self.write(self.checkout / "kmod/parley.ko")
            self.write(self.checkout / "build/module-for", f"{build}\n")
            self.in_lib(f"state_of {build} >build/kernel-state-build-module; content_of kmod/parley.ko >build/module-sum")
            (self.folder / "said").unlink(missing_ok=True)
            result = self.run_here(SCRIPTS[script[0]], *script[1:], env={"PARLEY_ACCEL": "tcg"})
            said = (self.folder / "said").read_text() if (self.folder / "said").exists() else ""
            self.assertEqual(set(said.split()), {"held"}, f"{script[0]}: {said}{result.stderr}")

    def test_a_rustc_without_a_toolchain_is_told(self):
        self.fake("rustc", "echo 'error: no default is configured' >&2; exit 1")
        for words in ((), ("--path",), ("--image",)):
            result = self.kernel(*words)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn("no default is configured", result.stderr)
            self.assertIn("rustc does not run", result.stderr)

    def test_the_tools_of_a_kernel_are_those_that_built_it(self):
        for tool in ("clang-21", "ld.lld-21", "llvm-ar-21"):
            self.fake(tool, "")
        build = pathlib.Path(self.kernel("--path").stdout.strip())
        result = self.kernel("--tools")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("the kernel 'default' is not built", result.stderr)
        self.write(build / ".done")
        for config, tools in (("", ""), ("CONFIG_CC_IS_CLANG=y\n", "LLVM=-21\n")):
            self.write(build / ".config", config)
            result = self.kernel("--tools")
            self.assertEqual((result.returncode, result.stdout), (0, tools), result.stderr)

    def test_a_name_that_leads_out_of_the_cache_is_refused(self):
        for name in ("../x", "a/b", ".", "a b", "*"):
            result = self.kernel("--path", name)
            self.assertNotEqual(result.returncode, 0, name)
            self.assertIn("a kernel cannot have this name", result.stderr)


class Debian(KernelTest):
    """scripts/build/debian, with a made-up archive and root."""

    headers = "usr/src/linux-headers-"

    def setUp(self):
        super().setUp()
        setup = self.checkout / "scripts/setup"
        setup.write_text(setup.read_text().replace("/usr/share/keyrings/debian-archive-keyring.gpg",
                                                   str(self.folder)))
        for tool in ("busybox", "file", "depmod"):
            self.fake(tool, "exit 0")
        self.fake("apt-config", "echo \"proxy='http://apts.proxy:1'\"")
        self.fake("id", "echo 0")
        self.fake("mmdebstrap", f'''
echo "$http_proxy" >{self.folder}/proxy
while [ "$1" != trixie ]; do shift; done; mkdir -p "$2/tmp" "$2/usr/local/sbin"''')
        # Inside the root, the fake records each call with its arguments, and fakes its effect.
        self.fake("unshare", f'''
root=$6; shift 6
while [[ $1 = *_proxy=* ]]; do shift; done
echo "$*" >>{self.folder}/called
case "$*" in
"apt-cache show linux-headers-"*) grep -qx "${{3#linux-headers-}}" {self.folder}/releases ;;
"apt-cache pkgnames"*) sed s/^/linux-headers-/ {self.folder}/releases ;;
"sh -c"*) release=$(cat {self.folder}/releases | sort -V | tail -n 1)
	folder=$root/tmp/image/usr/lib/modules/$release; mkdir -p "$folder/kernel"
	echo image >"$folder/vmlinuz" ;;
"debian-headers "*) mkdir -p "$root/{self.headers}$2" ;;
esac''')

    def debian_kernel(self, *words, env=None, **options):
        return self.kernel(*words, "debian", **options, env={"http_proxy": "", "https_proxy": "", **(env or {})})

    def test_the_pinned_kernel_is_taken_and_old_builds_go(self):
        self.write(self.folder / "releases", "7.3.4+deb13-amd64\n7.3.9+deb13-amd64\n7.4.1+deb13-amd64\n")
        before = self.debian_kernel("--path").stdout
        stale = self.write(self.cache / "kernel/debian-0123456789ab/.done").parent
        used = self.write(self.cache / "kernel/debian-0123456789ac/.done").parent
        other = self.write(self.cache / "kernel/debian-mine/.done").parent
        user = subprocess.Popen(["flock", "--shared", used / ".done", "sh", "-c", "echo; read word"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(user.communicate, "go on\n")
        user.stdout.readline()
        (self.folder / "releases").write_text("7.3.4+deb13-amd64\n")
        result = self.debian_kernel()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.debian_kernel("--path").stdout, before)
        self.assertIn("Debian's Linux 7.3.4+deb13-amd64 is ready", result.stderr)
        self.assertEqual([path.exists() for path in (stale, used, other)], [False, True, True])

    def test_another_kernel_has_its_own_name_and_key(self):
        self.write(self.folder / "releases", "7.3.9+deb13-amd64\n")
        before = self.debian_kernel("--path").stdout
        result = self.debian_kernel()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Debian's Linux 7.3.9+deb13-amd64 is ready", result.stderr)
        after = self.debian_kernel("--path").stdout
        self.assertTrue(after.endswith("/linux-headers-7.3.9+deb13-amd64\n"))
        self.assertNotEqual(after.split("/root/")[0], before.split("/root/")[0])
        self.assertEqual(len(list((self.cache / "kernel").iterdir())), 1)
        self.assertIn("Debian's Linux 7.3.9+deb13-amd64 is ready", self.debian_kernel().stderr)

    def test_a_proxy_that_only_apt_knows_reaches_the_root(self):
        self.write(self.folder / "releases", "7.3.4+deb13-amd64\n")
        self.debian_kernel()
        self.assertEqual((self.folder / "proxy").read_text(), "http://apts.proxy:1\n")

    def test_locks_and_jobs_leave_the_low_descriptors_to_the_root(self):
        self.write(self.folder / "releases", "7.3.4+deb13-amd64\n")
        self.fake("mmdebstrap", f"ls /proc/$$/fd >{self.folder}/open; exit 1")
        low = os.dup(0)
        self.addCleanup(os.close, low)
        self.debian_kernel(pass_fds=(low,))
        given = set((self.folder / "open").read_text().split()) - {"0", "1", "2"}
        self.assertEqual({number for number in given if len(number) == 1}, set())

    def test_no_network_and_a_full_disk_have_their_own_words(self):
        for says, words in (("E: Could not connect to m:80", "the network cannot be reached"),
                            ("E: No space left on device", "a disk is full")):
            self.fake("mmdebstrap", f"echo '{says}' >&2; exit 1")
            result = self.debian_kernel()
            self.assertEqual(result.returncode, 1)
            self.assertIn("no Debian root can be made", result.stderr)
            self.assertIn(words, result.stderr)
