# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 4: `parley call` with the learner's spec."""

import json

WRONG = [
    ("unsigned", {"type: sint": "type: uint"}, "A delta below 0 does not pass"),
    ("fixed-size", {"type: sint": "type: s32"}, "delta is s32 in your spec, an integer of fixed size"),
    ("number-of-set", {"      value: 4\n      doc: Adds": "      value: 3\n      doc: Adds"},
     "that of another one, which takes no delta"),
    ("number-free", {"      value: 4\n      doc: Adds": "      value: 14\n      doc: Adds"}, "EOPNOTSUPP"),
    ("no-type", {"type: sint": "type: int"}, "mine.yaml cannot be used, so nothing was sent"),
    ("flag-as-number", {"type: flag": "type: u8"}, "create is a u8 in your spec"),
    ("next-number", {"type: flag\n        value: 6": "type: flag\n        value: 4"},
     "the kernel did not create the counter"),
]


def judge(work):
    def call(*words):
        ran = work.parley("call", "--spec", work.at / "mine.yaml", "add", *words)
        error = json.loads(ran.stderr.splitlines()[0]) if ran.returncode and ran.stderr.startswith("{") else {}
        why = error.get("error") or ran.stderr.strip() or "no error"
        work.need("the spec has errors" not in why, "", f"mine.yaml cannot be used, so nothing was sent: {why}")
        return ran, why, str(error.get("attribute"))

    ran, why, attribute = call("name=first", "delta=40", "create=true")
    work.need("EOPNOTSUPP" not in why, "The kernel knows the operation.",
              f"The kernel answered EOPNOTSUPP: the family has no operation with this number. {why}")
    text = (work.at / "mine.yaml").read_text()

    def kind_of(name):
        return text.partition(f"name: {name}\n")[2].partition("type:")[2].split()[:1]

    kind = kind_of("create")
    if kind != ["flag"]:
        work.need(False, "", f"create is a {' '.join(kind) or '?'} in your spec, which has a payload; in the policy of "
                  "parley it is a flag, an attribute without one. `parley family parley` shows that.")
    work.need(not attribute.endswith("delta"), "The operation takes a delta.",
              f"The number of the operation is that of another one, which takes no delta: the kernel refuses {attribute}. {why}")
    work.need(ran.returncode == 0, "It creates a counter.",
              "With create=true the kernel did not create the counter: the attribute has another number in the policy "
              f"of parley. The kernel answered: {why}")
    reply = json.loads(ran.stdout)
    work.need(reply.get("name") == "first" and reply.get("value") == 40, "The reply has the name and the value.",
              f"The reply is {reply} instead of name 'first' and value 40.")
    ran, why, _ = call("name=first", "delta=-2")
    work.need(ran.returncode == 0 and json.loads(ran.stdout)["value"] == 38, "A delta can be below 0.",
              f"A delta below 0 does not pass. The type of delta must be signed: {why}")
    kind = kind_of("delta")
    work.need(kind == ["sint"], "delta has the type of parley's policy.",
              f"delta is {' '.join(kind) or '?'} in your spec, an integer of fixed size. The kernel takes 4 or 8 bytes, as the "
              "value needs; `parley family parley` prints the type.")
    work.need(work.counters() == {"first": 38}, "The counter stands at 38.",
              f"`parley counter list` shows {work.counters()} instead of first at 38.")
