# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 12: a channel for each situation."""

import re

RIGHT = {"1": "netlink", "2": "ioctl", "3": "file", "4": "mapping", "5": "netlink", "6": "unix"}

# Why a channel does not fit, by the situation.
WHY = {
    "1": {"ioctl": "the structure of an ioctl can never change, so each new setting needs a new ioctl, and its error is a "
                   "number that names no setting",
          "file": "a write to a file fails with an errno only, and a dozen settings cannot change in one step"},
    "2": {"netlink": "a round trip costs about four times as much as an ioctl, and nobody else listens; the commands are "
                     "fixed, so attributes gain nothing",
          "file": "a file needs two calls and a parser for each command"},
    "3": {"netlink": "cat cannot read a socket; a person would need a program for one number",
          "ioctl": "cat cannot make an ioctl"},
    "4": {"netlink": "each message is copied, and a slow reader loses events; netlink can set up the mapping",
          "ioctl": "each call copies, and the program would have to ask for each packet"},
    "5": {"ioctl": "only the program can start an ioctl, so three programs would have to poll",
          "file": "a file tells nobody that it has changed, unless the driver supports poll, and then not what"},
    "6": {"netlink": "the kernel has no part in it, so a family would be a detour through a module",
          "pipe": "a pipe has no boundaries between messages and one direction only"},
}

WRONG = [
    ("ioctl-for-settings", {"1 netlink": "1 ioctl"}, "can never change"),
    ("netlink-for-speed", {"2 ioctl": "2 netlink"}, "four times as much"),
    ("netlink-for-bulk", {"4 mapping": "4 netlink"}, "each message is copied"),
    ("netlink-between-processes", {"6 unix": "6 netlink"}, "a detour through a module"),
]


def judge(work):
    text = (work.at / "answers.txt").read_text()
    answers = dict(re.findall(r"^(\d) +(\w+)\s*$", text, re.M))
    for number, right in RIGHT.items():
        given = answers.get(number, "(nothing)").lower()
        why = WHY[number].get(given, "it is not the channel that fits best; docs/channels.md compares them")
        work.need(given == right, f"Situation {number}: {right}.", f"Situation {number}: not {given}, because {why}.")
