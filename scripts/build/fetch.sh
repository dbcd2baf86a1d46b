# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Fetches Debian packages that are not in this machine's apt sources. Sourced after lib.sh,
# not run.
#
# shellcheck disable=SC2154 # cache is set by lib.sh

# The keys that sign Debian's package lists.
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt's options for a source that these scripts add: this machine's settings may let apt take
# unsigned packages.
signed_only=(-o Acquire::AllowInsecureRepositories=false -o Acquire::AllowWeakRepositories=false
	-o Acquire::AllowDowngradeToInsecureRepositories=false -o APT::Get::AllowUnauthenticated=false)

# instead_of NAME PINNED: prints the version that was fetched because PINNED was not
# available, from the file NAME-instead in the cache; otherwise PINNED.
instead_of() {
	local pinned='' version=''
	{ read -r pinned version <"$cache/$1-instead"; } 2>/dev/null || true
	[ "$pinned" = "$2" ] || version=$2
	echo "$version"
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

# private_apt FOLDER ARCH SUITES: sets apt to the options of an apt of its own in FOLDER, which knows
# only Debian's packages of ARCH and SUITES, signed with Debian's archive key, and none that is
# installed. Fetches its lists. If it fails, prints the reason.
private_apt() {
	local folder=$1 arch=$2 suite mirror
	command -v apt-get >/dev/null || { no_deb "this machine has no apt" && return 1; }
	mirror=$(debian_mirror) ||
		{ no_deb "apt's sources name no Debian mirror; DEBIAN_MIRROR can name one" && return 1; }
	mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/parts"
	: >"$folder/status"
	for suite in $3; do
		echo "deb [arch=$arch signed-by=$debian_keyring] $mirror $suite main"
	done >"$folder/sources.list"
	apt=(-qq -o "APT::Architecture=$arch" -o "APT::Architectures=$arch"
		-o "Dir::State::lists=$folder/lists" -o "Dir::State::status=$folder/status"
		-o "Dir::Cache=$folder/cache"
		-o "Dir::Etc::sourcelist=$folder/sources.list" -o "Dir::Etc::sourceparts=$folder/parts"
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Debug::NoLocking=true
		-o APT::Install-Recommends=false
		-o APT::Update::Error-Mode=any "${signed_only[@]}")
	LC_ALL=C apt-get "${apt[@]}" update >"$folder/log" 2>&1 || { no_deb "$(cause_in "$folder/log")" && return 1; }
}

# no_deb REASON: prints why a package was not fetched.
no_deb() {
	note "no $package from Debian: $1"
}

# fetch_deb PACKAGE PATTERNS SUITES FOLDER: unpacks a package of another Debian
# suite into FOLDER, without changing this machine's apt configuration. Uses the first available
# version that matches a pattern (grep -E) of PATTERNS, preferring earlier patterns, and prints the
# version. If it fails, prints the reason.
fetch_deb() {
	local package=$1 private apt status=0
	private=$(mktemp -d) || { no_deb "cannot create a temporary folder" && return 1; }
	private_deb "$@" || status=1
	rm -rf -- "$private"
	return "$status"
}
private_deb() {
	local versions version='' pattern
	private_apt "$private" "$(dpkg --print-architecture)" "$3" || return
	versions=$(apt-cache "${apt[@]}" madison "$package" | awk -F ' *[|] *' '{ print $2 }')
	for pattern in $2; do
		[ -n "$version" ] || version=$(grep -E -m 1 -- "$pattern" <<<"$versions") || true
	done
	[ -n "$version" ] || { no_deb "no wanted version in $3" && return 1; }
	mkdir "$private/deb"
	if ! (cd "$private/deb" &&
		LC_ALL=C apt-get "${apt[@]}" download "$package=$version" >"$private/log" 2>&1) ||
		! dpkg-deb -x "$private"/deb/*.deb "$4" 2>>"$private/log"; then
		no_deb "$(cause_in "$private/log")"
		return 1
	fi
	echo "$version"
}

# newest_deb NAME SUITE: prints the name and the version of the package on which SUITE's package NAME
# depends, such as linux-source-7.3 for linux-source. If it fails, prints the reason.
newest_deb() {
	local package=$1 private apt found
	private=$(mktemp -d) || { no_deb "cannot create a temporary folder" && return 1; }
	found=$(
		private_apt "$private" "$(dpkg --print-architecture)" "$2" || exit
		package=$(apt-cache "${apt[@]}" depends "$1" | sed -n "s/^ *Depends: \($1-[0-9.]*\)\$/\1/p" | sort -V | tail -n 1)
		[ -n "$package" ] || { package=$1 no_deb "$2 has none" && exit 1; }
		echo "$package $(apt-cache "${apt[@]}" madison "$package" | awk -F ' *[|] *' '{ print $2; exit }')"
	) || found=''
	rm -rf -- "$private"
	[ -n "$found" ] && echo "$found"
}

# fetch_debs ARCH SUITES FOLDER PACKAGE...: fetches the packages for ARCH, with all that they depend
# on, into FOLDER/cache/archives. If it fails, prints the reason.
fetch_debs() {
	local package="package for $1" apt
	private_apt "$3" "$1" "$2" || return
	LC_ALL=C apt-get "${apt[@]}" --yes --download-only install "${@:4}" >"$3/log" 2>&1 ||
		{ no_deb "$(cause_in "$3/log")" && return 1; }
}

# debian_root WORDS...: creates a Debian root with mmdebstrap. The apt inside writes to the
# first free descriptor by its number, with a shell that reads one digit. Locks and make's
# jobs take the low numbers, so they stay here.
debian_root() {
	as_root mmdebstrap --quiet --variant=minbase "$@" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}
