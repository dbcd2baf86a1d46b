# SPDX-License-Identifier: GPL-2.0
"""scripts/exercise: gaps, wrong solutions, and what a learner's folder keeps."""

from support import TOP, ScriptTest, script

import exercises


class Test(ScriptTest):
    def test_a_gap_counts_in_code_and_not_in_a_comment(self):
        file = self.folder / "a.c"
        file.write_text("/* GAP_1 and\n GAP_2 */\nint a = GAP_3; // GAP_4\n")
        self.assertEqual(exercises.gaps(file), "Gap 3 is still open: line 3 of a.c has GAP_3.")
        file.write_text("/* GAP_1 */\n# GAP_2\n// GAP_3\n")
        self.assertIsNone(exercises.gaps(file))

    def test_wrong_solutions_are_made_of_the_solution(self):
        made = list(exercises.variants([("one", {"a": "b"}, "why")], {"f": "xa"}))
        self.assertEqual(made, [("solution", {"f": "xa"}, None), ("1-one", {"f": "xb"}, "why")])
        for solution in ({"f": "x"}, {"f": "aa"}, {"f": "a", "g": "a"}):
            with self.assertRaises(SystemExit):
                list(exercises.variants([("one", {"a": "b"}, "why")], solution))

    def test_a_compiler_s_first_error_has_no_folders(self):
        output = "/x/y/a.c:1:2: warning: w\n/x/y/a.c:2:3: error: e\n"
        self.assertEqual(script("exercise").first_error(output), "a.c:2:3: error: e")

    def test_a_crash_and_a_warning_are_told_in_a_sentence(self):
        exercise = script("exercise")
        console = ("[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000004\r\n"
                   "[    3.1] RIP: 0010:strlen+0x4/0x30\r\n[    3.1]  visitors_greet+0x4f/0x130 [visitors]\r\n"
                   "[    3.2] Kernel panic - not syncing: Fatal exception\r\n")
        said = exercise.trouble(240, console, "vm: the kernel panicked")
        self.assertTrue(said.startswith("The kernel crashed while the check ran: BUG: kernel NULL pointer dereference, "
                                        "address: 0000000000000004, in visitors_greet."), said)
        rust = "rust_kernel: panicked at kmod/a.rs:1:2:\nKernel panic - not syncing: Fatal exception\n"
        self.assertIn("panicked at kmod/a.rs:1:2:.", exercise.trouble(240, rust, ""))
        self.assertIn("Zero length", exercise.trouble(1, "", "check-log: not clean:\n  Zero length message\n"))
        self.assertIn("status 241:\nvm: too long", exercise.trouble(241, "", "vm: too long\n"))

    def test_other_users_of_the_guest_can_read_a_work_whatever_the_umask_was(self):
        work, folder = self.folder / "solution", self.folder / "copies"
        work.mkdir()
        folder.mkdir(0o700)
        for name, mode in (("take.sh", 0o700), ("mine.yaml", 0o600)):
            (work / name).write_text("")
            (work / name).chmod(mode)
        work.chmod(0o700)
        copy = exercises.opened(work, folder)
        self.assertEqual(copy, folder / "solution")
        modes = [path.stat().st_mode & 0o777 for path in (folder, copy, copy / "take.sh", copy / "mine.yaml")]
        self.assertEqual(modes, [0o755, 0o755, 0o755, 0o644])

    def test_start_overwrites_nothing(self):
        place = self.folder / "mine"
        done = [self.run_script(TOP / "scripts/exercise", "start", "1", str(place)) for _ in range(2)]
        self.assertEqual([it.returncode for it in done], [0, 1], done[0].stderr)
        self.assertIn("exists, so it was not overwritten", done[1].stderr)
        (self.folder / "linked").mkdir()
        for file in ("write.c", "hello.c"):
            (self.folder / "linked" / file).symlink_to(self.folder / "nowhere" / file)
        self.assertIn("exists, so it was not overwritten", self.run_script(
            TOP / "scripts/exercise", "start", "1", self.folder / "linked").stderr)

    def test_nothing_is_worked_on_or_lost_below_build(self):
        for verb in ("start", "check"):
            for place in (TOP / "build/exercises/hello", TOP / "build"):
                done = self.run_script(TOP / "scripts/exercise", verb, "1", str(place))
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("is below build, where scripts and `make clean` remove files", done.stderr)
        # The script looks for the folder before it removes the results of an earlier run.
        mark = TOP / "build/exercises/mark"
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        done = self.run_script(TOP / "scripts/exercise", "check", "1", str(self.folder / "none"))
        self.assertIn("there is no", done.stderr)
        self.assertTrue(mark.exists())
        mark.unlink()

    def test_every_exercise_has_a_task_hints_gaps_and_three_wrong_solutions(self):
        folders = sorted((TOP / "docs/exercises").glob("[0-9]*-*"))
        self.assertEqual([int(folder.name[:2]) for folder in folders], list(range(1, 17)))
        for folder in folders:
            self.assertIn("<details>", (folder / "README.md").read_text(), folder)
            self.assertGreaterEqual(len(exercises.load(folder).WRONG), 3, folder)
            if (folder / "skeleton").is_dir():
                self.assertTrue(any(map(exercises.gaps, (folder / "skeleton").iterdir())), folder)
                self.assertEqual(set(map(exercises.gaps, (folder / "solution").iterdir())), {None}, folder)
