# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the modules of this checkout, removes Kbuild's products, and decides whether a build is
# up to date. lib.sh sources this file.
#
# shellcheck disable=SC2154 # top is set by lib.sh, the others by machine.sh

# Matches the files that make or cargo builds, and those that Rust includes, in `find`.
is_source=(\( -name '*.rs' -o -name '*.[ch]' -o -name 'Cargo.*' -o -name Kbuild -o -name '*.yaml'
	-o -name '*.css' \) ! -name '*.mod.c')

# sums: prints a sorted line "SUM  FILE" for each source that make or cargo builds here.
sums() (
	set -o pipefail
	cd "$top" || exit
	for place in Kbuild kmod user interop bench conformance sample spec *.yaml; do
		[ ! -e "$place" ] || find -L "$place" -name target -prune -o -type f "${is_source[@]}" \
			-print0 || exit
	done | xargs -0r sha256sum | LC_ALL=C sort
)

# changed_sources: prints the sources that have changed since the last call of by_content.
changed_sources() {
	[ -f "$top/build/sources" ] || return 0
	sums | LC_ALL=C comm -13 "$top/build/sources" - | cut -c 67-
}

# gone_sources: prints the sources that have been removed since then.
gone_sources() {
	local file
	[ -f "$top/build/sources" ] || return 0
	cut -c 67- "$top/build/sources" | while IFS= read -r file; do
		[ -e "$top/$file" ] || printf '%s\n' "$file"
	done
}

# by_content: touches the changed sources. make and cargo compare times only, but a source that
# was restored, or copied with its time, can be older than a build that did not have it.
by_content() {
	no_link_build
	# Either the sources of an existing build are unknown, or one of them no longer exists. File
	# times do not show this, so remove everything that would look up to date.
	if [ ! -f "$top/build/sources" ] || [ -n "$(gone_sources)" ]; then
		remove_built_by_kbuild
		[ ! -e "$top/build/kunit" ] || remove_built "$top/build/kunit"
		rm -f -- "$top"/build/{module-for,module-sum,program-sum*}
		forget_built "$top/user/target"
	fi
	note_sources
	# Another checkout may build in the same folder.
	{ [ ! -L "$top/user/target" ] && ! mountpoint -q "$top/user/target" 2>/dev/null; } ||
		only_of_these "$top/user/target"
	# The owner of the checkout must be able to write there, too.
	! not_by_root || chown --reference="$top" -- "$top/build" "$top/build/sources"
}

# note_sources: touches the sources that have changed since its last call.
note_sources() {
	local file
	changed_sources | while IFS= read -r file; do
		touch -c -- "$top/$file" || die "$file has changed, and its time cannot be set" \
			"an older build may seem newer than it; touch the file, or run: make clean"
	done
	[ -z "$(find "$top/build/sources" -newermt now 2>/dev/null)" ] ||
		die "the clock of this machine has gone back since the last run" \
			"so make and cargo would mistake old builds for new ones; run: make clean"
	mkdir -p "$top/build"
	sums >"$top/build/sources.new"
	mv -f -- "$top/build/sources.new" "$top/build/sources"
}

