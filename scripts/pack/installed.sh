# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Reads and writes the list of installed files, and compares the files with it. scripts/pack/install
# sources this file after it has set root, list and dirs.
#
# shellcheck disable=SC2154 # scripts/pack/install sets root, list, dirs and work
# shellcheck disable=SC2016 # unset expands these: twice, in double quotes

# Paths, without DESTDIR, that the list names: files, with their sums, folders and indexes. A
# file has two sums while it is replaced, and `none` where any content is ours.
# shellcheck disable=SC2034 # used by scripts/pack/install
declare -A ours=() folders=() indexes=()

# within PATH [FOLDER]: succeeds if PATH is in one of the folders that this call installs into,
# or if FOLDER is one or contains one.
within() {
	local name folder
	for name in "${dirs[@]}"; do
		folder=$(physical "${!name}/.") || continue
		[[ $1 = "${folder%/.}"/* || $folder = "${2:-none}"/* ]] && return
	done
	return 1
}

# read_list: reads the list. This script runs as root and removes the files in the list, so
# the list may only name files that this script can have installed.
read_list() {
	local line path name sum modules='^(/usr)?/lib/modules/[^/]+' bad=()
	[ -e "$root$list" ] || [ -L "$root$list" ] || return 0
	if [ -L "$root$list" ] || [ ! -f "$root$list" ]; then
		die "$root$list is not a regular file; nothing was changed"
	fi
	while IFS= read -r line || [ -n "$line" ]; do
		sum=
		if [[ $line =~ ^f\ ([0-9a-f]{64})\ (/.*) ]]; then
			sum=${BASH_REMATCH[1]} line="f ${BASH_REMATCH[2]}"
		fi
		path=${line:2} name=${line##*/}
		# Earlier versions wrote /lib where that is a link to usr/lib.
		[[ $path != /lib/* || $(readlink "$root/lib") != usr/lib ]] || path=/usr$path
		if [[ ! $name =~ ^\.{0,2}$ ]] && [ "$(physical "$path")" = "$path" ]; then
			case $line in
			'f /'*) { [[ $path =~ $modules/(.*/)?parley\.ko(\.gz|\.xz|\.zst)?$ ]] ||
				{ [[ $name =~ ^(parley|parley(-[a-z]+)*\.1|parley\.fish|_parley)$ ]] &&
					within "$path"; }; } && ours[$path]+=" ${sum:-none}" && continue ;;
			'd /'*) { within "$path" "$path" || [[ $path =~ ^(/usr)?/lib(/modules(/.*)?)?$ ]]; } &&
				folders[$path]=1 && continue ;;
			'i /'*) [[ $path =~ $modules/modules\.[a-z.]+$ ]] && indexes[$path]=1 && continue ;;
			esac
		fi
		bad+=("$line")
	done <"$root$list"
	[ ${#bad[@]} = 0 ] || die "nothing was changed, because $root$list has lines that this" \
		"script does not write, that lead through a symbolic link, or that are outside of" \
		"prefix and the other folders given:" "${bad[@]/#/  }" \
		"Give the folders of that install; or remove by hand what it installed, and the list."
}

# follow_modules: accepts a module that was compressed or uncompressed in place as the listed one.
# Otherwise it would remain without a list, and every later install would refuse.
follow_modules() {
	local path plain end
	for path in "${!ours[@]}"; do
		if [[ $path != */parley.ko* ]] || [ -e "$root$path" ]; then continue; fi
		plain=${path%.ko*}.ko
		for end in '' .gz .xz .zst; do
			[ ! -f "$root$plain$end" ] || ours[$plain$end]=' none'
		done
	done
}

# sum_of FILE: prints its SHA-256, or `none` for a module.
sum_of() {
	case $1 in
	*.ko | *.ko.[gxz]*) echo none ;;
	*) content_of "$1" ;;
	esac
}

# changed PATH: succeeds if the path exists and is not a file with one of the sums in the list.
changed() {
	local sum
	if [[ ${ours[$1]} = *none* ]] || { [ ! -e "$root$1" ] && [ ! -L "$root$1" ]; }; then return 1; fi
	if [ -L "$root$1" ] || [ ! -f "$root$1" ]; then return 0; fi
	sum=$(sum_of "$root$1") || die "$root$1 cannot be compared; nothing was changed"
	[[ ${ours[$1]} != *"$sum"* ]]
}

# used FOLDER: whether something of ours is in it.
used() {
	local path
	for path in "$list" "${!ours[@]}"; do
		[[ $path != "$1"/* ]] || return 0
	done
	return 1
}

write_list() {
	local path sum
	{
		for path in "${!ours[@]}"; do
			for sum in ${ours[$path]}; do
				[ "$sum" != none ] || sum=
				echo "f ${sum:+$sum }$path"
			done
		done
		for path in "${!indexes[@]}"; do echo "i $path"; done
		# A folder with others' files and none of ours is not ours any more.
		for path in "${!folders[@]}"; do
			! used "$path" || echo "d $path"
		done
	} | sort >"$work/list"
	prepare "$work/list" "$list"
	mv -fT -- "$root$list$new" "$root$list"
}
