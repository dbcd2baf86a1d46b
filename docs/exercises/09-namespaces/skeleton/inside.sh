#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Creates a counter in a network namespace of its own, without being root, and reads it there.

unshare GAP_1 sh -c '
	parley counter set inside 7 --create
	GAP_2
'
