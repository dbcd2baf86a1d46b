# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What is built in this checkout: whether it is up to date, and how Kbuild's part of it is
# made and removed. Sourced after lib.sh, not run.
#
# shellcheck disable=SC2154 # top is of lib.sh

# stale FILE SOURCE...: whether FILE is older than one of these, or not there, or whether a
# source has changed without its time saying so.
stale() {
	local file=$1
	shift
	[ ! -e "$file" ] || [ -n "$(changed_unseen)" ] || [ -n "$(find "$@" -type d \( -name target -o -name tests -o \
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

# remove_built_by_kbuild: removes what Kbuild made of the sources in this checkout, by
# its own records: for each FILE it keeps .FILE.cmd, which begins with the file's name.
remove_built_by_kbuild() (
	cd "$top" || exit
	for record in .*.cmd kmod/.*.cmd kmod/*/.*.cmd; do
		[ -f "$record" ] || continue
		folder=
		[[ $record != */* ]] || folder=${record%/*}/
		file=${record#"$folder."} file=$folder${file%.cmd}
		IFS= read -r line <"$record" || true
		[[ $line = "savedcmd_$file := "* ]] || continue
		rm -f -- "$file" "$record"
	done
	# These have no record, or none where the module came from a Debian root; and a
	# compiler that was interrupted leaves its list of headers.
	rm -f -- kmod/parley.ko kmod/parley.mod.c
	sed -n 's/^parley-y := //p' kmod/Kbuild | tr ' ' '\n' |
		sed -E 's,(.*/)?(.*),kmod/\1.\2.d,' | xargs rm -f --
)

# kbuild KDIR FOLDER ARGUMENT...: builds the modules in FOLDER for that tree, with the
# compilers that built its kernel. Dies if that fails or warns, with make's output.
kbuild() {
	local output tools
	mapfile -t tools < <(tools_of "$1")
	output=$(make -C "$1" M="$2" MO= "${tools[@]}" "${@:3}" modules 2>&1) || {
		printf '%s\n' "$output" >&2
		die "the module does not build for $1"
	}
	if grep -qE '^(warning|WARNING)|: warning:' <<<"$output"; then
		printf '%s\n' "$output" >&2
		# Otherwise the next run would have nothing to do, and not warn.
		if [ "$2" = "$top" ]; then remove_built_by_kbuild; else remove_built "$2"; fi
		die "the module builds with warnings"
	fi
}
