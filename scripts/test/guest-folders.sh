# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Decides what a guest of scripts/vm sees of this machine's folders, and in what places. Sourced by
# it, not run. Sets:
#
#   target     the folder of the programs, in the guest
#   closed     folders that the guest opens for other users
#   overlays   folders that the guest may change, in a copy that ends with it
#   nested     folders of --rwdir in the checkout, if the guest has a root of another architecture
#
# shellcheck disable=SC2034,SC2154 # scripts/vm uses and sets them

# The tests drop privileges. Other users must be able to reach the binaries, but often cannot enter
# home folders. So the guest opens those, in an overlay on the host's, except below --rwdir.
target=$(realpath -m "$top/user/target")
closed=() overlays=("$top") nested=()
[ -z "$foreign" ] || [ "$target" = "$top/user/target" ] ||
	refuse "user/target is a link, which a guest of another architecture cannot follow" "remove the link"
# In a root of another architecture, the checkout's parents hold nothing else, and are open.
last=/
[ -z "$foreign" ] || last=$(dirname "$top")
for path in "$built_in/release/parley" "$built_in/guest/parley" "$built_in/guest/deps" \
	"$built_in/guest/examples"; do
	path=$(realpath -m "$path")
	[ -e "$path" ] || continue
	while [ "$path" != "$last" ]; do
		mode=$(stat -Lc %a "$path")
		for dir in "${rwdirs[@]}"; do [[ $path/ != "$dir"/* ]] || mode=5; done
		if [ $((0$mode & 1)) = 0 ]; then
			plain "$path"
			closed=("$path" "${closed[@]}")
			[ ! -d "$path" ] || overlays=("$path" "${overlays[@]}")
		fi
		path=$(dirname "$path")
	done
done
# There, the checkout and the other folders have places of their own.
if [ -n "$foreign" ]; then
	for dir in "$top" "${rwdirs[@]}"; do
		(umask 022 && mkdir -p "$root$dir") || lose "the root of $arch cannot be changed: $root"
	done
	while [ "$last" != / ]; do
		chmod go+rx "$root$last" || true
		last=$(dirname "$last")
	done
	for dir in "${rwdirs[@]}"; do [[ $dir/ != "$top"/* ]] || nested+=("$dir"); done
	overlays=()
fi
# Only the outermost overlays are needed.
mapfile -t overlays < <(printf '%s\n' "${overlays[@]}" | sed '/^$/d' | sort -u | awk '
	{ for (outer in seen) if (index($0, outer "/") == 1) next; seen[$0]; print }')
