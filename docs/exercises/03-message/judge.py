# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 3: the header of a message, from the bytes that the program sends."""

import re
import struct

WRONG = [
    ("length-without-header", {"NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 8": "GENL_HDRLEN + NLA_HDRLEN + 8"},
     "nlmsg_len is 16, but the message has 32 bytes: the length includes"),
    ("no-request-flag", {"NLM_F_REQUEST": "0"}, "says nothing, so the program waits for ever"),
    ("ack-alone", {"NLM_F_REQUEST": "NLM_F_ACK"}, "an ACK is all that it sends for it"),
    ("padding-left-out", {"NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 8": "NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 7"},
     "the padding after the name is a part of it"),
    ("another-seq", {".head.nlmsg_seq = 7": ".head.nlmsg_seq = 1"}, "nlmsg_seq is 1 instead of 7"),
    ("padding-counted", {"NLA_HDRLEN + sizeof(\"parley\")": "NLA_HDRLEN + 8"},
     "nla_len is 12, but header and payload are 4 + 7 = 11 bytes; padding does not count"),
    ("nul-left-out", {"NLA_HDRLEN + sizeof(\"parley\")": "NLA_HDRLEN + 6"}, "the NUL is part of the payload"),
    ("dump", {"NLM_F_REQUEST": "NLM_F_REQUEST | NLM_F_DUMP"}, "asks for all families"),
    ("ack-too", {"NLM_F_REQUEST": "NLM_F_REQUEST | NLM_F_ACK"}, "asks for a second message"),
]


def sent(lines):
    """The bytes of the first message that strace shows in hexadecimal."""
    data = bytearray()
    for line in lines:
        if found := re.match(r" \| ([0-9a-f]{5})  ((?:[0-9a-f]{2} +)+)", line):
            if found[1] == "00000" and data:
                break
            data += bytes.fromhex(found[2])
    return bytes(data)


def judge(work):
    try:
        work.run("strace", "-o", "trace", "-e", "trace=sendto", "-e", "write=all", work.at / "ask", seconds=5)
        hung = False
    except Exception as error:
        if "had not ended" not in str(error):
            raise
        hung = True
    data = sent((work.at / "trace").read_text().splitlines())
    work.need(len(data) == 32, "The program sends a datagram of 32 bytes.",
              f"The program sends {len(data)} bytes instead of 32.")
    length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
    nla_len, = struct.unpack_from("=H", data, 20)
    why = ("the length includes the header itself" if length == 16 else "the padding after the name is a part of it"
           if length == 31 else "each part counts once")
    work.need(length == 32, "nlmsg_len is 32: the whole message.",
              f"nlmsg_len is {length}, but the message has 32 bytes: {why}, 16 + 4 + 4 + 8.")
    why = ("an ACK is all that it sends for it" if flags & 4 else "says nothing, so the program waits for ever")
    work.need(flags & 1, "nlmsg_flags has NLM_F_REQUEST.",
              f"nlmsg_flags is {flags:#x}: the kernel drops a message without NLM_F_REQUEST, and {why}.")
    why = ("NLM_F_DUMP, 0x300, asks for all families." if flags & 0x300 else
           "NLM_F_ACK, 0x4, asks for a second message, an ACK after the reply." if flags & 4 else
           "The controller needs no other flag for this request.")
    work.need(flags == 1, "It has no other flag.",
              f"nlmsg_flags is {flags:#x}; for one reply the request needs NLM_F_REQUEST, 0x1, and nothing else. {why}")
    work.need(seq == 7, "nlmsg_seq is 7.", f"nlmsg_seq is {seq} instead of 7, the number that the task asks for.")
    why = ("padding does not count" if nla_len > 11 else "the NUL is part of the payload" if nla_len == 10 else
           "the length includes the header")
    work.need(nla_len == 11, "nla_len is 11: header and payload.",
              f"nla_len is {nla_len}, but header and payload are 4 + 7 = 11 bytes; {why}.")
    work.need(not hung, "The program ends.", work.hung(5))
    ran = work.run(work.at / "ask")
    work.need(ran.out == "type 16 seq 7\n", "The controller replies with the sequence number of the request.",
              f"The program prints {ran.out!r} instead of 'type 16 seq 7'.")
