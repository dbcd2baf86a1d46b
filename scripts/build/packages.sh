# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The packages of this machine's distribution, for scripts/setup. Sourced after lib.sh and
# fetch.sh, not run.
#
# shellcheck disable=SC2034,SC2154 # used by setup, or set by lib.sh

# Names the distribution; and the folder of the headers that are written <LIKE/THIS> below.
os_release=/etc/os-release
includes=/usr/include

# The package managers, and how each installs packages without removing any.
managers=(apt-get dnf pacman zypper apk)
declare -A how=(
	[apt-get]='apt-get install -y --no-remove --no-install-recommends'
	[dnf]='dnf install -y --setopt=install_weak_deps=False'
	[pacman]='pacman -S --noconfirm --needed'
	[zypper]='zypper --non-interactive install --no-recommends'
	[apk]='apk add'
)

# Prints one line for each tool: its group; what shows that it is there: a command, a file, a
# <HEADER>, or a module of Perl or Python; and its packages for each of the managers, separated by
# commas. A dash means that no package is needed, and a question mark that none is known here.
#
# Only Debian's names were tried. The others are from the kernel's documentation (rust/quick-start,
# admin-guide/quickly-build-trimmed-linux and admin-guide/verify-bugs-and-bisect-regressions), and
# from other projects' instructions for these distributions.
packages() {
	local x86=${machine/x86_64/x86} cross=${triplet//_/-}
	cat <<-END
		base make make make make make make
		base gcc gcc gcc gcc gcc,glibc-devel gcc,musl-dev,linux-headers
		base flex flex flex flex flex flex
		base bison bison bison bison bison bison
		base bc bc bc bc bc bc
		base xz xz-utils xz xz xz xz
		base cpio cpio cpio cpio cpio cpio
		base find findutils findutils findutils findutils findutils
		base cmp diffutils diffutils diffutils diffutils diffutils
		base curl - curl curl curl curl
		base <libelf.h> libelf-dev elfutils-libelf-devel libelf libelf-devel elfutils-dev
		base <openssl/ssl.h> libssl-dev openssl-devel openssl libopenssl-devel openssl-dev
		base insmod kmod kmod kmod kmod kmod
		base ip iproute2 iproute iproute2 iproute2 iproute2
		base nft nftables nftables nftables nftables nftables
		base setpriv util-linux util-linux util-linux util-linux setpriv
		base flock util-linux util-linux util-linux util-linux flock
		base hexdump bsdextrautils util-linux util-linux util-linux hexdump
		base mount mount util-linux util-linux util-linux mount
		base pgrep procps procps-ng procps-ng procps procps
		base perl:Term::ANSIColor perl perl perl perl perl
		base strace strace strace strace strace strace
		base shellcheck shellcheck ShellCheck shellcheck ShellCheck shellcheck
		base tshark tshark wireshark-cli wireshark-cli wireshark tshark
		base tcpdump tcpdump tcpdump tcpdump tcpdump tcpdump
		base qemu-system-$machine $qemu_package qemu-system-$x86-core qemu-system-$x86 \
			qemu-${qemu_package##*-} qemu-system-$machine
		python python:venv,ensurepip python3,python3-venv python3 python python3 python3
		libclang libclang $libclang_package clang-devel clang clang-devel clang-libclang
		rust rustc rustc rust rust rust rust
		rust cargo cargo cargo rust cargo cargo
		rust rustfmt rustfmt rustfmt rust cargo rustfmt
		rust clippy-driver rust-clippy clippy rust cargo rust-clippy
		rust rust-src rust-src rust-src rust-src rust-src rust-src
		bindgen bindgen bindgen bindgen-cli rust-bindgen rust-bindgen rust-bindgen
		clang clang$llvm_suffix clang$llvm_suffix clang clang clang clang
		clang ld.lld$llvm_suffix lld$llvm_suffix lld lld lld lld
		clang llvm-ar$llvm_suffix llvm$llvm_suffix llvm llvm llvm llvm
		bench busybox busybox-static busybox busybox busybox-static busybox-static
		bench <libnl3/netlink/genl/genl.h> libnl-genl-3-dev libnl3-devel libnl libnl3-devel libnl3-dev
		interop <libnl3/netlink/genl/genl.h> libnl-genl-3-dev libnl3-devel libnl libnl3-devel libnl3-dev
		interop genl iproute2 iproute iproute2 iproute2 iproute2
		interop genl-ctrl-list libnl-utils libnl3-cli libnl libnl-tools libnl3-cli
		book chromium chromium chromium chromium chromium chromium
		models spin spin ? ? ? ?
		debian mmdebstrap mmdebstrap ? ? ? ?
		debian busybox busybox-static ? ? ? ?
		debian file file ? ? ? ?
		debian $debian_keyring debian-archive-keyring ? ? ? ?
		cross $triplet-gcc gcc-$cross ? ? ? ?
		cross /usr/$triplet/lib/crt1.o libc6-dev-$deb_arch-cross ? ? ? ?
		cross qemu-system-$machine $qemu_package ? ? ? ?
		cross qemu-$machine qemu-user ? ? ? ?
		big-endian qemu-s390x qemu-user ? ? ? ?
		big-endian s390x-linux-gnu-gcc gcc-s390x-linux-gnu ? ? ? ?
		big-endian /usr/s390x-linux-gnu/lib/crt1.o libc6-dev-s390x-cross ? ? ? ?
		big-endian powerpc-linux-gnu-gcc gcc-powerpc-linux-gnu ? ? ? ?
		big-endian /usr/powerpc-linux-gnu/lib/crt1.o libc6-dev-powerpc-cross ? ? ? ?
	END
}

installed() {
	case $1 in
	/*) [ -e "$1" ] ;;
	'<'*) [ -e "$includes/${1:1:-1}" ] ;;
	perl:*) perl "-M${1#*:}" -e 1 2>/dev/null ;;
	python:*) python3 -c "import ${1#*:}" 2>/dev/null ;;
	rust-src) [ -n "$(rust_sources)" ] ;;
	*) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	esac
}

# find_manager: sets `manager` to the distribution's, or to nothing if this script knows none.
find_manager() {
	local ids
	# shellcheck source=/dev/null
	ids=$(. "$os_release" 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}") || true
	case " $ids " in
	*' debian '* | *' ubuntu '*) manager=apt-get ;;
	*' fedora '* | *' rhel '*) manager=dnf ;;
	*' arch '*) manager=pacman ;;
	*suse*) manager=zypper ;;
	*' alpine '*) manager=apk ;;
	*) manager='' ;;
	esac
	command -v "${manager:-none}" >/dev/null || manager=''
}
find_manager

# packages_of GROUP [TOOL...]: adds the missing tools of a group, or these tools, to `lacks`; their
# packages to `wanted`; and the tools for which no package is known to `unknown`. On an unknown
# system, `wanted` has Debian's names.
packages_of() {
	local group tool names=() package column=0
	for package in "${managers[@]}"; do
		[ "$package" != "$manager" ] || break
		column=$((column + 1))
	done
	column=$((column % ${#managers[@]}))
	while read -r group tool names; do
		[ "$group" = "$1" ] || continue
		if [ $# = 1 ]; then
			! installed "$tool" || continue
		else
			[[ " ${*:2} " = *" $tool "* ]] || continue
		fi
		read -ra names <<<"$names"
		case ${names[column]} in
		-) continue ;;
		'?') unknown+=("${tool%%:*}") ;;
		*)
			for package in ${names[column]//,/ }; do
				[[ " ${wanted[*]} " = *" $package "* ]] || wanted+=("$package")
			done
			;;
		esac
		lacks+=("${tool%%:*}")
	done < <(packages)
}

# can_install: succeeds if packages can be installed.
can_install() {
	[ -n "$manager" ] && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

# manage COMMAND...: runs a package manager as root. Its output is in packages.log.
manage() {
	as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" >"$cache/packages.log" 2>&1
}

# refresh: fetches apt's package lists. The other managers do it when they need them.
refresh() {
	[ "$manager" != apt-get ] || [ -n "$refreshed" ] || manage apt-get -qq update || return
	refreshed=1
}
refreshed=''

# install_packages PACKAGE...: as root.
install_packages() {
	can_install || return 1
	local command long=''
	# All of them take 45 s on 2 cores.
	[ $# -lt 10 ] || long=' (about a minute)'
	printf '  %-18s %s%s\n' installing "$*" "$long"
	read -ra command <<<"${how[$manager]}"
	if refresh && manage "${command[@]}" "$@"; then
		return
	fi
	if [[ " $* " = *' qemu-system-'* ]] &&
		grep -qE 'remove is disabled|unmet dependencies' "$cache/packages.log" &&
		qemu_from_backports "$@" && manage "${command[@]}" "$@"; then
		return
	fi
	cause_in "$cache/packages.log" >&2
	return 1
}

# qemu_from_backports PACKAGE...: installs, by the caller's `command`, those of QEMU from Debian's
# backports, which need not be in apt's sources. If the machine has a part of QEMU from there,
# Debian's older QEMU would replace that part.
qemu_from_backports() {
	local mirror suite package status=0 private=$cache/apt-backports emulators=()
	for package; do
		[[ $package != qemu-system-* ]] || emulators+=("$package")
	done
	mirror=$(debian_mirror) || return
	# shellcheck source=/dev/null
	suite=$(. "$os_release" && echo "${VERSION_CODENAME:?}-backports") || return
	mkdir -p "$private/parts" "$private/lists/partial"
	cp /etc/apt/sources.list.d/*.list "$private/parts" 2>/dev/null || true
	cp /etc/apt/sources.list.d/*.sources "$private/parts" 2>/dev/null || true
	echo "deb [signed-by=$debian_keyring] $mirror $suite main" >"$private/parts/backports.list"
	local options=(-o "Dir::Etc::sourceparts=$private/parts" -o "Dir::State::lists=$private/lists"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root
		"${signed_only[@]}")
	manage apt-get -qq "${options[@]}" update &&
		manage "${command[@]}" "${options[@]}" -t "$suite" "${emulators[@]}" || status=1
	remove_tree "$private"
	[ "$status" = 0 ] && report qemu "from $suite, as other parts of it on this machine"
}

# advice: prints how to install the packages in `wanted`, as one command, and what else to do. If apt
# has to remove others, it asks.
advice() {
	local line="${how[${manager:-apt-get}]} ${wanted[*]}"
	[[ $line != apt-get* ]] || line="apt-get update && ${line/ -y --no-remove/}"
	{
		if [ ${#wanted[@]} = 0 ]; then
			[ ${#unknown[@]} -gt 0 ] || echo "install them, and run scripts/setup again"
		elif [ -n "$manager" ]; then
			printf '%s\n' "as root, run this, and then run scripts/setup again:" "  $line"
		else
			printf '%s\n' \
				"scripts/setup does not know this system's package manager; on Debian it would be" \
				"  $line" "install these, or packages of your system with the same content"
		fi
		[ ${#unknown[@]} = 0 ] || echo "scripts/setup knows packages only on Debian for: ${unknown[*]}"
	} | sed '2,$s/^/  /' # as die indents the first line
}

# provide GROUP WHAT: installs the packages of a group; dies if tools are still missing.
provide() {
	wanted=() unknown=() lacks=()
	packages_of "$1"
	[ ${#lacks[@]} -gt 0 ] || return 0
	note "looking for $2"
	[ ${#wanted[@]} = 0 ] || install_packages "${wanted[@]}" || true
	wanted=() unknown=() lacks=()
	packages_of "$1"
	[ ${#lacks[@]} = 0 ] || die "missing on this machine: ${lacks[*]}" "$(advice)"
}

# candidate PACKAGE: sets `version` to the one that apt would install, or to nothing.
candidate() {
	local again
	for again in '' 1; do
		[ -z "$again" ] || refresh 2>/dev/null || true
		version=$({ LC_ALL=C apt-cache policy "$1" 2>/dev/null || true; } |
			sed -nE 's/^ *Candidate: ([0-9]+:)?([0-9][0-9.]*).*/\2/p')
		[ -z "$version" ] && [ -z "$refreshed" ] && can_install || return 0
	done
}

# offers OLDEST PACKAGE: succeeds unless the distribution's package is older. Only apt is asked: the
# others' packages are new enough, or what is installed shows that they are not. Without apt's
# lists, the distribution's version decides whether its Rust and bindgen are.
offers() {
	local version=''
	[ "$manager" = apt-get ] || return 0
	candidate "$2"
	if [ -n "$version" ]; then
		at_least "$1" "$version"
	else
		# shellcheck source=/dev/null
		[[ $(. "$os_release" && echo "$ID-${VERSION_ID:-}") != @(debian-1[0-2]|ubuntu-2[0-4])* ]]
	fi
}

# choose_clang: sets the parts of Debian's names that have a version, which its suites do not share.
libclang_package=libclang-19-dev llvm_suffix=-19
choose_clang() {
	local version='' number
	if [ "$manager" != apt-get ]; then
		[ -z "$manager" ] || llvm_suffix=''
		return
	fi
	candidate libclang-dev
	version=${version%%.*}
	[ "${version:-0}" -lt 17 ] || libclang_package=libclang-dev
	for number in 19 20 21 18 17; do
		! apt-cache show "clang-$number" >/dev/null 2>&1 || { llvm_suffix=-$number && break; }
	done
}
