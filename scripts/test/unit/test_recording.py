# SPDX-License-Identifier: GPL-2.0
"""scripts/build/recording: the picture of a run, and when it is stale."""
import re
import xml.etree.ElementTree

from support import ScriptTest, script

RUN = """

Linux 7.3.4, in a virtual machine. Nobody serves the family yet:

  $ parley echo 'a < b & c'
    reply   a < b & c
    stamp   4.399385 s after boot, on CPU 0, for port 73

A second step, whose output is longer than a line of the terminal:

  $ cat FILE
    """ + "x" * 90 + """
    words of which the eighty columns of this terminal do not hold the last one, ending
    (exit status 1)

A step that prints nothing:

  $ true

And one behind it:

  $ false
    (exit status 1)

All 4 steps did what they should.
"""


class Recording(ScriptTest):
    def setUp(self):
        super().setUp()
        self.checkout = self.folder / "checkout"
        self.copy_scripts(self.checkout, "recording", "lib.py")
        (self.checkout / "docs/pictures").mkdir(parents=True)
        self.svg = self.checkout / "docs/pictures/run.svg"

    def record(self, text, *words):
        return self.run_script(self.checkout / "scripts/build/recording", *words, input=text,
                               stdin=None, cwd=self.checkout)

    def test_a_run_is_recorded_line_for_line_and_scrolls_from_step_to_step(self):
        done = self.record(RUN)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = self.svg.read_text()
        xml.etree.ElementTree.parse(self.svg)
        self.assertEqual("\n".join(script("recording").recorded(text)).replace("xx\nxx", "xxxx").replace("last \none", "last one"),
                         RUN.strip("\n"))
        self.assertEqual(text.count("translateY("), 4)
        ups = [int(up) for up in re.findall(r"translateY\(-(\d+)px", text)]
        self.assertEqual(ups, sorted(ups))
        self.assertIn('<desc id="d">A terminal shows the 4 steps', text)
        for needed in ("prefers-color-scheme: dark", "prefers-reduced-motion"):
            self.assertIn(needed, text)

    def test_it_is_stale_if_a_word_changes_and_not_if_a_time_does(self):
        self.record(RUN)
        self.assertEqual(self.record(RUN.replace("4.399385 s", "17.1 s").replace("CPU 0", "CPU 1"),
                                     "--check").returncode, 0)
        for change in (("reply", "answer"), ("status 1", "status 2"), ("  $ cat", "  $ tac")):
            done = self.record(RUN.replace(*change), "--check")
            self.assertEqual(done.returncode, 1, change)
            self.assertIn("docs/pictures/run.svg is stale", done.stderr)
            self.assertIn(change[1].strip(), done.stdout)
        self.svg.unlink()
        self.assertEqual(self.record(RUN, "--check").returncode, 1)

    def test_a_run_that_broke_off_is_not_recorded(self):
        for text in ("", RUN[:RUN.index("All 4")]):
            done = self.record(text)
            self.assertEqual(done.returncode, 1)
            self.assertIn("did not finish", done.stderr)
            self.assertFalse(self.svg.exists())
        self.assertEqual(self.record(RUN, "--other").returncode, 2)
