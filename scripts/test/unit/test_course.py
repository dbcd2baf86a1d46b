# SPDX-License-Identifier: GPL-2.0
"""What scripts/course takes for the same, and how it writes chapters."""
import os

from support import TOP, ScriptTest, script

course = script("course")
Shell, agrees, commands, masked = course.Shell, course.agrees, course.commands, course.masked
put, replace, solution = course.put, course.replace, course.solution


class Course(ScriptTest):
    def test_only_what_varies_from_run_to_run_is_left_out(self):
        row = "    12  49 00 00 00               nlmsg_pid       73: the port that asked"
        kind = "     4  1a 00                     nlmsg_type      26: family parley"
        family = "parley           id 27    version 1      9 operations   1 groups"
        reply = "receive  recvfrom(3, [276 bytes], 73728, MSG_TRUNC, {AF_NETLINK, pid 0, groups"
        delta = "    40  d5 fd ff ff                delta          -555"
        for one, other, same in (
                ("stamp   4.399385 s after boot, on CPU 0, for port 73",
                 "stamp   14.1 s after boot, on CPU 1, for port 4711", True),
                ("value 42", "value 43", False),
                ("id        24 (0x18)", "id        25 (0x19)", True),
                (row, row.replace("49", "fe").replace("73", "254"), True),
                (row, row.replace("12 ", "16 "), False),
                (kind, kind.replace("1a", "18").replace("26", "24"), True),
                (family, family.replace(" 9 ", " 10 "), True),
                ("hello: family hello is number 24", "hello: family hello is number 25", True),
                (reply, reply.replace("276", "296"), True),
                (reply.replace("276", "64"), reply.replace("276", "68"), False),
                (delta, delta.replace("d5", "d6").replace("555", "554"), False)):
            self.assertEqual(masked(one) == masked(other), same, (one, other))

    def test_dots_stand_for_lines_in_between(self):
        for shown, same in ((["a", "...", "d"], True), (["...", "c", "..."], True), (["a", "...", "e"], False),
                            (["a"], False), (["...", "d", "c", "..."], False), (["a", "b", "c", "d", "e"], False)):
            self.assertEqual(agrees(shown, ["a", "b", "c", "d"]), same, shown)

    def test_what_a_busy_machine_has_the_kernel_say_is_left_out(self):
        noise = "  [    4.602923] clocksource: Watchdog remote CPU 1 read timed out"
        self.assertTrue(agrees(["...", "a"], ["b", "a", noise]))
        self.assertFalse(agrees(["a"], ["a", noise.replace("clocksource: ", "")]))

    def test_commands_are_found_with_what_they_print(self):
        self.assertEqual(commands("$ one\n> two\nout\n$ three\n"), [("one\ntwo", ["out"]), ("three", [])])

    def test_a_patch_has_only_the_context_that_it_needs(self):
        diff = ["diff --git a/f b/f", "index 1..2 100644", "--- a/f", "+++ b/f", "@@ -7,3 +7,4 @@ fn",
                " last", "+mine", " ]", " then", " more", ""]
        lean = ["diff --git a/f b/f", "--- a/f", "+++ b/f", "@@ -8,2 +8,3 @@", "+mine", " ]", " then", ""]
        self.assertEqual(solution("\n".join(diff)), "\n".join(lean))

    def test_a_chapter_is_replaced_whole_or_not_at_all(self):
        chapter = self.folder / "chapter"
        chapter.write_text("before")
        with self.assertRaises(UnicodeEncodeError):
            replace(chapter, "\udcff")
        self.assertEqual((chapter.read_text(), os.listdir(self.folder)), ("before", ["chapter"]))
        put({str(chapter): ("before", "after")})
        self.assertEqual(chapter.read_text(), "after")
        with self.assertRaises(SystemExit) as refused:
            put({str(chapter): ("before", "lost")})
        self.assertIn("edited", str(refused.exception))
        self.assertEqual(chapter.read_text(), "after")

    def test_what_cannot_be_written_fails_and_is_told(self):
        chapter = self.folder / "page.md"
        for shown, status, new in (("...\nb\n", 1, "...\nb\n"), ("b\n", 0, "a\n"), ("a\n", 0, "a\n")):
            chapter.write_text(f"```console\n$ echo a\n{shown}```\n")
            checked = self.run_script(TOP / "scripts/course", "check", "--host", chapter)
            self.assertEqual(checked.returncode, shown != "a\n", checked.stderr)
            self.assertIn(shown, chapter.read_text())
            done = self.run_script(TOP / "scripts/course", "write", "--host", chapter)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual("not what is shown: $ echo a" in done.stderr, bool(status), done.stderr)
            self.assertEqual(chapter.read_text(), f"```console\n$ echo a\n{new}```\n")

    def test_a_block_that_would_not_be_run_is_refused(self):
        page = self.folder / "page.md"
        good = f"```console\n$ touch {self.folder}/ran\n```\n"
        for line, text in ((4, "``` console\n$ false\n```\n"), (4, "```console \n$ false\n```\n"),
                           (5, "- a\n  ```console\n  $ false\n  ```\n"), (4, "~~~console\n$ false\n~~~\n"),
                           (4, "````console\n$ false\n````\n"), (4, "```console\n$ false\n"),
                           (4, "```console\n$ true\n``` \n\n```yaml\na: b\n```\n")):
            page.write_text(good + text)
            done = self.run_script(TOP / "scripts/course", "check", "--host", page)
            self.assertEqual(done.returncode, 1, text)
            self.assertIn(f"course: {page}:{line}: not run", done.stderr)
            self.assertFalse((self.folder / "ran").exists())

    def test_one_shell_runs_the_commands_of_a_chapter(self):
        shell = Shell()
        for command, printed in (("echo a; printf b", ["a", "b"]), ("true", []), ("x=1; echo; echo c", ["", "c"]),
                                 ("echo $x >&2", ["1"]), ("cat", []), ("echo after", ["after"])):
            self.assertEqual(shell.run(command), printed, command)
        shell.end()
