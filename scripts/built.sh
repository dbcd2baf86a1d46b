# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What is built in this checkout: of what, whether it is up to date, and how Kbuild's part of
# it is made and removed. A part of lib.sh.
#
# shellcheck disable=SC2154 # top is of lib.sh

# sums: a line "SUM  FILE" for each source of what make and cargo build here, sorted.
sums() (
	cd "$top" || exit
	for place in Kbuild kmod user interop bench conformance sample; do
		[ ! -e "$place" ] || find "$place" -name target -prune -o -type f \( -name '*.rs' -o \
			-name '*.[ch]' -o -name 'Cargo.*' -o -name Kbuild -o -name '*.yaml' \) \
			! -name '*.mod.c' -print0
	done | xargs -0r sha256sum | LC_ALL=C sort
)

# changed_sources: prints the sources that are not what they were when by_content last looked.
changed_sources() {
	[ -f "$top/build/sources" ] || return 0
	sums | LC_ALL=C comm -13 "$top/build/sources" - | cut -c 67-
}

# by_content: gives these the time of now. make and cargo go by times, and a source that was
# restored, or copied with its time, can be older than what was built before it came.
by_content() {
	local file
	if [ ! -f "$top/build/sources" ]; then
		# Whatever is there was built of sources that nobody knows.
		remove_built_by_kbuild
		forget_built "$top/user/target"
	fi
	changed_sources | while IFS= read -r file; do
		touch -c -- "$top/$file" || die "$file has changed, and its time cannot be set" \
			"what was built of it may be newer, so: touch it, or run make clean"
	done
	no_link_build
	[ -z "$(find "$top/build/sources" -newermt now 2>/dev/null)" ] ||
		die "the clock of this machine has gone back since the last run" \
			"what was built then would seem to be new, so: make clean"
	mkdir -p "$top/build" && sums >"$top/build/sources"
	# Another checkout may build there, too.
	{ [ ! -L "$top/user/target" ] && ! mountpoint -q "$top/user/target" 2>/dev/null; } ||
		only_of_these "$top/user/target"
	# Its owner is to write there, too.
	! not_by_root || chown --reference="$top" -- "$top/build" "$top/build/sources"
}

# forget_built FOLDER: has cargo forget what it has built of parley's crates in this target folder.
forget_built() {
	rm -rf -- "$1"/{,*/,*/*/}{debug,release,guest}/.fingerprint/parley*
}

# only_of_these FOLDER: does that, if it was built of other sources than these.
only_of_these() {
	local sources
	sources=$(sums | sha256sum)
	[ "$(cat "$1/parley-sources" 2>/dev/null)" != "$sources" ] || return 0
	forget_built "$1"
	mkdir -p "$1"
	echo "$sources" >"$1/parley-sources"
}

# stale FILE SOURCE...: whether FILE is older than one of these, or not there, or whether any
# source has changed since the last run that built something.
stale() {
	local file=$1
	shift
	[ ! -e "$file" ] || [ -n "$(changed_sources)" ] || [ -n "$(find "$@" -type d \( -name target -o -name tests -o \
		-name benches -o -name examples -o -name fuzz \) -prune -o \
		-type f -newer "$file" \( -name '*.rs' -o -name '*.c' -o -name Kbuild -o \
		-name 'Cargo.*' -o -name auto.conf \) ! -name '*.mod.c' -print -quit)" ]
}

# module_built KDIR RELEASE: whether the module is built for that tree, from the sources
# as they are. No compiler is needed to tell: each build writes build/module-for anew,
# even if make had nothing to do.
module_built() {
	local magic
	magic=$(modinfo -F vermagic "$top/kmod/parley.ko" 2>/dev/null) || return 1
	[ "${magic%% *}" = "$2" ] && [ -e "$top/build/module-for" ] &&
		[ "$(realpath -m -- "$(cat "$top/build/module-for")")" = "$1" ] &&
		! stale "$top/build/module-for" "$top/kmod" "$top/Kbuild" "$1/include/config/auto.conf"
}

# remove_by_records FILE...: removes, with these records of Kbuild's, what it has made: for each
# FILE it keeps .FILE.cmd, which begins with the file's name.
remove_by_records() {
	local record folder file line
	for record; do
		[ -f "$record" ] || continue
		folder=
		[[ $record != */* ]] || folder=${record%/*}/
		file=${record#"$folder."} file=$folder${file%.cmd}
		IFS= read -r line <"$record" || true
		[[ $line = "savedcmd_$file := "* ]] || continue
		rm -f -- "$file" "$record"
	done
}

# remove_built_by_kbuild: removes what Kbuild made of the sources in this checkout.
remove_built_by_kbuild() (
	cd "$top" || exit
	remove_by_records .*.cmd kmod/.*.cmd kmod/*/.*.cmd
	# These have no record, or none where the module came from a Debian root; and a
	# compiler that was interrupted leaves its list of headers.
	rm -f -- kmod/parley.ko kmod/parley.mod.c
	[ ! -e kmod/Kbuild ] || sed -n 's/^parley-y := //p' kmod/Kbuild | tr ' ' '\n' |
		sed -E 's,(.*/)?(.*),kmod/\1.\2.d,' | xargs rm -f --
)

# remove_left COPY SOURCE: removes sources from the folder COPY that SOURCE does not have any more.
remove_left() {
	local file
	find "$1" \( -name '*.rs' -o -name '*.c' \) ! -name '*.mod.c' ! -name '.module-common.c' \
		-printf '%P\0' | while IFS= read -rd '' file; do
		[ -e "$2/$file" ] || rm -f -- "$1/$file"
	done
}

# kbuild KDIR FOLDER ARGUMENT...: builds the modules in FOLDER for that tree, with the
# compilers that built its kernel. Dies if that fails or warns, with make's output.
kbuild() {
	local output tools
	mapfile -t tools < <(tools_of "$1")
	building=$2 unfinished=$top/build/unfinished-${2##*/}
	# Of a build that was killed.
	[ ! -e "$unfinished" ] || remove_unfinished
	mkdir -p "$top/build" && : >"$unfinished"
	trap remove_unfinished EXIT
	output=$(make -C "$1" M="$2" MO= "${tools[@]}" "${@:3}" modules 2>&1) || {
		printf '%s\n' "$output" >&2
		die "the module does not build for $1"
	}
	if grep -qE '^(warning|WARNING)|: warning:' <<<"$output"; then
		printf '%s\n' "$output" >&2
		die "the module builds with warnings"
	fi
	trap - EXIT
	rm -f -- "$unfinished"
}

# remove_unfinished: removes what a build has compiled that came to no good end: it would not be
# compiled again, nor warn, the next time.
remove_unfinished() {
	if [ "$building" = "$top" ]; then
		remove_built_by_kbuild
	else
		# shellcheck disable=SC2035 # Kbuild's own names
		(cd "$building" && remove_by_records .*.cmd */.*.cmd */*/.*.cmd)
	fi
	rm -f -- "$unfinished"
}
