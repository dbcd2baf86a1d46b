# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts here share. Sourced, not run.
#
# shellcheck disable=SC2034 # used by those that source it

# With it, the `cd` below and others could lead into another folder.
unset CDPATH
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/parley
me=$(basename "$0")

# Tools that setup has put into the cache, and where libclang and rust-src are.
# shellcheck source=/dev/null
[ ! -f "$cache/env.sh" ] || . "$cache/env.sh"

note() {
	printf '%-8s %s\n' "$me:" "$*" >&2
}

die() {
	printf '%s: %s\n' "$me" "$1" >&2
	shift
	[ $# = 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

# What make's variable LLVM is to be for the newest clang of this machine that
# is at least 17 and has the other tools beside it: "-19", or "1" for one without
# a number in its name. Nothing where there is none.
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

# config_of KDIR: where the configuration of this kernel tree is.
config_of() {
	if [ -e "$1/.config" ]; then
		echo "$1/.config"
	else
		echo "$1/include/config/auto.conf"
	fi
}

# rustc_of KDIR: the rustc that built this tree's kernel: the one on the PATH or
# /usr/bin/rustc. Nothing where neither is.
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

# tools_of KDIR: the arguments, one a line, with which make builds for this
# kernel tree: it has to be the compilers that built the kernel.
tools_of() {
	local rustc
	if grep -qs '^CONFIG_CC_IS_CLANG=y' "$(config_of "$1")"; then
		echo "LLVM=$(llvm)"
	fi
	rustc=$(rustc_of "$1")
	[ -z "$rustc" ] || [ "$rustc" = rustc ] || echo "RUSTC=$rustc"
}

# root_of KDIR: the Debian root in the cache that KDIR is in, if it is in one.
root_of() {
	local in_cache=${1#"$cache/kernel/"}
	case $1 in
	"$cache"/kernel/debian-*/root/*) echo "$cache/kernel/${in_cache%%/*}/root" ;;
	esac
}

# into_root ROOT: copies what a module is built of, and with, to /build/parley in
# ROOT, anew. Of those that use one ROOT at once each has the lock debian-root.
into_root() {
	as_root rm -rf "$1/build/parley"
	as_root mkdir -p "$1/build/parley"
	(cd "$top" && as_root cp --parents -t "$1/build/parley" Kbuild kmod/Kbuild \
		kmod/*.rs kmod/*/*.rs kmod/*/*.c scripts/{module,check-kdir,lib.sh})
}

# accel_for IMAGE: how QEMU is to run the kernel IMAGE, kvm or tcg. /dev/kvm can
# be there and not run a kernel. So a kernel is booted: without a root file system
# it panics within a second, which shows that it ran. The answer is kept until this
# machine boots again, or QEMU, the device or this user's right to it changes.
# PARLEY_ACCEL overrides it.
accel_for() {
	local stamp answer
	case ${PARLEY_ACCEL:-} in
	kvm | tcg)
		echo "$PARLEY_ACCEL"
		return
		;;
	'') ;;
	*) die "PARLEY_ACCEL is kvm or tcg, not '$PARLEY_ACCEL'" ;;
	esac
	stamp="$(cat /proc/sys/kernel/random/boot_id) $(qemu-system-x86_64 --version | head -n 1)"
	stamp+=" $(stat -Lc '%t:%T %a %u:%g' /dev/kvm 2>/dev/null || echo 'no kvm') $(id -u) $(id -G)"
	[ ! -w /dev/kvm ] || stamp+=" writable"
	if [ "$(sed -n 1p "$cache/accel" 2>/dev/null)" = "$stamp" ]; then
		sed -n 2p "$cache/accel"
		return
	fi
	answer=tcg
	if [ -w /dev/kvm ] && timeout -k 1 15 qemu-system-x86_64 -enable-kvm -cpu host -m 256 \
		-machine pc -nodefaults -display none -serial stdio -no-reboot -kernel "$1" \
		-append 'console=ttyS0 panic=-1' </dev/null 2>/dev/null |
		grep -a 'Unable to mount root fs' >/dev/null; then
		answer=kvm
	fi
	printf '%s\n%s\n' "$stamp" "$answer" >"$cache/accel" || true
	echo "$answer"
}

# lock NAME: holds the lock NAME until this process ends. A process that it
# starts in the background must close the descriptor (9>&-).
lock() {
	mkdir -p "$cache"
	exec 9>"$cache/$1.lock"
	if ! flock -n 9; then
		note "another run is at this ($1); waiting for it"
		flock 9
	fi
}

# as_root COMMAND...: through sudo, where this is not root.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "this takes root: $1" "install sudo, or run it as root"
	fi
}

# in_root ROOT COMMAND...: in the root file system ROOT, with /proc and /dev, which
# compilers and package managers want. The mounts go with the command.
in_root() {
	local root=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	as_root unshare --mount sh -c 'root=$1 && shift &&
		mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
		exec chroot "$root" env -i LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$root" "$@"
}

# The address of the Debian mirror that this machine's apt uses.
debian_mirror() {
	local mirror
	if [ -n "${DEBIAN_MIRROR:-}" ]; then
		echo "$DEBIAN_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # apt's own placeholders
	mirror=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian main //p' | grep -v security | head -n 1) || true
	# Where apt has never fetched a list it knows none of this, but its sources do.
	[ -n "$mirror" ] || mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		sed -nE 's,^(URIs:|deb( \[[^]]*\])?) +([^ ]*/debian/?)( .*)?$,\3,p' |
		head -n 1) || true
	[ -n "$mirror" ] && echo "$mirror"
}

# fetch_deb PACKAGE VERSIONS SUITES FOLDER: unpacks a package of another Debian
# suite into FOLDER, without touching this machine's apt configuration. Of the
# versions on offer it takes the first that the pattern VERSIONS (grep -E)
# matches, and prints it. Fails where there is none, or no Debian mirror.
fetch_deb() {
	local package=$1 versions=$2 suites=$3 folder=$4
	local mirror keyring private version suite
	command -v apt-get >/dev/null || return 1
	mirror=$(debian_mirror) || return 1
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	private=$(mktemp -d)
	mkdir -p "$private/lists/partial" "$private/cache/archives/partial" \
		"$private/parts" "$private/deb"
	for suite in $suites; do
		echo "deb [signed-by=$keyring] $mirror $suite main"
	done >"$private/sources.list"
	local apt=(-qq -o "Dir::State::lists=$private/lists"
		-o "Dir::Cache=$private/cache"
		-o "Dir::Etc::sourcelist=$private/sources.list"
		-o "Dir::Etc::sourceparts=$private/parts"
		-o APT::Sandbox::User=root -o Acquire::Languages=none)
	if ! apt-get "${apt[@]}" update >&2; then
		rm -rf "$private"
		return 1
	fi
	version=$(apt-cache "${apt[@]}" madison "$package" |
		awk -F ' *[|] *' '{ print $2 }' | grep -E -m 1 -- "$versions") || true
	if [ -z "$version" ] ||
		! (cd "$private/deb" &&
			apt-get "${apt[@]}" download "$package=$version" >&2) ||
		! dpkg-deb -x "$private"/deb/*.deb "$folder"; then
		rm -rf "$private"
		return 1
	fi
	rm -rf "$private"
	echo "$version"
}
