# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 9: an unprivileged user who is root in namespaces of its own."""

import re

WRONG = [
    ("no-user-namespace", {"--user --map-root-user --net": "--net"}, "may not create a network namespace"),
    ("no-network-namespace", {"--user --map-root-user --net": "--user --map-root-user"},
     "the network namespace is still the outer one"),
    ("not-mapped", {"--user --map-root-user --net": "--user --net"}, "is nobody in the new user namespace"),
    ("printed-unread", {"parley counter get inside": "echo inside  value 7"}, "it does not come from the counter"),
    ("read-outside", {"\tparley counter get inside\n'\n": "'\nparley counter get inside\n"},
     "The counter was read in another namespace"),
]


def shows(text, value):
    """Whether an output has this value."""
    return re.search(rf"\b{value}\b", text)


def judge(work):
    work.parley("counter", "set", "outside", 1, "--create")
    ran = work.run("setpriv", "--reuid", "65534", "--clear-groups", "bash", work.at / "inside.sh")
    text = ran.out + ran.err
    work.need("unshare:" not in text, "The namespaces can be created by any user.",
              f"An ordinary user may not create a network namespace: unshare failed ({ran.err.strip()[-80:]}). First become root in a user "
              "namespace of your own, in the same command.")
    if "EPERM" in text:
        same = "--net" not in (work.at / "inside.sh").read_text()
        work.need(False, "", "The kernel refused with EPERM, because the network namespace is still the outer one, which "
                  "another user namespace owns." if same else
                  "The kernel refused with EPERM, because the user is nobody in the new user namespace and lost the "
                  "capabilities: map the user to root there.")
    work.need("ENOENT" not in text, "The counter is read where it was created.",
              "The counter was read in another namespace than the one that has it: the kernel refused with ENOENT. Each "
              "unshare makes a new network namespace, which ends with its last process.")
    work.need(ran.status == 0 and shows(ran.out, 7), "The counter inside stands at 7.",
              f"The output is {ran.out!r} with {ran.why()}, instead of the counter inside at 7.")
    other = work.at / "other.sh"
    other.write_text((work.at / "inside.sh").read_text().replace("set inside 7", "set inside 31"))
    ran = work.run("setpriv", "--reuid", "65534", "--clear-groups", "bash", other)
    work.need(shows(ran.out, 31), "What it prints is the counter.",
              f"If the script sets the counter to 31, its output is {ran.out!r}: it does not come from the counter.")
    work.need(work.counters() == {"outside": 1}, "The outer namespace is unchanged.",
              f"The outer namespace has the counters {work.counters()} instead of outside alone.")
