# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 10: an agent, also with a question whose asker gives up."""

import json
import os
import re
import signal
import socket
import struct

WRONG = [
    ("another-id", {"agent.answer(asked.id, ": "agent.answer(asked.id + 1, "}, "was not answered in 2 s"),
    ("answers-empty", {"agent.decline(asked.id)": "agent.answer(asked.id, b\"\")"}, "instead of declining it"),
    ("one-question", {"            Ok(()) => {}\n": "            Ok(()) => return Ok(()),\n"},
     "ended after its first answer"),
    ("every-refusal", {'refusal.errno_name() == "ENOENT"': 'refusal.errno_name() != ""'}, "went on as if nothing had"),
    ("late-is-fatal", {'refusal.errno_name() == "ENOENT"': 'refusal.errno_name() == "ENOBUFS"'},
     "must not end because one asker gave up"),
]


def asked(work, question, milliseconds=2000):
    """The answer to a question, or the error."""
    ran = work.parley("ask", question, "--timeout", f"{milliseconds}ms")
    return json.loads(ran.stdout)["answer"] if ran.returncode == 0 else \
        (ran.stderr.strip().splitlines() or ["no error"])[0]


def full_asker(work):
    """A socket that has asked a question, and whose buffer has no room for the answer."""
    family = json.loads(work.parley("family", "parley").stdout)["id"]
    asker = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    asker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    asker.bind((0, 0))
    # Send echoes whose replies nobody reads, then the question.
    for operation, number, payload in (*[(1, 1, bytes(2000))] * 3, (10, 2, b"full")):
        attribute = struct.pack("=HH", 4 + len(payload), number) + payload
        asker.send(struct.pack("=IHHIIBBH", 20 + len(attribute), family, 1, 1, 0, operation, 1, 0) + attribute)
    return asker


def judge(work):
    agent = work.start(work.at / "shout")
    try:
        work.until(lambda: "ready" in agent.printed() or agent.poll() is not None, "The program never registers.")
        work.need(agent.poll() is None, "The program registers as the agent.",
                  f"The program ended with status {agent.returncode}: {agent.printed().strip()}")
        answer = asked(work, "hello")
        work.need("ETIMEDOUT" not in answer and "EPIPE" not in answer, "A question is answered.",
                  "The question hello was not answered in 2 s. An answer needs the id of its question; the kernel refuses "
                  "another with ENOENT.")
        work.need(answer == "HELLO", "The answer is in capitals.", f"The answer to hello is {answer!r} instead of HELLO.")
        answer = asked(work, "again")
        work.need(answer == "AGAIN", "It answers more than one question.",
                  f"The program ended after its first answer, or cannot answer a second: {answer}")
        answer = asked(work, "42")
        work.need("ECANCELED" in answer, "It declines a question without letters.",
                  f"The program answered the question 42 with {answer!r} instead of declining it: then the asker gets "
                  "ECANCELED at once.")
        os.kill(agent.pid, signal.SIGSTOP)
        asked(work, "too late", 100)
        os.kill(agent.pid, signal.SIGCONT)
        answer = asked(work, "still there")
        work.need(answer == "STILL THERE", "It goes on after a question that timed out.",
                  "An asker gave up before the answer, so the kernel refused the answer with ENOENT, and the program ended: "
                  f"{agent.printed().strip().splitlines()[-1]!r}. An agent must not end because one asker gave up.")
        with full_asker(work):
            work.until(lambda: agent.poll() is not None,
                       "The kernel refused an answer with ENOBUFS, because the asker's socket had no room, and the program "
                       "went on as if nothing had happened. Only ENOENT says that a question has ended.", seconds=5)
        work.need(re.search(r"\b(105|ENOBUFS)\b", agent.printed()), "It ends with the error if an answer is refused for another reason.",
                  f"The program ended with: {agent.printed().strip().splitlines()[-1]!r}")
    finally:
        agent.kill()
        agent.wait()
