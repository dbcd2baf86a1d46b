# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared by the scripts here. Sourced, not run.
#
# shellcheck disable=SC2034 # used by scripts that source it

# With CDPATH, the `cd` below and others could lead into another folder; with POSIXLY_CORRECT,
# tools take options after an operand for operands.
unset CDPATH POSIXLY_CORRECT
top=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=$(basename "$0")

note() {
	printf '%-8s %s\n' "$me:" "$*" >&2
}

die() {
	printf '%s: %s\n' "$me" "$1" >&2
	shift
	[ $# = 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

# These variables would make Kbuild and cargo build into other folders, with other flags or
# without running tests, make git use another repository, and pip install elsewhere; they would
# hide findings of checks, and let a `read` of bash time out.
unset "${!KBUILD_@}" "${!KCONFIG_@}" "${!MDBOOK_@}" MO O M TMOUT LLVM{,_IAS} {,SUB}ARCH
unset CROSS_COMPILE LOCALVERSION K{C,AS,RUST,CPP,AF}FLAGS
# Only scripts/build/alone passes the options of a make that calls it on to another make.
[ "$me" = alone ] || unset {,GNU}MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
# Scripts parse the messages of tools, which must be English. The character set is kept.
[ -z "${LC_ALL:-}" ] || export LC_CTYPE=$LC_ALL
unset LC_ALL LANGUAGE
export LC_MESSAGES=C
unset CARGO_BUILD_{TARGET,TARGET_DIR,BUILD_DIR} "${!CARGO_PROFILE_@}" "${!PROPTEST_@}"
unset UPDATE_SNAPSHOTS PARLEY_EMULATED TAPE TAR_OPTIONS
# Makes results depend only on the source. scripts/test/fuzz uses other seeds.
export PROPTEST_RNG_SEED=1
unset GIT_{DIR,WORK_TREE,INDEX_FILE,PREFIX,COMMON_DIR,NAMESPACE,OBJECT_DIRECTORY}
unset GIT_{ALTERNATE_OBJECT_DIRECTORIES,CONFIG,CONFIG_PARAMETERS,CONFIG_COUNT,GRAFT_FILE}
unset PIP_{TARGET,PREFIX,ROOT,USER} PYFLAKES_{BUILTINS,DOCTEST} CLIPPY_ARGS
# A compiler cache may start a server, which would keep the locks of these scripts.
export RUSTC_WRAPPER='' RUSTC_WORKSPACE_WRAPPER=''
# Flags hide warnings, so only the scripts that install the program keep the user's.
case $me in
alone | deb | install | program) ;;
*) unset RUSTFLAGS RUSTDOCFLAGS CARGO_ENCODED_RUST{,DOC}FLAGS CARGO_BUILD_RUST{,DOC}FLAGS ;;
esac
for name in "${!CARGO_TARGET_@}"; do
	[[ $name != *_R@(UNNER|USTFLAGS) ]] || unset "$name"
done
unset name
export CARGO_TARGET_DIR=$top/user/target CARGO_TERM_COLOR=never CARGO_TERM_QUIET=false

