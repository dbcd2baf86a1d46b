# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 14: the first handler of the learner's own family, whose module is loaded."""

import json

NOTIFY = "        call.notify(&generated::GetNtf(reply));\n"

WRONG = [
    ("no-bound", {"if id.value > 9 {": "if id.value > 99 {"}, "get id=10 was answered"),
    ("one-too-many", {"if id.value > 9 {": "if id.value > 10 {"}, "get id=10 was answered"),
    ("one-too-few", {"if id.value > 9 {": "if id.value >= 9 {"}, "get id=9 is refused"),
    ("not-0", {"if id.value > 9 {": "if id.value == 0 || id.value > 9 {"}, "get id=0 is refused"),
    ("no-attribute", {'c"there is no such thing").at(id)': 'c"there is no such thing")'},
     "does not name the attribute at fault"),
    ("no-label", {'label: Some(c"a thing"),': "label: None,"}, "label is missing"),
    ("no-notification", {NOTIFY: ""}, "No listener was notified"),
    ("invalid-for-missing", {"ExtAck::new(ENOENT,": "ExtAck::new(EINVAL,"}, "EINVAL instead of ENOENT"),
]


def judge(work):
    spec = work.at / "mine.yaml"

    def call(*words):
        ran = work.parley("call", "--spec", spec, "get", *words)
        if ran.returncode == 0:
            return json.loads(ran.stdout), {}
        line = (ran.stderr.strip().splitlines() or ["{}"])[0]
        return None, json.loads(line) if line.startswith("{") else {"error": line}

    reply, error = call("id=3")
    work.need(reply is not None, "get id=3 is answered.",
              f"get id=3 is refused; if it is EOPNOTSUPP, the handler is still to be written: {error.get('error')}")
    work.need(reply.get("id") == 3, "The reply has the id of the request.", f"The reply to get id=3 is {reply}.")
    work.need(reply.get("label") == "a thing", "The reply has the label.",
              f"In the reply to get id=3, label is missing or another one: {reply}")
    for number in (0, 9):
        reply, error = call(f"id={number}")
        work.need(reply is not None and reply.get("id") == number, f"get id={number} is answered.",
                  f"get id={number} is refused, but there are the things 0 to 9: {error.get('error')}")
    for number in (4_294_967_295, 10):
        reply, error = call(f"id={number}")
        work.need(reply is None, f"get id={number} is refused.",
                  f"get id={number} was answered with {reply}. There are only the things 0 to 9.")
    work.need(error.get("errno") == 2, "The refusal is ENOENT.",
              f"get id=10 is refused with {error.get('error')}: "
              "EINVAL instead of ENOENT says that the request is malformed, "
              "but only the thing is missing.")
    work.need(error.get("attribute"), "The refusal names the attribute.",
              "The refusal does not name the attribute at fault: ExtAck has a method for that.")
    reply, error = call()
    work.need(reply is None and error.get("missing"), "Without an id, the refusal names the missing attribute.",
              f"get without an id: {reply or error.get('error')} instead of a refusal that names the missing attribute.")
    listener = work.start("parley", "--json", "monitor", "--spec", spec, "things", "--count", 1,
                          "--timeout", "5s")
    try:
        work.until(lambda: "listening" in listener.printed() or listener.poll() is not None, "parley monitor does not listen.")
        call("id=4")
        work.until(lambda: listener.poll() is not None, "No listener was notified.")
        work.need("get-ntf" in listener.printed(), "Listeners are notified.",
                  "No listener was notified of get id=4: parley monitor heard nothing in 5 s.")
    finally:
        listener.kill()
        listener.wait()
