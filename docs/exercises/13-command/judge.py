# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 13: the operation echo-reverse of the loaded module, which was built from the
learner's spec and handler."""

import json

HANDLER = '''impl DoOp<EchoReverse> for Net {
    fn handle<'a>(&'a self, call: &Call<'a, Self, EchoReverse>) -> Handled<'a, EchoReverse> {
        let mut payload = call.copy(call.request.payload().required()?.value)?;
        payload.reverse();
        Ok(echo_reverse::Reply {
            payload: Some(call.hold(payload)?),
        })
    }
}
'''

WRONG = [
    ("no-handler", {HANDLER: ""}, "EchoReverse"),
    ("not-reversed", {"        payload.reverse();\n": ""}, "The reply to hello is hello"),
    ("no-minimum", {"at most 4,096.\n        checks:\n          min-len: 1\n": "at most 4,096.\n        checks:\n"},
     "An empty payload was accepted"),
    ("other-maximum", {"          max-len: 4096\n": "          max-len: 8192\n"},
     "A payload of 4,097 bytes was accepted"),
]


def judge(work):
    def call(payload):
        ran = work.parley("call", "--spec", work.at / "parley.yaml", "echo-reverse", f"payload={payload.hex()}")
        if ran.returncode == 0:
            return json.loads(ran.stdout), ""
        line = (ran.stderr.strip().splitlines() or ["no error"])[0]
        return None, json.loads(line)["error"] if line.startswith("{") else line

    reply, why = call(b"hello")
    work.need(reply is not None, "The kernel knows echo-reverse.", f"The kernel refuses echo-reverse: {why}")
    payload = bytes.fromhex(reply.get("payload", ""))
    work.need(payload == b"olleh", "The reply to hello is olleh.",
              f"The reply to hello is {payload.decode(errors='replace')} instead of olleh.")
    reply, _ = call(b"")
    work.need(reply is None, "An empty payload is refused.",
              "An empty payload was accepted. The task asks for at least 1 byte: the spec lacks a min-len.")
    reply, why = call(bytes(4096))
    work.need(reply is not None, "A payload of 4,096 bytes is accepted.", f"A payload of 4,096 bytes was refused: {why}")
    reply, _ = call(bytes(4097))
    work.need(reply is None, "A payload of 4,097 bytes is refused.",
              "A payload of 4,097 bytes was accepted. The task asks for at most 4,096: see max-len in the spec.")
    ran = work.parley("echo", "still")
    work.need(ran.returncode == 0, "The operation echo still works.", "The operation echo does not work any more.")
