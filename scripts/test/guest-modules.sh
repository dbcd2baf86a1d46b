# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Orders the modules that a guest of scripts/vm loads, and unpacks them. Sourced by it, not run.
#
# shellcheck disable=SC2154 # scripts/vm sets the lists and folders

# unpacked FILE: the module FILE as insmod of any version takes it.
unpacked() {
	local name=${1##*/} tool
	case $name in
	*.ko)
		realpath -- "$1"
		return
		;;
	*.ko.xz) tool=xz ;;
	*.ko.zst) tool=zstd ;;
	*.ko.gz) tool=gzip ;;
	*) refuse "this is not a module: $1" "its name should end in .ko, .ko.xz, .ko.zst or .ko.gz" ;;
	esac
	command -v "$tool" >/dev/null || refuse "$tool is missing, which unpacks $1"
	{ mkdir -p "$run/modules" && cp "$1" "$run/modules/packed"; } || lose "$full"
	"$tool" -dc "$run/modules/packed" >"$run/modules/${name%.*}" || refuse "$tool cannot unpack $1"
	echo "$run/modules/${name%.*}"
}
# named FILE: the module's name, as other modules depend on it.
named() {
	local name=${1##*/}
	name=${name%%.ko*}
	echo "${name//-/_}"
}
# file_of NAME: the file of the module NAME, if it was given or a --module-dir has it.
file_of() {
	local file
	while IFS= read -r file; do
		[ "$(named "$file")" != "$1" ] || [ "$file" = "${file##*[/.]}" ] || { echo "$file" && return; }
	done < <(printf '%s\n' "${modules[@]}"
		[ ${#module_dirs[@]} = 0 ] || find -L "${module_dirs[@]}" -type f \
			\( -name '*.ko' -o -name '*.ko.[xg]z' -o -name '*.ko.zst' \))
}
# add MODULE: adds MODULE to the list of modules to load, after its dependencies. Dependencies
# that are in no --module-dir are the kernel's own, and modprobe loads them. Adds builds of
# parley's module in this checkout to `builds`: each file there, and the one to load.
load=() builds=()
declare -A seen=()
add() {
	local file=$1 name need from
	name=$(named "$1")
	if [[ $file != *[/.]* ]]; then
		file=$(file_of "$name")
	elif [ ! -f "$file" ]; then
		refuse "there is no module $file"
	fi
	from=${file:+$(realpath -- "$file")}
	if [ -v "seen[$name]" ]; then
		[[ $1 != *[/.]* ]] || [ "${seen[$name]}" = "$from" ] ||
			refuse "two modules have the name $name: ${seen[$name]} and $from"
		return 0
	fi
	seen[$name]=$from
	if [ -n "$file" ]; then
		file=$(unpacked "$file") || exit
		[ "$(named "$from")" != parley ] || [[ $from != "$top"/* ]] || builds+=("$from" "$file")
		for need in $(modinfo -F depends "$file" 2>/dev/null | tr , ' '); do
			add "$need"
		done
	fi
	load+=("${file:-$name}")
}
