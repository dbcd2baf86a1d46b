# SPDX-License-Identifier: GPL-2.0
"""How scripts/course compares output, and how it writes chapters."""
import os

from support import TOP, ScriptTest, script

course = script("course")
Shell, agrees, commands, masked = course.Shell, course.agrees, course.commands, course.masked
put, replace, solution = course.put, course.replace, course.solution
BEGIN, END = (getattr(script("check-log"), name) for name in ("BEGIN", "END"))


class Course(ScriptTest):
    def test_only_what_varies_from_run_to_run_is_left_out(self):
        row = "    12  49 00 00 00               nlmsg_pid       73: the requester's port"
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

    def check_page(self, *steps):
        """Checks a page with these commands and their outputs, from another folder."""
        page = self.folder / "page.md"
        page.write_text("".join(f"```console\n$ {command}\n{shown}```\n" for command, shown in steps))
        return self.run_script(TOP / "scripts/course", "check", "--host", page.name, cwd=self.folder)

    def test_a_page_on_this_machine_runs_in_the_checkout_with_its_lock_and_ends_where_a_command_fails(self):
        done = self.check_page(("pwd", f"{TOP}\n"), ("scripts/build/alone true", ""), ('echo "${PARLEY_ALONE#* }"', f"{TOP}\n"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for command, shown in (("cd /nowhere", "...\n"), ("echo a; false", "a\n"), ("false | cat", "")):
            done = self.check_page((command, shown), (f"touch {self.folder}/ran", ""))
            self.assertEqual(done.returncode, 1, command)
            self.assertRegex(done.stdout, r"exit status 1; the rest of the page was not run")
            self.assertFalse((self.folder / "ran").exists(), command)
        done = self.check_page(('false; echo "status $?"', "status 1\n"), (f"touch {self.folder}/ran", ""))
        self.assertEqual((done.returncode, (self.folder / "ran").exists()), (0, True), done.stdout)

    def test_a_project_of_a_page_is_in_a_folder_of_its_own_which_goes_with_it(self):
        make = f"mkdir ../mine && echo made ../mine && pwd >{self.folder}/where; cd ../mine && pwd >>{self.folder}/where"
        for last, status in (("true", 0), ("false", 1)):
            done = self.check_page((make, "made ../mine\n"), ("ls -A", ""), (last, ""))
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
            self.assertEqual((self.folder / "where").read_text(), f"{TOP}\n{TOP}/build/course/mine\n")
            self.assertFalse((TOP / "build/course").exists())
        # No page may remove a project, because it could be the reader's own.
        for page in ("docs/vm.md", course.ON_HOST):
            for block in course.CONSOLE.findall((TOP / page).read_text()):
                self.assertNotRegex(block, r"\brm\b", page)

    def test_the_kernel_log_of_every_guest_of_a_page_must_be_clean_unless_the_page_shows_that_it_failed(self):
        clean = ["<5>[    0.000000] Linux version 7.3.4", f"<12>[    2.000000] {BEGIN}", f"<12>[    9.000000] {END}"]
        logs = []
        for name, lines in (("clean", clean), ("warns", [*clean[:2], "<4>[    3.000000] odd", clean[2]]), ("cut", [])):
            (self.folder / name).write_text("".join(line + "\n" for line in lines))
            logs.append(f'cp {self.folder}/{name} "$PARLEY_LOGS/$RANDOM"')
        for log, shown, status in ((logs[0], "", 0), (logs[1], "", 1), (logs[1], "...\n", 1), (logs[2], "", 1),
                                   (f"{logs[1]}; echo status 7", "status 7\n", 1),
                                   (f"{logs[1]}; echo status 240", "status 240\n", 0)):
            done = self.check_page((log, shown), ("true", ""))
            self.assertEqual(done.returncode, status, (log, done.stdout, done.stderr))
            self.assertEqual("check-log: " in done.stdout, bool(status), done.stdout)

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
