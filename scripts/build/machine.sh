# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What depends on the architecture of a kernel: names, compilers, emulator and limits.
# lib.sh sources this file.
#
# shellcheck disable=SC2034,SC2154 # used by scripts that source it; lib.sh sets the others

# The first Linux whose Rust bindings have Generic Netlink.
oldest=7.3

# One line for each architecture on which the suite runs: the kernel's name of it, that of uname
# and QEMU, Debian's, the prefix of Debian's cross compiler, rustc's target, the kernel's image,
# QEMU's board, the console on it, and the package of QEMU.
machines=(
	"x86 x86_64 amd64 x86_64-linux-gnu x86_64-unknown-linux-gnu bzImage pc ttyS0 qemu-system-x86"
	"arm64 aarch64 arm64 aarch64-linux-gnu aarch64-unknown-linux-gnu Image virt ttyAMA0 qemu-system-arm"
	"s390 s390x s390x s390x-linux-gnu s390x-unknown-linux-gnu bzImage s390-ccw-virtio ttysclp0 qemu-system-s390x"
)

# take_machine NAME: sets the variables that are the columns above for the architecture with that
# name, the kernel's or uname's. Sets `foreign` if this machine cannot run its programs, and
# `built_in` to the folder of the programs that cargo builds for it. Fails if there is none.
take_machine() {
	local entry own
	own=$(uname -m)
	for entry in "${machines[@]}"; do
		read -r arch machine deb_arch triplet target boot_image board tty qemu_package <<<"$entry"
		if [ "$1" = "$arch" ] || [ "$1" = "$machine" ]; then
			foreign='' built_in=$top/user/target
			[ "$machine" = "$own" ] || foreign=1 built_in+=/$target
			return
		fi
	done
	return 1
}

# use_machine KERNEL: does this for a kernel of scripts/build/kernel: arm64, or arm64-debug, is the
# kernel `default`, or `debug`, for that architecture. Sets `flavour` to the name without it.
use_machine() {
	flavour=$1
	if take_machine "${1%%-*}"; then
		flavour=${1#"${1%%-*}"} flavour=${flavour#-}
		flavour=${flavour:-default}
	else
		take_machine "$(uname -m)" ||
			die "parley has no kernel for this machine's architecture: $(uname -m)" \
				"scripts/build/machine.sh lists the architectures"
	fi
	[ "$flavour" != um ] || use_um
}

# use_um: selects user-mode Linux, a kernel that is a program of this machine.
use_um() {
	[ "$machine" = x86_64 ] || die "the kernel um needs an x86-64 machine"
	arch=um boot_image=linux
}

# use_machine_of KDIR: does it for the kernel of this tree.
use_machine_of() {
	local entry name config
	config=$(config_of "$1")
	for entry in "${machines[@]}"; do
		name=${entry%% *}
		! grep -qs "^CONFIG_${name^^}=y" "$config" || { take_machine "$name" && return; }
	done
	take_machine "$(uname -m)" || foreign=
	! grep -qs '^CONFIG_UML=y' "$config" || use_um
}

# for_target: sets cargo_target to the options with which cargo builds for the machine in use.
# Rust's standard library is built from its sources, which needs an unstable option. Debian's
# packages have none for a foreign machine and this rustc.
for_target() {
	cargo_target=()
	[ -n "$foreign" ] || return 0
	[ -e "${RUST_LIB_SRC:-}/Cargo.lock" ] ||
		die "the sources of Rust's standard library are missing" "run: make setup"
	local name=${target//-/_}
	export RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT=$RUST_LIB_SRC \
		"CARGO_TARGET_${name^^}_LINKER=$triplet-gcc"
	cargo_target=(--target "$target" -Z build-std -Z build-std-features=panic-unwind)
}

# path_in_guest FILE: prints where a guest of the machine in use finds a file that cargo has built.
path_in_guest() {
	echo "${1/#"$built_in/"/"$top/user/target/"}"
}

# room_for KERNEL: sets the `memory` and the time limit, `seconds`, of tests in a guest with this
# kernel, and the time limit of its boot.
room_for() {
	use_machine "$1"
	local slow=$foreign # under an emulator, a program of s390 takes 0.2 s to start
	memory=1G seconds=2400
	case $flavour in
	default | testing | experimental | um) ;;
	# Each network namespace has a device for each kind of tunnel whose module is loaded.
	debian) memory=2G ;;
	*) memory=3G slow=1 ;; # for sanitizers
	esac
	if [ -n "$slow" ]; then
		seconds=5400
		export PARLEY_BOOT_SECONDS=${PARLEY_BOOT_SECONDS:-600}
	fi
}

