#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Creates a counter in a network namespace of its own, without being root, and reads it there.

unshare --user --map-root-user --net sh -c '
	parley counter set inside 7 --create
	parley counter get inside
'
