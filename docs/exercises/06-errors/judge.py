# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 6: a script that decides by the errno of a refusal."""

WRONG = [
    ("any-failure-is-missing", {"2) parley counter set": "*) parley counter set"},
     "The counter was empty, and the script created it anew"),
    ("edom-for-erange", {"34) exit 3": "33) exit 3"}, "ERANGE is 34"),
    ("set-without-create", {" 9 --create": " 9"}, "The counter was not created"),
    ("not-quoted", {'set "$1" 9': "set $1 9"}, "quote the variable"),
    ("other-value", {" 9 --create": " 8 --create"}, "created with 8 instead of 9"),
    ("failure-hidden", {"\texit 4\n": "\texit 0\n"}, "without the right to change counters, the script ended with status 0 instead of 4"),
]


def judge(work):
    take = ("bash", work.at / "take.sh", "apples")
    ran = work.run(*take)
    now = work.counters()
    work.need("apples" in now, "A counter that does not exist is created.",
              f"The counter was not created: the counters are {now}, and the script ended with {ran.why()}. The errno for a "
              "counter that does not exist is ENOENT, 2, and `set` creates one only with --create.")
    work.need(now == {"apples": 9}, "It has the value 9.", f"The counter was created with {now['apples']} instead of 9.")
    work.run("bash", work.at / "take.sh", "two pears")
    work.need("two pears" in work.counters(), "The name can have a blank.",
              "With the name 'two pears', no counter was created: quote the variable, as in \"$1\".")
    work.parley("counter", "del", "two pears")
    work.parley("counter", "set", "apples", 1)
    ran = work.run(*take)
    work.need(ran.status == 0 and work.counters() == {"apples": 0}, "It takes 1 from a counter.",
              f"From a counter at 1, the script ended with {ran.why()}, and the counters are {work.counters()}.")
    ran = work.run(*take)
    work.need(work.counters() == {"apples": 0}, "An empty counter stays empty.",
              f"The counter was empty, and the script created it anew: the counters are {work.counters()}. Not every "
              "failure means that the counter does not exist; look at the errno.")
    work.need(ran.status == 3, "An empty counter gives status 3.",
              f"The counter was empty, and the script ended with {ran.status} instead of 3. The kernel refused with ERANGE "
              "because the counter would fall below 0; ERANGE is 34.")
    ran = work.run("setpriv", "--reuid", "65534", "--clear-groups", *take)
    work.need(ran.status == 4, "Another refusal gives status 4.",
              f"As a user without the right to change counters, the script ended with status {ran.status} instead of 4. " + (
                  "A script must not hide a refusal that it does not expect." if ran.status == 0 else
                  f"It said: {ran.why().partition('and: ')[2]}"))
    work.need(ran.out.strip() == "errno 1", "It prints the errno.", f"It printed {ran.out!r} instead of 'errno 1', EPERM.")
