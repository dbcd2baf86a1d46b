# SPDX-License-Identifier: GPL-2.0
"""Judges exercise 16: a family in C, with good requests and bad ones."""

import json
import socket
import struct

WRONG = [
    ("not-terminated", {"NLA_NUL_STRING": "NLA_STRING"}, "A name without its NUL was accepted"),
    ("other-length", {".len = NAME_MAX_LEN }": ".len = NAME_MAX_LEN + 1 }"}, "A name of 16 bytes was accepted"),
    ("missing-unnamed", {"GENL_REQ_ATTR_CHECK(info, VISITORS_A_NAME)": "!info->attrs[VISITORS_A_NAME]"},
     "does not say which attribute is missing"),
    ("header-of-an-event", {"genlmsg_put_reply(reply, info, info->family, 0,": "genlmsg_put(reply, 0, 0, info->family, 0,"},
     "has the port and sequence number of an event"),
    ("length-not-set", {"\tgenlmsg_end(reply, header);\n": ""}, "its nlmsg_len counts only the headers"),
    ("for-everybody", {"GENL_ADMIN_PERM | ": ""}, "A user without CAP_NET_ADMIN was answered"),
]


def judge(work):
    ran = work.run("insmod", work.at / "visitors.ko")
    work.need(ran.status == 0, "The module loads.", f"The module cannot be loaded: {ran.why()}")
    try:
        judge_loaded(work)
    finally:
        work.run("rmmod", "visitors")


def judge_loaded(work):
    def call(*words, user=()):
        ran = work.run(*user, "parley", "--json", "call", "--spec", work.at / "visitors.yaml", "greet", *words)
        if ran.status == 0:
            return json.loads(ran.out), {}
        line = (ran.err.strip().splitlines() or ["no words"])[0]
        return None, json.loads(line) if line.startswith("{") else {"error": line}

    head = raw(work, b"ada\0")
    work.need(head is not None and head[:2] != (0, 0), "The reply is for its request.",
              "The reply never arrives, or has the port and sequence number of an event, 0 and 0: a client cannot tell "
              "which request it answers. genlmsg_put_reply takes both from the request.")
    reply, error = call("name=ada")
    work.need("length is wrong" not in error.get("error", ""), "The reply has its length.",
              "The reply is malformed, because its nlmsg_len counts only the headers: genlmsg_end sets it to the whole length.")
    work.need(reply is not None, "greet is answered.", f"greet is refused: {error.get('error')}")
    work.need(reply.get("name") == "ada" and reply.get("visits", 0) > 0, "They are the name and the visits.",
              f"The reply is {reply} instead of the name and the number of visits.")
    again, _ = call("name=bob")
    work.need(again and again.get("visits") == reply["visits"] + 1, "The next visit counts one more.",
              f"The next reply is {again} after {reply}.")
    reply, error = call()
    work.need(reply is None and error.get("missing"), "Without a name, the refusal names the missing attribute.",
              f"Without a name, the refusal does not say which attribute is missing: {reply or error.get('error')}. "
              "GENL_REQ_ATTR_CHECK does.")
    work.need(raw(work, b"a" * 15 + b"\0") is not None, "A name of 15 bytes is accepted.", "A name of 15 bytes was refused.")
    work.need(raw(work, b"a" * 16 + b"\0") is None, "A name of 16 bytes is refused.",
              "A name of 16 bytes was accepted: .len of a policy is the most bytes before the NUL.")
    work.need(raw(work, b"eve1") is None, "A name without its NUL is refused.",
              "A name without its NUL was accepted, so nla_put_string read on behind it: see NLA_NUL_STRING.")
    reply, error = call("name=eve", user=("setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all"))
    work.need(reply is None and error.get("errno") == 1, "A user without CAP_NET_ADMIN is refused.",
              f"A user without CAP_NET_ADMIN was answered with {reply or error.get('error')}: see GENL_ADMIN_PERM "
              "and GENL_UNS_ADMIN_PERM.")


def raw(work, name):
    """Sends a name as it is. Returns the sequence number and the port of the reply, or None if it is refused."""
    family = json.loads(work.parley("family", "visitors").stdout)["id"]
    attribute = struct.pack("=HH", 4 + len(name), 1) + name + bytes(-len(name) % 4)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as kernel:
        kernel.bind((0, 0))
        kernel.settimeout(5)
        kernel.send(struct.pack("=IHHIIBBH", 20 + len(attribute), family, 1, 7, 0, 1, 1, 0) + attribute)
        try:
            _, kind, _, seq, port = struct.unpack_from("=IHHII", kernel.recv(8192))
        except TimeoutError:
            return None
    return (seq, port) if kind == family else None
