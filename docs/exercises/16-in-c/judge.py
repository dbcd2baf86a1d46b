# SPDX-License-Identifier: GPL-2.0
"""Judges exercise 16: a family in C, with good requests and bad ones."""

import errno
import json
import socket
import struct
from types import SimpleNamespace

# Of linux/netlink.h.
NLM_F_MULTI = 2

WRONG = [
    ("not-terminated", {"NLA_NUL_STRING": "NLA_STRING"}, "A name without its NUL was accepted"),
    ("other-length", {".len = NAME_MAX_LEN }": ".len = NAME_MAX_LEN + 1 }"}, "A name of 16 bytes was accepted"),
    ("missing-unnamed", {"GENL_REQ_ATTR_CHECK(info, VISITORS_A_NAME)": "!info->attrs[VISITORS_A_NAME]"},
     "does not say which attribute is missing"),
    ("header-of-an-event", {"genlmsg_put_reply(reply, info, info->family, 0,": "genlmsg_put(reply, 0, 0, info->family, 0,"},
     "0 and 0 are those of an event"),
    ("length-not-set", {"\tgenlmsg_end(reply, header);\n": ""}, "genlmsg_end sets the length"),
    ("nlmsg-end", {"genlmsg_end(reply, header)": "nlmsg_end(reply, header)"}, "nlmsg_end takes the header of the message"),
    ("test-inverted", {"GENL_REQ_ATTR_CHECK(info, VISITORS_A_NAME)": "!GENL_REQ_ATTR_CHECK(info, VISITORS_A_NAME)"},
     "the wrong way round"),
    ("port-lost", {"genlmsg_put_reply(reply, info, info->family, 0,": "genlmsg_put(reply, 0, info->snd_seq, info->family, 0,"},
     "The reply has the sequence number 7 and the port 0"),
    ("multi", {"info->family, 0, VISITORS": "info->family, NLM_F_MULTI, VISITORS"}, "as in a dump"),
    ("for-everybody", {"GENL_ADMIN_PERM | ": ""}, "A user without CAP_NET_ADMIN was answered"),
]


def judge(work):
    ran = work.run("insmod", work.at / "visitors.ko")
    work.need(ran.status == 0, "The module loads.", f"The module cannot be loaded: {ran.why()}" + (
        "\nThe kernel registers no operation that has neither GENL_CMD_CAP_DO nor GENL_CMD_CAP_DUMP."
        if "GENL_CMD_CAP_DO" not in (work.at / "visitors.c").read_text() else ""))
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
        return None, {"error": ran.err.strip(), **(json.loads(line) if line.startswith("{") else {})}

    work.begin("greet was called with a name")
    head = raw(work, b"ada\0")
    work.need(head, "greet is answered.", "greet is not answered.")
    work.need(not head.errno, "It is not refused.",
              f"A good request is refused with {errno.errorcode.get(head.errno, head.errno)}: the policy does not take the name, "
              "the test for a missing name is the wrong way round, or the flags do not have GENL_CMD_CAP_DO.")
    work.need((head.seq, head.port) == (7, head.own), "The reply is for its request.",
              f"The reply has the sequence number {head.seq} and the port {head.port}, and the request 7 and {head.own}" + (
                  "; 0 and 0 are those of an event" if not head.seq and not head.port else "") +
              ". A client cannot tell which request it answers. genlmsg_put_reply takes both from the request.")
    work.need(head.length == head.size, "The reply has its length.",
              f"The reply is malformed: its nlmsg_len is {head.length}, but it has {head.size} bytes. genlmsg_end sets the length; "
              "nlmsg_end takes the header of the message, not what genlmsg_put_reply returns.")
    work.need(not head.flags & NLM_F_MULTI, "It is complete.",
              "The reply has NLM_F_MULTI, as in a dump, so a client waits for NLMSG_DONE.")
    reply, error = call("name=ada")
    work.need(reply is not None, "A client understands the reply.", f"`parley call` does not accept the reply: {error.get('error')}")
    work.need(reply.get("name") == "ada" and reply.get("visits", 0) > 0, "They are the name and the visits.",
              f"The reply is {reply} instead of the name and the number of visits.")
    again, _ = call("name=bob")
    work.need(again and again.get("visits") == reply["visits"] + 1, "The next visit counts one more.",
              f"The next reply is {again} after {reply}.")
    work.begin("greet was called without a name")
    reply, error = call()
    work.need(reply is None and error.get("missing"), "Without a name, the refusal names the missing attribute.",
              f"Without a name, the refusal does not say which attribute is missing: {reply or error.get('error')}. "
              "GENL_REQ_ATTR_CHECK does.")
    work.begin("greet was called with long names")
    work.need(not raw(work, b"a" * 15 + b"\0").errno, "A name of 15 bytes is accepted.", "A name of 15 bytes was refused.")
    work.need(raw(work, b"a" * 16 + b"\0").errno, "A name of 16 bytes is refused.",
              "A name of 16 bytes was accepted: .len of a policy is the most bytes before the NUL.")
    work.begin("greet was called with a name without its NUL")
    work.need(raw(work, b"eve1").errno, "A name without its NUL is refused.",
              "A name without its NUL was accepted, so nla_put_string read on behind it: see NLA_NUL_STRING.")
    reply, error = call("name=eve", user=("setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all"))
    work.need(reply is None and error.get("errno") == 1, "A user without CAP_NET_ADMIN is refused.",
              f"A user without CAP_NET_ADMIN was answered with {reply or error.get('error')}: see GENL_ADMIN_PERM "
              "and GENL_UNS_ADMIN_PERM.")


def raw(work, name):
    """Sends a name as it is. Returns what the header of the reply says, its size and the own port; an errno if
    the request is refused; or None if nothing comes."""
    family = json.loads(work.parley("family", "visitors").stdout)["id"]
    attribute = struct.pack("=HH", 4 + len(name), 1) + name + bytes(-len(name) % 4)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as kernel:
        kernel.bind((0, 0))
        kernel.settimeout(5)
        kernel.send(struct.pack("=IHHIIBBH", 20 + len(attribute), family, 1, 7, 0, 1, 1, 0) + attribute)
        try:
            data = kernel.recv(8192)
        except TimeoutError:
            return None
        length, kind, flags, seq, port = struct.unpack_from("=IHHII", data)
        error = -struct.unpack_from("=i", data, 16)[0] if kind != family else 0
        return SimpleNamespace(errno=error, length=length, flags=flags, seq=seq, port=port, size=len(data),
                               own=kernel.getsockname()[0])
