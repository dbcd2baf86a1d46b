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

# fetch_deb PACKAGE PATTERNS SUITES FOLDER: unpacks a package of another Debian
# suite into FOLDER, without changing this machine's apt configuration, and verifies it
# with Debian's archive key. Uses the first available version that matches a pattern
# (grep -E) of PATTERNS, preferring earlier patterns, and prints the version. If it fails,
# prints the reason.
fetch_deb() {
	local package=$1 patterns=$2 suites=$3 folder=$4
	local mirror private versions version='' pattern suite
	no_deb() {
		note "no $package from Debian: $1"
		[ -z "${private:-}" ] || rm -rf "$private"
		return 1
	}
	command -v apt-get >/dev/null || no_deb "this machine has no apt" || return
	mirror=$(debian_mirror) ||
		no_deb "apt's sources name no Debian mirror; DEBIAN_MIRROR can name one" || return
	private=$(mktemp -d) || no_deb "cannot create a temporary folder" || return
	mkdir -p "$private/lists/partial" "$private/cache/archives/partial" \
		"$private/parts" "$private/deb"
	for suite in $suites; do
		echo "deb [signed-by=$debian_keyring] $mirror $suite main"
	done >"$private/sources.list"
	local apt=(-qq -o "Dir::State::lists=$private/lists"
		-o "Dir::Cache=$private/cache"
		-o "Dir::Etc::sourcelist=$private/sources.list"
		-o "Dir::Etc::sourceparts=$private/parts"
		-o APT::Sandbox::User=root -o Acquire::Languages=none
		-o APT::Update::Error-Mode=any "${signed_only[@]}")
	LC_ALL=C apt-get "${apt[@]}" update >"$private/log" 2>&1 ||
		no_deb "$(cause_in "$private/log")" || return
	versions=$(apt-cache "${apt[@]}" madison "$package" | awk -F ' *[|] *' '{ print $2 }')
	for pattern in $patterns; do
		[ -n "$version" ] || version=$(grep -E -m 1 -- "$pattern" <<<"$versions") || true
	done
	[ -n "$version" ] || no_deb "no wanted version in $suites" || return
	(cd "$private/deb" &&
		LC_ALL=C apt-get "${apt[@]}" download "$package=$version" >"$private/log" 2>&1) &&
		dpkg-deb -x "$private"/deb/*.deb "$folder" 2>>"$private/log" ||
		no_deb "$(cause_in "$private/log")" || return
	rm -rf "$private"
	echo "$version"
}

# debian_root WORDS...: creates a Debian root with mmdebstrap. The apt inside writes to the
# first free descriptor by its number, with a shell that reads one digit. Locks and make's
# jobs take the low numbers, so they stay here.
debian_root() {
	as_root mmdebstrap --quiet --variant=minbase "$@" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}
