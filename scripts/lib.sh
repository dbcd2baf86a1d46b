# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts here share. Sourced, not run.
#
# shellcheck disable=SC2034 # used by those that source it

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

# tools_of CONFIG: the arguments with which make builds for a kernel of this
# configuration, for which it has to be the same compiler.
tools_of() {
	if grep -qs '^CONFIG_CC_IS_CLANG=y' "$1"; then
		echo "LLVM=$(llvm)"
	fi
}

# accel_for IMAGE: how QEMU is to run the kernel IMAGE, kvm or tcg. /dev/kvm can
# be there and not run a kernel. So a kernel is booted: without a root file system
# it panics within a second, and that it does shows that it ran. The answer is kept
# until the next boot of this machine. PARLEY_ACCEL overrides it.
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
	printf '%s\n%s\n' "$stamp" "$answer" >"$cache/accel"
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

# fetch_deb PACKAGE VERSIONS SUITES FOLDER: unpacks a package of another Debian
# suite into FOLDER, without touching this machine's apt configuration. Of the
# versions on offer it takes the first that the pattern VERSIONS (grep -E)
# matches, and prints it. Fails where there is none, or no Debian mirror.
fetch_deb() {
	local package=$1 versions=$2 suites=$3 folder=$4
	local mirror keyring private version suite
	command -v apt-get >/dev/null || return 1
	# shellcheck disable=SC2016 # apt's own placeholders
	mirror=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian main //p' | grep -v security | head -n 1) || true
	# Where apt has never fetched a list it knows none of this, but its sources do.
	[ -n "$mirror" ] || mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		sed -nE 's,^(URIs:|deb( \[[^]]*\])?) +([^ ]*/debian/?)( .*)?$,\3,p' |
		head -n 1) || true
	[ -n "$mirror" ] || return 1
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
