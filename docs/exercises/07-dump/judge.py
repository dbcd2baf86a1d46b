# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 7: counts a dump in several datagrams, also one that is interrupted."""

import json
import os
import re
import signal
import socket
import struct
import time

WRONG = [
    ("one-message", {"\t\t\t++*total;\n": "\t\t\t++*total;\n\t\t\tbreak;\n"}, "look at each message of a datagram"),
    ("one-datagram", {"\t\t\t++*total;\n\t\t}\n": "\t\t\t++*total;\n\t\t}\n\t\treturn interrupted;\n"},
     "The dump has more than one datagram"),
    ("end-never-seen", {"head->nlmsg_type == NLMSG_DONE": "head->nlmsg_len == 0"}, "NLMSG_DONE ends a dump"),
    ("no-request", {"NLM_F_REQUEST | NLM_F_DUMP": "NLM_F_DUMP"}, "its request lacks NLM_F_REQUEST"),
    ("no-dump", {"NLM_F_REQUEST | NLM_F_DUMP": "NLM_F_REQUEST"}, "without NLM_F_DUMP"),
    ("interruption-ignored", {"interrupted = 1;": "interrupted = 0;"}, "NLM_F_DUMP_INTR"),
]

COUNT = 600


def judge(work):
    family = json.loads(work.parley("family", "parley").stdout)["id"]
    count = (work.at / "count", family)
    work.run("bash", "-c", "for i in $(seq 3); do parley counter set small$i 1 --create; done", seconds=60)
    try:
        ran = work.run(*count, seconds=5)
    except Exception as error:
        if "had not ended" not in str(error):
            raise
        trace = work.at / "sent"
        work.run("timeout", "2", "strace", "-o", trace, "-e", "trace=sendto,sendmsg,write", *count)
        work.need("NLM_F_REQUEST" in trace.read_text(), "",
                  "The program waits for a dump, but its request lacks NLM_F_REQUEST, so the kernel dropped it. NLM_F_DUMP "
                  "does not include that flag.")
        work.need(False, "", f"{error} NLMSG_DONE ends a dump: no message follows it. It can come in "
                  "one datagram with counters, so look at each message of a datagram.")
    work.need(ran.status != 2, "The kernel accepts the request.",
              "The kernel answered with an error: without NLM_F_DUMP, the operation is a request for one counter, which "
              "needs a name.")
    work.need(ran.out != "1\n", "It counts each message of a datagram.",
              "The program counts 1 of 3 counters: it counts only the first message of each datagram, but one datagram has "
              "many.")
    work.need(ran.out == "3\n", "It counts 3 counters.", f"The program prints {ran.out!r} for 3 counters ({ran.why()}).")
    more(work, family)
    ran = work.run(*count)
    total = len(work.counters())
    work.need(ran.out == f"{total}\n", f"It counts {total} counters, which take several datagrams.",
              f"The program prints {ran.out!r} for {total} counters. The dump has more than one datagram: read until "
              "NLMSG_DONE.")
    interrupted(work, count)


def more(work, family):
    """Creates many counters, over one socket."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as kernel:
        kernel.bind((0, 0))
        for number in range(COUNT):
            name = b"counter-with-a-long-name-%05d\0" % number
            attributes = struct.pack("=HH", 4 + len(name), 1) + name + bytes(-len(name) % 4)
            attributes += struct.pack("=HHI", 8, 2, 1) + struct.pack("=HH", 4, 6)
            kernel.send(struct.pack("=IHHIIBBH", 20 + len(attributes), family, 5, number, 0, 3, 1, 0) + attributes)
            kernel.recv(8192)


def interrupted(work, count):
    """Stops the program in the middle of its first dump, and creates a counter meanwhile."""
    # While strace delays the second recvfrom, the kernel has filled only one more buffer.
    trace = work.at / "trace"
    program = work.start("strace", "-f", "-o", trace, "-e", "trace=recvfrom,sendto", "-e",
                         "inject=recvfrom:delay_enter=3000000:when=2", *count)
    try:
        work.until(lambda: trace.exists() and trace.read_text().count("recvfrom(") >= 1, "The program receives nothing.")
        time.sleep(0.5)
        work.parley("counter", "set", "zzz", 1, "--create")
        work.until(lambda: program.poll() is not None, work.hung(15))
    finally:
        if program.poll() is None:
            os.kill(program.pid, signal.SIGKILL)
    sent = len(re.findall(r"sendto\(", trace.read_text()))
    work.need(sent >= 2 and program.printed().strip().endswith(str(len(work.counters()))),
              "After an interrupted dump, it dumps again.",
              "A counter was created while the program read its dump. The kernel set NLM_F_DUMP_INTR in a message, but the "
              f"program printed {program.printed().strip()!r} after {sent} request(s) instead of dumping again.")