# forget_built FOLDER: makes cargo build parley's crates in this target folder again.
forget_built() {
	rm -rf -- "$1"/{,*/,*/*/}{debug,release,guest}/.fingerprint/parley*
}

# only_of_these FOLDER: does the same if the last build there was from other sources than these.
only_of_these() {
	local sources
	sources=$(sums | sha256sum)
	[ "$(cat "$1/parley-sources" 2>/dev/null)" != "$sources" ] || return 0
	forget_built "$1"
	mkdir -p "$1"
	echo "$sources" >"$1/parley-sources"
}

# stale FILE SOURCE...: succeeds if FILE is missing or older than a SOURCE, or if any source has
# changed since the last run of a script that builds, or if that cannot be found out.
stale() {
	local file=$1 found
	shift
	[ -e "$file" ] || return 0
	found=$(changed_sources && gone_sources && find -L "$@" -type d \( -name target -o -name tests -o \
		-name benches -o -name examples -o -name fuzz \) -prune -o -type f -newer "$file" \
		"${is_source[@]}" -print -quit) || return 0
	[ -n "$found" ]
}

# state_of KDIR: prints a line for each file of this kernel tree that builds of modules use. If a
# file is rewritten, its line changes, even if its time does not.
state_of() {
	echo "$1"
	(cd "$1" && stat -Lc '%n %s %.9Y %.9Z' include/config/auto.conf include/generated/autoconf.h \
		Module.symvers vmlinux rust/*.rmeta rust/*.so scripts/{target.json,module.lds} 2>/dev/null) || true
}

# state_for FOLDER: prints the name of the file that keeps the state of the kernel tree for which
# Kbuild has built in that folder of the checkout.
state_for() {
	local name=${1#"$top"}
	echo "$top/build/kernel-state${name//\//-}"
}

# built_with KDIR FOLDER: succeeds if the tree is as it was when Kbuild built in that folder.
built_with() {
	[ "$(state_of "$1")" = "$(cat "$(state_for "$2")" 2>/dev/null)" ]
}

# content_of FILE: prints a checksum of the content of FILE.
content_of() {
	sha256sum <"$1" | cut -c 1-64
}

# module_lacks: prints why kmod/parley.ko cannot be used, or nothing if scripts/build/module has
# built it from the current sources, for the current kernel tree. Needs no compiler, because each
# build updates build/module-for, even if make had nothing to do.
module_lacks() {
	local module=$top/kmod/parley.ko record=$top/build/module-for
	if [ ! -e "$module" ]; then
		echo "not built"
	elif [ ! -e "$record" ]; then
		echo "built for an unknown kernel, because build/module-for is missing"
	elif stale "$record" "$top/kmod" "$top/Kbuild"; then
		echo "older than its sources"
	elif [ "$(content_of "$module")" != "$(cat "$top/build/module-sum" 2>/dev/null)" ]; then
		echo "not the file that make module built"
	elif ! built_with "$(cat "$record")" "$top/build/module"; then
		echo "older than the kernel tree that it was built for"
	fi
}

# module_built KDIR RELEASE: succeeds if the module is built for that tree from the current sources.
module_built() {
	local magic
	magic=$(modinfo -F vermagic "$top/kmod/parley.ko" 2>/dev/null) || return 1
	[ "${magic%% *}" = "$2" ] && [ -z "$(module_lacks)" ] &&
		[ "$(realpath -m -- "$(cat "$top/build/module-for")")" = "$1" ]
}

# need_module [KERNEL]: dies unless kmod/parley.ko is built from the current sources, and for this
# kernel of scripts/build/kernel. All these kernels have the same release, so another kernel may
# load the module and lack the features that test it.
need_module() {
	local kdir what
	what=$(module_lacks)
	if [ -z "$what" ] && [ -n "${1:-}" ]; then
		kdir=$("$top/scripts/build/kernel" --path "$1") || exit
		[ "$(realpath -m -- "$(cat "$top/build/module-for")")" = "$(realpath -m -- "$kdir")" ] ||
			what="built for another kernel than '$1'"
	fi
	[ -z "$what" ] || die "kmod/parley.ko is $what" "run: make${1:+ KERNEL=$1} module"
}

# static_link: prints the options of rustc that link a program statically, if this machine has the C
# library for it.
static_link() {
	local libc cc=cc
	[ -z "$foreign" ] || cc=$triplet-gcc
	libc=$("$cc" -print-file-name=libc.a 2>/dev/null) || libc=''
	[ ! -e "$libc" ] || echo -C target-feature=+crt-static
}

# program_lacks: prints why the program cannot be used, or nothing if scripts/build/program has built
# it from the current sources, for the machine in use. Needs no compiler.
program_lacks() {
	local program=$built_in/release/parley record=$top/build/program-sum${foreign:+-$arch}
	if [ ! -e "$program" ]; then
		echo "not built"
	elif stale "$record" "$top/user" "$top/spec"; then
		echo "older than its sources"
	elif [ "$(content_of "$program")" != "$(cat "$record")" ]; then
		echo "not the file that make program built"
	fi
}

# need_program: dies unless the program is built from the current sources, for the machine in use.
need_program() {
	local what
	what=$(program_lacks)
	[ -z "$what" ] || die "${built_in#"$top/"}/release/parley is $what" "run: make ${foreign:+ARCH=$arch }program"
}

# remove_by_records RECORD...: removes these records of Kbuild and the files that they describe.
# For each FILE that Kbuild builds it keeps .FILE.cmd, which begins with the file's name.
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

# remove_built_by_kbuild: removes Kbuild's products from the sources in this checkout, including
# those that a make without these scripts left beside them.
remove_built_by_kbuild() (
	cd "$top" || exit
	remove_built build/module
	remove_by_records .*.cmd kmod/.*.cmd kmod/*/.*.cmd
	# These have no record, or none where the module came from a Debian root; and a
	# compiler that was interrupted leaves its list of headers.
	rm -f -- kmod/parley.ko kmod/parley.mod.c
	[ ! -e kmod/Kbuild ] || sed -n 's/^parley-y := //p' kmod/Kbuild | tr ' ' '\n' |
		sed -E 's,(.*/)?(.*),kmod/\1.\2.d,' | xargs rm -f --
)

# remove_made FOLDER [LIST]: removes the files there that are still as LIST, .parley-made, has them,
# in lines "SUM  FILE", and the list.
remove_made() (
	local list=${2:-.parley-made}
	cd "$1" && [ -f "$list" ] || exit 0
	while IFS= read -r line; do
		[[ ${line:66} =~ ^(genl/)?[^/]+$ && (${line:66} != genl/* || ! -L genl) ]] || continue
		! sha256sum --check --status 2>/dev/null <<<"$line" || rm -f -- "${line:66}"
	done <"$list"
	rm -f -- "$list"
)

# copy_changed FOLDER FILE...: copies each FILE whose content differs, to the same path below
# FOLDER. The times do not count.
copy_changed() {
	local folder=$1 file
	shift
	mkdir -p -- "$folder"
	for file; do
		cmp -s -- "$file" "$folder/$file" || cp --parents -t "$folder" -- "$file" || return
	done
}

# remove_left COPY SOURCE: removes source files from the folder COPY that are not in SOURCE.
remove_left() {
	local file
	find "$1" -type f \( -name '*.rs' -o -name '*.c' \) ! -name '*.mod.c' ! -name '.*' \
		-printf '%P\0' | while IFS= read -rd '' file; do
		[ -e "$2/$file" ] || rm -f -- "$1/$file"
	done
}

# kbuild_for NAME: prints the Kbuild of a module NAME with the layer: parley's own, without the part
# on its KUnit suites, which is the last.
kbuild_for() {
	sed "s/parley_main/${1}_main/; s/^parley-y/$1-objs/; s/parley/$1/; /^# With CONFIG_PARLEY/,\$d" "$top/kmod/Kbuild"
}

# copy_layer FOLDER: copies the Generic Netlink layer to FOLDER.
copy_layer() {
	(cd "$top/kmod" && copy_changed "$1" genl.rs genl/*.rs genl/helpers*.c)
}

# kbuild KDIR FOLDER OUT ARGUMENT...: builds the modules in FOLDER for that tree, with the
# compilers that built its kernel, and writes only into OUT. Dies if that fails or warns, with
# make's output.
kbuild() {
	local output tools state out=$3
	# make takes the folder itself for one that is not clean.
	[ "$2" != "$3" ] || out=
	mapfile -t tools < <(tools_of "$1")
	building=$3 unfinished=${3#"$top"}
	unfinished=$top/build/unfinished${unfinished//\//-}
	# A build was killed.
	[ ! -e "$unfinished" ] || remove_unfinished
	# make does not see all that a kernel tree has changed, such as the metadata of its crates.
	built_with "$1" "$3" || remove_unfinished
	mkdir -p "$top/build" && : >"$unfinished"
	trap remove_unfinished EXIT
	rm -f -- "$(state_for "$3")"
	state=$(state_of "$1")
	output=$(make -C "$1" M="$2" MO="$out" "${tools[@]}" "${@:4}" modules 2>&1) || {
		printf '%s\n' "$output" >&2
		die "the module does not build for $1"
	}
	# The kernel's own flags for s390 make rustc warn of one of them, in every module.
	if grep -E '^(warning|WARNING)|: warning:' <<<"$output" |
		grep -vE '^warning: (unstable feature specified for .-Ctarget-feature.: .backchain.|1 warning emitted)$' \
			>/dev/null; then
		printf '%s\n' "$output" >&2
		die "the module builds with warnings"
	fi
	printf '%s\n' "$state" >"$(state_for "$3")"
	trap - EXIT
	rm -f -- "$unfinished"
}

# remove_unfinished: removes the products of a build that failed, warned or was killed. Otherwise
# the next build would not compile them again, so it would not warn.
remove_unfinished() {
	# shellcheck disable=SC2035 # Kbuild's own names
	(cd "$building" 2>/dev/null && remove_by_records .*.cmd */.*.cmd */*/.*.cmd) || true
	rm -f -- "$unfinished"
}
