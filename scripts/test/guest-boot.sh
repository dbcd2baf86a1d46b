# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Chooses the command that boots a guest of scripts/vm. Sourced by it, not run. Sets:
#
#   launch     the command, which becomes the guest's machine
#
# shellcheck disable=SC2034,SC2154 # scripts/vm uses and sets them

parameters="panic=-1 printk.time=1 log_buf_len=$log_bytes PATH=$inside/bin:/usr/sbin:/usr/bin:/sbin:/bin $append"

# by_virtme: a machine of QEMU, by virtme-ng. The folder with the guest's script, and those of
# --rwdir, are the host's.
by_virtme() {
	local dir disk format
	launch=(vng --run "$image" --force-9p --disable-microvm --user root
		--cpus "$cpus" --memory "$memory" --verbose --rwdir "${foreign:+$inside=}$run")
	[ -z "$foreign" ] || launch+=(--arch "$deb_arch" --root "$root" --rodir "/run/parley-top=$top")
	for dir in "${rwdirs[@]}"; do launch+=(--rwdir "${foreign:+$dir=}$dir"); done
	for dir in "${overlays[@]}"; do launch+=(--overlay-rwdir "$dir"); done
	for disk in "${disks[@]}"; do
		format=raw
		[[ $disk != *.qcow2 ]] || format=qcow2 # a guest can write the first bytes
		launch+=(--qemu-opts="-drive if=virtio,format=$format,file=$disk")
	done
	[ -z "$network" ] || launch+=(--network user --no-dhcp)
	[ -z "$gdb" ] || launch+=(--qemu-opts="-gdb tcp:127.0.0.1:$gdb" --append nokaslr)
	[ "$accel" = kvm ] || launch+=(--disable-kvm)
	# Without this, arm64 does not log crashed programs.
	launch+=(--append "sysctl.debug.exception-trace=1 $parameters")
	if [ -n "$shell" ]; then launch+=(--shell); else launch+=(--exec); fi
	launch+=("$inside/guest")
}

# by_um: user-mode Linux, with the same folders. Its root is the host's, read-only, and its memory a
# file, which is mapped at its best in a tmpfs.
by_um() {
	local words
	[ -z "$shell$network$gdb$input${disks[*]}" ] ||
		refuse "the kernel um has no terminal, network, debugger, disk or standard input" \
			"leave out --shell, --network, --gdb and --disk, and add </dev/null"
	if ! {
		echo '#!/bin/bash'
		list folders "$run" "${rwdirs[@]}"
		list overlays "${overlays[@]}"
		sed -n '2,$p' "$top/scripts/test/guest-um"
		printf 'finish %q\n' "$run/guest"
	} >"$run/init" || ! chmod +x "$run/init"; then lose "$full"; fi
	read -ra words <<<"$parameters"
	launch=(env -u TMPDIR "$image" "mem=$memory" "ncpus=$cpus" seccomp=on root=/dev/root rootfstype=hostfs
		"init=$run/init" con=null "con0=null,fd:1" "${words[@]}" PARLEY_UM=1)
}

if [ "$arch" = um ]; then by_um; else by_virtme; fi