# llvm: prints the value of make's variable LLVM for this machine's newest clang that
# is at least 17 and has the other tools beside it: "-19", or "1" if its name has no
# number. Prints nothing if there is none.
llvm() {
	local suffix tool
	for suffix in -21 -20 -19 -18 -17 ''; do
		for tool in clang ld.lld llvm-ar; do
			command -v "$tool$suffix" >/dev/null || continue 2
		done
		[ -n "$suffix" ] || [ "$(clang -dumpversion | cut -d . -f 1)" -ge 17 ] || continue
		echo "${suffix:-1}"
		return
	done
}

# config_of KDIR: prints the path of this kernel tree's configuration.
config_of() {
	if [ -e "$1/.config" ]; then
		echo "$1/.config"
	else
		echo "$1/include/config/auto.conf"
	fi
}

# rustc_of KDIR: prints the rustc that built this tree's kernel: the one on the PATH or
# /usr/bin/rustc. Prints nothing if neither did.
rustc_of() {
	local wanted rustc
	wanted=$(sed -n 's/^CONFIG_RUSTC_VERSION_TEXT="\(.*\)"/\1/p' "$(config_of "$1")")
	[ -n "$wanted" ] || return 0
	for rustc in rustc /usr/bin/rustc; do
		if [ "$("$rustc" --version 2>/dev/null)" = "$wanted" ]; then
			echo "$rustc"
			return
		fi
	done
}

# tools_of KDIR: prints make's arguments, one a line, for builds against this
# kernel tree: they select the architecture and the compilers of its kernel.
tools_of() {
	local rustc
	(
		use_machine_of "$1"
		[ -z "$foreign" ] || printf '%s\n' "ARCH=$arch" "CROSS_COMPILE=$triplet-"
		# User-mode Linux is compiled as a PIE, and does not know the relocations that rustc uses
		# there for symbols of other modules.
		[ "$arch" != um ] || printf '%s\n' ARCH=um KRUSTFLAGS=-Zdirect-access-external-data=yes
	)
	if grep -qs '^CONFIG_CC_IS_CLANG=y' "$(config_of "$1")"; then
		echo "LLVM=$(llvm)"
	fi
	rustc=$(rustc_of "$1")
	[ -z "$rustc" ] || [ "$rustc" = rustc ] || echo "RUSTC=$rustc"
}

# accel_for IMAGE: prints how QEMU can run the kernel IMAGE, kvm or tcg. /dev/kvm can
# exist and not work, so this boots the kernel. Without a root file system
# it panics within a second, which shows that it ran. The result is cached until this
# machine reboots, or QEMU, the device or this user's access to it changes.
# PARLEY_ACCEL overrides it.
accel_for() {
	local stamp answer
	case ${foreign:+foreign-}${PARLEY_ACCEL:-} in
	kvm | tcg)
		echo "$PARLEY_ACCEL"
		return
		;;
	'') ;;
	foreign-*)
		[ "${PARLEY_ACCEL:-tcg}" = tcg ] || die "this machine cannot run $arch with PARLEY_ACCEL=$PARLEY_ACCEL"
		echo tcg
		return
		;;
	*) die "PARLEY_ACCEL must be kvm or tcg, not '$PARLEY_ACCEL'" ;;
	esac
	stamp="$(cat /proc/sys/kernel/random/boot_id) $("qemu-system-$machine" --version | head -n 1)"
	stamp+=" $(stat -Lc '%t:%T %a %u:%g' /dev/kvm 2>/dev/null || echo 'no kvm') $(id -u) $(id -G)"
	[ ! -w /dev/kvm ] || stamp+=" writable"
	if [ "$(sed -n 1p "$cache/accel" 2>/dev/null)" = "$stamp" ]; then
		sed -n 2p "$cache/accel"
		return
	fi
	answer=tcg
	if [ -w /dev/kvm ] && timeout -k 1 15 "qemu-system-$machine" -enable-kvm -cpu host -m 256 \
		-machine "$board" -nodefaults -display none -serial stdio -no-reboot -kernel "$1" \
		-append "console=$tty panic=-1" </dev/null 2>/dev/null |
		grep -a 'Unable to mount root fs' >/dev/null; then
		answer=kvm
	fi
	printf '%s\n%s\n' "$stamp" "$answer" >"$cache/accel" || true
	echo "$answer"
}