# need TOOL...: dies unless all tools are on the PATH, and names the missing ones.
need() {
	local tool absent=()
	for tool; do
		command -v "$tool" >/dev/null || absent+=("$tool")
	done
	[ ${#absent[@]} = 0 ] || die "missing on this machine: ${absent[*]}" \
		"run: make setup   (without make: scripts/setup)"
	[[ " $* " != *' cargo '* ]] || cargo_builds_here
}

# cargo_builds_here: dies if a configuration file makes cargo build without checks, for another
# target, or in a folder that several checkouts share and that may be older than the sources; or if
# it sets a runner for this machine, which could run in place of the tests.
cargo_builds_here() {
	local found
	found=$(cd "$top/user" && RUSTC_BOOTSTRAP=1 cargo -Z unstable-options config get \
		--show-origin 2>/dev/null | grep -E \
		-e '^(build\.(target|build-dir)|profile\..*(overflow-checks|debug-assertions)) ' \
		-e "^target\.(\"cfg\(.*|$(uname -m)-[^.]*)\.runner ") || return 0
	die "a configuration file of cargo changes how it builds or runs:" "$found" \
		"remove this from the file while you build parley"
}

# at_least OLDEST VERSION: succeeds if VERSION is OLDEST or newer.
at_least() {
	[ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# rust_is OLDEST: succeeds if rustc is of this version or newer.
rust_is() {
	local version
	version=$(rustc --version) || return
	read -r _ version _ <<<"$version"
	at_least "$1" "$version"
}

# in_ci: succeeds if CI is set to anything but 0 or false.
in_ci() { [[ ${CI:-} != @(|0|false) ]]; }

# no_more ARGUMENT...: ends the script, with status 2, if there is an ARGUMENT.
no_more() {
	[ $# = 0 ] || (die "unexpected argument: $1" "see the comment at the top of $0") || exit 2
}

# Called by bash for a missing command that no `need` lists.
command_not_found_handle() {
	printf '%s: %s is missing on this machine; run: make setup\n' "$me" "$1" >&2
	return 127
}

# plain_path WHAT PATH: dies unless PATH and its target are absolute and have only characters
# that every tool takes literally. virtme-ng passes paths through a shell on this machine;
# PATH and overlayfs split at colons, make at spaces; `=`, `%` and `,` are special to
# virtme-ng, to make and to QEMU.
plain_path() {
	local path LC_ALL=C
	for path in "$2" "$(realpath -m -- "$2")"; do
		[[ $path =~ ^/[A-Za-z0-9_./+@~-]*$ ]] || die "$1 is not a plain path: $path" \
			"tools that these scripts call would split it, or run a part of it as shell code" \
			"use an absolute path of letters, digits and _ . / + @ ~ - for it"
	done
}

# holder_of DESCRIPTOR: prints the process that holds a lock on the file of this descriptor, if
# /proc shows it.
holder_of() {
	local entry pid
	for entry in /proc/[0-9]*/fd/"$1"; do
		pid=${entry#/proc/} pid=${pid%%/*}
		if [ "$pid" != $$ ] && [ "$entry" -ef "/proc/$$/fd/$1" ] &&
			grep -qs '^lock:' "/proc/$pid/fdinfo/$1"; then
			printf ' (process %s: %s)' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-60)"
			return
		fi
	done
}

# take DESCRIPTOR WHO [OPTION]: takes the lock on the file of this descriptor. Prints WHO and the
# holder if it must wait. Fails if the file system has no locks.
take() {
	local status=0
	flock --nonblock --conflict-exit-code 75 "${@:3}" "$1" 2>/dev/null || status=$?
	if [ "$status" = 75 ]; then
		note "$2$(holder_of "$1"); waiting for it"
		status=0
		flock "${@:3}" "$1" || status=$?
	fi
	return "$status"
}

# Checks the paths that every script uses. Fails with status 2, wrong usage, so that scripts/vm
# does not return a status that looks like its command's.
(
	realpath -m / >/dev/null 2>&1 || die "these scripts need GNU's tools; BusyBox's lack options" \
		"on Alpine, as root: apk add coreutils diffutils findutils gawk grep procps-ng sed tar util-linux"
	plain_path "the checkout's path" "$top"
	if [ -n "${TMPDIR:-}" ]; then
		plain_path TMPDIR "$TMPDIR"
		if [ ! -d "$TMPDIR" ] || [ ! -w "$TMPDIR" ]; then
			die "TMPDIR is not a folder that you may write to: $TMPDIR" "set it to one, or unset it"
		fi
	fi
	if [ -n "${XDG_CACHE_HOME:-}" ]; then
		plain_path XDG_CACHE_HOME "$XDG_CACHE_HOME"
	else
		[ -n "${HOME:-}" ] || die "neither HOME nor XDG_CACHE_HOME is set" \
			"set one: tools and kernels are kept in a folder there"
		plain_path HOME "$HOME"
	fi
) || exit 2
cache=$(realpath -ms -- "${XDG_CACHE_HOME:-$HOME/.cache}/parley")
[ ! "$cache" -ef "$top" ] || die "the cache would be this checkout: $cache" \
	"set XDG_CACHE_HOME to another folder"
# Another program may own a folder of this name. Earlier versions wrote no mark.
mark=$cache/.parley-cache
if [ -d "$cache" ] && [ ! -e "$mark" ] && [ ! -e "$cache/setup.lock" ] && [ ! -e "$cache/env.sh" ] &&
	[ -n "$(ls -A -- "$cache")" ]; then
	die "this is not the cache of these scripts: $cache" "set XDG_CACHE_HOME to another folder"
fi
# use_cache: keeps `make distclean`, also in another checkout, from removing the cache until this
# process and its children have ended (descriptor 5).
use_cache() {
	[ -d "$cache" ] && command -v flock >/dev/null || return 0
	[ -e "$mark" ] || [ ! -w "$cache" ] || : >"$mark"
	# A cache inside the checkout must not be listed by git.
	[[ $cache != "$top"/* || -e $cache/.gitignore || ! -w $cache ]] || echo '*' >"$cache/.gitignore"
	exec 5<"$cache"
	take 5 "the cache is being removed" --shared || true
}
use_cache

# Keep Python from writing its cache beside the sources, and from skipping assertions.
export PYTHONDONTWRITEBYTECODE=1
unset PYTHONOPTIMIZE

# Sets the paths of the tools that setup has put into the cache, of libclang and of rust-src.
# shellcheck source=/dev/null
[ ! -f "$cache/env.sh" ] || . "$cache/env.sh"

# chroot_of KDIR: prints the Debian root in the cache that contains KDIR, if there is one.
chroot_of() {
	local in_cache=${1#"$cache/kernel/"}
	case $1 in
	"$cache"/kernel/debian-*/root/*) echo "$cache/kernel/${in_cache%%/*}/root" ;;
	esac
}

# chroot_fill ROOT: replaces /build/parley in ROOT with a copy of the module's sources and its
# build scripts. The caller must hold the lock debian-root. All files are world-readable,
# because a guest reads the files of this machine as the user who started it.
chroot_fill() {
	no_mount_in "$1/build/parley"
	as_root rm -rf --one-file-system -- "$1/build/parley"
	as_root install -d -m 755 "$1/build" "$1/build/parley"
	(cd "$top" && tar -cf - --mode=u=rwX,go=rX Kbuild kmod/Kbuild kmod/*.rs kmod/*/*.rs \
		kmod/*/*.c scripts/lib.sh scripts/build/{module,check-kdir,built.sh,machine.sh}) |
		as_root tar -xf - --no-same-owner -C "$1/build/parley"
}

# checked_guest ARGUMENT...: runs scripts/vm. Also fails if the guest's kernel log is not clean.
checked_guest() {
	local log status=0
	log=$(mktemp)
	"$top/scripts/vm" --log "$log" "$@" || status=$?
	if [ "$status" != 2 ]; then
		"$top/scripts/test/check-log" "$log" >&2 || [ "$status" != 0 ] || status=1
	fi
	rm -f -- "$log"
	return "$status"
}

# not_begun FOLDER...: writes a report to each FOLDER which shows that its run has not begun, until
# that run writes its own. Exits if one cannot be written.
not_begun() {
	local folder said status
	for folder; do
		status=0
		said=$(python3 -B "$top/scripts/test/report" "$folder" sh -c \
			'echo "the run has not begun"; exit 77' 2>&1 >/dev/null) || status=$?
		[ "$status" = 77 ] || { printf '%s\n' "$said" >&2 && exit 1; }
	done
}

# mark WORD ARGUMENT...: sends a mark to scripts/test/report, whose run.py lists the words.
mark() {
	[ -n "${PARLEY_MARK:-}" ] || return 0
	local IFS=$'\037'
	printf '\036%s\037%s\n' "$PARLEY_MARK" "$*"
}
# step KIND NAME COMMAND...: runs a part of a test, with a name in the report. Only steps are judged,
# and the plan lists all steps. Appends to `failures` the name of one that fails.
failures=()
step() {
	local kind=$1 name=$2 status=0
	shift 2
	mark begin "$kind" "$name"
	mark begin "$kind" "$name" >&2
	"$@" || status=$?
	mark end "$status"
	mark end "$status" >&2
	[ "$status" = 0 ] || failures+=("$name")
	return "$status"
}

# lock NAME: holds the lock NAME until this process ends. A process that it
# starts in the background must close the descriptor (9>&-).
lock() {
	need flock
	mkdir -p "$cache"
	use_cache
	exec 9>"$cache/$1.lock"
	take 9 "another run holds the lock '$1'" || true
}

# not_by_root: succeeds if root must leave building to the owner of this checkout, who could
# neither replace nor remove files that root had built in it.
not_by_root() {
	[ "$(id -u)" = 0 ] && [ "$(stat -c %u "$top")" != 0 ]
}

# by_sudo: succeeds if root came from sudo, and the checkout belongs to another user.
by_sudo() {
	[ "${SUDO_UID:-0}" != 0 ] && not_by_root
}

# not_by_sudo: dies if by_sudo. In a container, root has no other user to leave building to.
not_by_sudo() {
	! by_sudo || die "root must not build in the checkout of $(stat -c %U "$top")" \
		"run it without sudo; it asks for root when it needs it"
}

# alone: waits until no other run works in this checkout, and keeps others out until
# this process and its children have ended, so that a run tests exactly what it has
# built. The lock is on the checkout's folder (descriptor 8). PARLEY_ALONE tells the
# children of a holder that they need not wait; it counts only below that process.
alone() {
	local holder=${PARLEY_ALONE:-} pid=$$
	# For scripts/build/alone, its command decides. These three build nothing as root.
	[[ $me = @(alone|clean|install) ]] || not_by_sudo
	holder=${holder%% *}
	if [ "${PARLEY_ALONE:+${PARLEY_ALONE#* }}" = "$top" ]; then
		[ -e /proc/self/status ] || return 0
		while [ "${pid:-0}" -gt 0 ]; do
			[ "$pid" != "$holder" ] || return 0
			pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
		done
	fi
	need flock
	exec 8<"$top"
	take 8 "another run is at work in this checkout" ||
		note "this file system does not support locks: do not start a second run in this checkout"
	if [ -L "$top/user/target" ] && [ -d "$top/user/target" ]; then
		exec 4<"$top/user/target"
		take 4 "another checkout builds in the folder to which user/target leads" || true
	fi
	export PARLEY_ALONE="$$ $top"
	[ "$me" = clean ] || [ ! -w "$top" ] || by_sudo || by_content
}

# hold PATH: keeps the kernel in the cache that contains PATH, its tree or its image, from
# being removed until this process and its children have ended (descriptor 7).
hold() {
	local build=${1#"$cache/kernel/"}
	[ "$build" != "$1" ] || return 0
	build=$cache/kernel/${build%%/*}
	# A kernel that is not built cannot be held; its user reports that.
	[ -e "$build/.done" ] || return 0
	need flock
	exec 7<"$build/.done"
	flock --shared 7
	[ "$build/.done" -ef /proc/self/fd/7 ] ||
		die "the kernel in $build was removed just now" "run this again"
}

# remove_build FOLDER: removes a kernel from the cache. Fails if another process holds it.
remove_build() (
	if [ -L "$1" ]; then
		note "removing the symbolic link $1, but not its target"
		rm -f -- "$1"
		exit
	fi
	if [ -e "$1/.git" ]; then
		note "kept, because it contains .git: $1"
		exit 1
	fi
	if [ -e "$1/.done" ]; then
		exec 6<"$1/.done"
		flock --nonblock 6 || {
			note "kept, because it is in use: $1"
			exit 1
		}
		# First, so that the rest of an interrupted removal is not taken for a
		# kernel.
		rm -f -- "$1/.done"
	fi
	remove_tree "$1"
)

# remove_builds NAME KEEP: removes the builds of the kernel NAME other than KEEP, unless
# they are in use. The caller must hold the lock of the kernel's build.
remove_builds() {
	local build
	for build in "$cache/kernel/$1"-*; do
		# Another kernel's name may begin with this one's.
		if [[ ${build##*/} =~ ^"$1"-[0-9a-f]{12}$ ]] && [ "$build" != "$2" ]; then
			remove_build "$build" || true
		fi
	done
}

# no_mount_in FOLDER: dies if something is mounted on FOLDER or below it. rm
# --one-file-system does not stop at a bind mount of the same file system.
no_mount_in() {
	local folder mounted
	folder=$(realpath -m -- "$1")
	while read -r _ _ _ _ mounted _; do
		printf -v mounted '%b' "$mounted"
		case $mounted/ in
		"$folder"/*) die "cannot remove a folder with a mount inside: $mounted" "unmount it first" ;;
		esac
	done </proc/self/mountinfo
}

# remove_built FOLDER: removes a folder that a script has created. Dies if something is
# mounted in it, if it is a repository or worktree of git, which may be a user's, or if a link in the
# checkout leads to it.
remove_built() {
	local parent
	parent=$(dirname "$1")
	[[ $(realpath -ms -- "$parent")/ != "$top"/* || $(realpath -m -- "$parent")/ = "$top"/* ]] ||
		die "this folder is elsewhere, through a symbolic link: $1" "remove the link"
	no_mount_in "$1"
	[ ! -e "$1/.git" ] ||
		die "this folder is a user's, because it contains .git: $1" "move it elsewhere"
	rm -rf --one-file-system -- "$1"
}

# remove_target FOLDER: removes a target folder of cargo, if it has cargo's tag.
remove_target() {
	! grep -qs 'created by cargo' "$1/CACHEDIR.TAG" || remove_built "$1"
}

# not_among_products FOLDER: dies if FOLDER is where scripts and `make clean` remove folders. A
# script that makes a project there, and removes it itself, sets PARLEY_SCRATCH to a folder around it.
not_among_products() {
	local folder products
	folder=$(realpath -m -- "$1")
	[[ -z ${PARLEY_SCRATCH:-} || $folder/ != "$PARLEY_SCRATCH"/* ]] || return 0
	for products in build user/target; do
		[[ $folder/ != "$(realpath -m -- "$top/$products")"/* ]] ||
			die "$1 is below $products, where scripts and \`make clean\` remove files" \
				"choose another folder"
	done
}

# no_link_build: dies if `build`, in which scripts remove folders, is a symbolic link.
no_link_build() {
	[ ! -L "$top/build" ] || die "build is a symbolic link" "remove the link and its target by hand"
}

# remove_tree FOLDER: like remove_built, but as root if a plain rm fails, as for a Debian
# root, whose files belong to root.
remove_tree() {
	no_mount_in "$1"
	rm -rf --one-file-system -- "$1" 2>/dev/null || true
	if [ -e "$1" ]; then
		note "as root: rm -rf --one-file-system $1"
		as_root rm -rf --one-file-system -- "$1"
	fi
}

# This machine's proxy settings, as words NAME=VALUE, because sudo and a chroot with a
# clean environment would drop them.
proxies=()
for name in {http,https,ftp,all,no}_proxy {HTTP,HTTPS,ALL,NO}_PROXY; do
	[ -z "${!name:-}" ] || proxies+=("$name=${!name}")
done
unset name

# as_root COMMAND...: runs COMMAND as root, by sudo if needed. Its files are world-readable.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		(umask 022 && "$@")
	elif command -v sudo >/dev/null; then
		(umask 022 && sudo -- env "${proxies[@]}" "$@")
	else
		die "this needs root: $1" "install sudo, or run it as root"
	fi
}

# chroot_run ROOT COMMAND...: runs COMMAND in the root file system ROOT, with /proc and /dev,
# which compilers and package managers need. The mounts disappear when it ends.
chroot_run() {
	local root=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	as_root unshare --mount sh -c 'root=$1 && shift &&
		mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
		exec chroot "$root" env -i LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' \
		sh "$root" "${proxies[@]}" "$@"
}

# cause_in LOG: prints why the tool that wrote LOG failed. Recognizes a refusal of sudo, and a
# missing network and a full disk by messages of package managers, curl, pip, tar and cargo;
# otherwise prints the log's last lines.
cause_in() {
	if grep -qE '^sudo: .*(password|terminal|privileges)|in the sudoers file|not allowed to' "$1"; then
		echo "sudo does not make $(id -un) root here"
	elif grep -qiE -e 'no space left on device|disk quota exceeded|enough free space' \
		-e 'failure writing output' "$1"; then
		echo "a disk is full; free some space (df -h $cache ${TMPDIR:-/tmp})"
	elif grep -qiE -e "could ?n[o']t (resolve|connect)|(failed|unable) to connect" \
		-e 'failure (resolving|in name)|name or service not known|no route to host' \
		-e 'network is unreachable|connection (refused|timed out)' "$1"; then
		echo "the network cannot be reached; behind a proxy, set http_proxy and https_proxy"
	else
		tail -n 5 "$1"
	fi
}

# What machine.sh sets. Until a script chooses another, the machine in use is this one.
foreign='' flavour='' cargo_target=() built_in=$top/user/target memory='' seconds=''
arch='' machine='' deb_arch='' triplet='' target='' boot_image='' board='' tty='' qemu_package='' oldest=''
# shellcheck source=build/machine.sh
. "$top/scripts/build/machine.sh"
take_machine "$(uname -m)" || foreign=''
# shellcheck source=build/built.sh
. "$top/scripts/build/built.sh"
