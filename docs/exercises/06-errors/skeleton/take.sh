#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# take.sh NAME: takes 1 from a counter. A counter that does not exist is created with 9.
# Status 0: taken. 3: the counter is empty. 4: another refusal, whose errno is printed.

said=$(parley --json counter add "$1" -1 2>&1 >/dev/null) && exit 0
errno=$(sed -n 's/.*"errno":\([0-9]*\).*/\1/p' <<<"$said")
case $errno in
GAP_1) GAP_2 ;;
GAP_3) exit 3 ;;
*)
	echo "errno $errno"
	GAP_4
	;;
esac
