# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 10: an agent, also with a question whose asker gives up."""

import json
import os
import signal

WRONG = [
    ("another-id", {"agent.answer(asked.id, ": "agent.answer(asked.id + 1, "}, "was not answered in 2 s"),
    ("answers-empty", {"agent.decline(asked.id)": "agent.answer(asked.id, b\"\")"}, "instead of declining it"),
    ("one-question", {"            Ok(()) => {}\n": "            Ok(()) => return Ok(()),\n"},
     "ended after its first answer"),
    ("late-is-fatal", {'refusal.errno_name() == "ENOENT"': 'refusal.errno_name() == "ENOBUFS"'},
     "must not end because one asker gave up"),
]


def asked(work, question, milliseconds=2000):
    """The answer to a question, or the error."""
    ran = work.parley("ask", question, "--timeout", f"{milliseconds}ms")
    return json.loads(ran.stdout)["answer"] if ran.returncode == 0 else \
        (ran.stderr.strip().splitlines() or ["no error"])[0]


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
    finally:
        agent.kill()
        agent.wait()
