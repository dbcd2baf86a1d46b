# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 5: sends the learner's attributes to the kernel."""

import json
import re
import socket
import struct

WRONG = [
    ("length-without-header", {"0a 00            # nla_len": "06 00            # nla_len"},
     "nla_len is 6, but header and payload are 4 + 6 = 10 bytes; the length includes the header"),
    ("padding-counted", {"0a 00            # nla_len": "0c 00            # nla_len"},
     "nla_len is 12, but header and payload are 4 + 6 = 10 bytes; padding does not count"),
    ("no-padding", {"00 00            # padding": "# no padding"},
     "attribute 1 ends at byte 10, so the next one begins at byte 12"),
    ("decimal", {"0a 00            # nla_len": "10 00            # nla_len"}, "in hexadecimal, 10 is 0a"),
    ("one-byte", {"05 00 00 00      # 5": "05               # 5"}, "more or fewer bytes than its nla_len says"),
    ("big-endian", {"05 00 00 00      # 5": "00 00 00 05      # 5"}, "delta is 83886080"),
    ("flag-with-payload", {"04 00            # nla_len": "05 00            # nla_len",
                           "06 00            # nla_type": "06 00 01 00 00 00 # nla_type"},
     "create is a flag, which has no payload"),
]


def walked(work, data):
    """Walks the attributes as the kernel does."""
    at, found = 0, {}
    expected = {1: 6, 3: 4, 6: 0}
    while len(data) - at >= 4:
        length, kind = struct.unpack_from("<HH", data, at)
        if kind not in expected:
            work.need(False, "", f"At byte {at}, nla_type is {kind}. The attributes are 1, 3 and 6. Each begins at a "
                      "multiple of 4: " + (f"attribute {max(found)} ends at byte {found[max(found)][1]}, so the next one "
                                           f"begins at byte {-(-found[max(found)][1] // 4) * 4}." if found else "look at the first."))
        should = 4 + expected[kind]
        if kind == 6 and length != 4:
            work.need(False, "", f"nla_len of attribute 6 is {length}: create is a flag, which has no payload, so its "
                      "length is that of the header, 4.")
        tail = (f"in hexadecimal, {should} is {should:02x}" if length == int(str(should), 16) else
                "padding does not count" if length > should else "the length includes the header")
        work.need(length == should, f"nla_len of attribute {kind} is {length}.",
                  f"In attribute {kind}, nla_len is {length}, but header and payload are 4 + {should - 4} = {should} bytes; "
                  f"{tail}.")
        found[kind] = (data[at + 4 : at + length], at + length)
        at = -(-(at + length) // 4) * 4
    work.need(at == len(data), "The attributes end where the message does.",
              f"The last attribute ends at byte {at}, but there are {len(data)} bytes: a payload has more or fewer bytes than its "
              "nla_len says. That of delta takes 4.")
    return found


def judge(work):
    text = re.sub(r"#.*", "", (work.at / "attributes.hex").read_text())
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        work.need(False, "", f"attributes.hex has something that is no byte in hexadecimal: {error}.")
    found = walked(work, data)
    work.need(sorted(found) == [1, 3, 6], "The attributes are name, delta and create.",
              f"The attributes are {sorted(found)} instead of 1, 3 and 6.")
    family = json.loads(work.parley("family", "parley").stdout)["id"]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as kernel:
        kernel.settimeout(5)
        kernel.bind((0, 0))
        kernel.send(struct.pack("=IHHIIBBH", 20 + len(data), family, 5, 1, 0, 4, 1, 0) + data)
        reply = kernel.recv(8192)
    kind, = struct.unpack_from("=H", reply, 4)
    error = -struct.unpack_from("=i", reply, 16)[0] if kind == 2 else 0
    work.need(error == 0, "The kernel accepts the request.", f"The kernel answered with errno {error}.")
    value = work.counters().get("first")
    work.need(value is not None, "It creates the counter first.", f"The counters are now {work.counters()}.")
    work.need(value == 5, "The counter stands at 5.",
              f"The kernel accepted the request, but delta is {value} for it instead of 5. Integers are in host byte "
              "order: on this machine the lowest byte comes first.")
