# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 1: one write by its number."""

import re

WRONG = [
    ("number-of-read", {"SYS_write": "SYS_read"}, "The program calls read, which is system call 0"),
    ("length-with-nul", {"sizeof(text) - 1": "sizeof(text)"}, "The program writes 15 bytes, one more than the text"),
    ("length-of-a-word", {"sizeof(text) - 1": "5"}, "The program writes 5 bytes, but the text with its newline has 14"),
    ("through-the-library", {"syscall(number, 1, text, length) == length": "number && write(2, text, length) == length"},
     "goes to descriptor 2, which is standard error"),
]


def judge(work):
    ran, calls = work.traced(work.at / "write", calls="read,write,pwrite64,writev")
    calls = [line for line in calls if '"\\177ELF' not in line]
    writes = [re.match(r'write\((\d+), (".*"), (\d+)\)', line) for line in calls]
    writes = [found for found in writes if found]
    if not writes:
        last = calls[-1] if calls else "no call of read or write at all"
        name = last.partition("(")[0]
        work.need(False, "", "The program calls read, which is system call 0. The number of write is SYS_write, in "
                  "sys/syscall.h." if name == "read" else
                  f"The program makes no system call write. strace shows: {last}")
    work.need(len(writes) == 1, "The program makes one system call, write.",
              f"The program calls write {len(writes)} times; one call is enough for the whole line.")
    descriptor, _, length = writes[0].groups()
    work.need(descriptor == "1", "It writes to standard output.",
              f"The write goes to descriptor {descriptor}, which is standard error if it is 2; standard output is 1.")
    work.need(length != "15", "It does not write the NUL behind the text.",
              "The program writes 15 bytes, one more than the text: sizeof counts the NUL at the end of a string, which "
              "is for C and not for the kernel.")
    work.need(length == "14" and ran.out == "hello, kernel\n", "It writes the line with its newline, 14 bytes.",
              f"The program writes {length} bytes, but the text with its newline has 14; the output is {ran.out!r}.")
    work.need(ran.status == 0, "It ends with status 0.", f"The program ends with {ran.why()}.")
