# SPDX-License-Identifier: GPL-2.0
"""The sources of the book."""

import pathlib
import tempfile
import unittest

from support import script

book, reader = script("book"), script("read-book")


class TheSources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        for name in ("kmod/echo.rs", "docs/a.md", "docs/course/README.md", "docs/p.svg", "README.md", "spec/x/y"):
            (self.top / name).parent.mkdir(parents=True, exist_ok=True)
            (self.top / name).write_text(name)
        pages = map(pathlib.Path, ("README.md", "docs/a.md", "docs/course/README.md"))
        self.book = book.Book(self.top, pages)

    def rewritten(self, text, page="docs/course/README.md"):
        return self.book.rewritten(pathlib.Path(page), text)

    def test_pages_pictures_and_sources_keep_their_links(self):
        for link, to in (("../a.md#b", "../a.md#b"), ("../course", "index.md"), ("../p.svg", "../p.svg"),
                         ("../../README.md", "../../index.md"), ("#here", "#here"),
                         ("https://kernel.org/x.md", "https://kernel.org/x.md"),
                         ("../../kmod/echo.rs", "../../made/sources/kmod/echo.rs.md"),
                         ("../../spec/x", "../../made/sources/spec/x/files.md")):
            self.assertEqual(self.rewritten(f"See [it]({link})."), f"See [it]({to}).\n")

    def test_a_link_to_nothing_is_an_error_that_names_the_line(self):
        outside = self.top.parent / self.top.name
        for link in ("../gone.md", "../gone.svg", "../../kmod/gone.rs", f"{outside}/README.md", "../../../x", "../../.."):
            with self.assertRaises(SystemExit) as end:
                self.rewritten(f"One.\n\n[it]({link})")
            self.assertIn(f"docs/course/README.md:3: broken link: {link}", str(end.exception))

    def test_code_is_no_link(self):
        text = "```c\na[i](gone)\n```\n\n    b[i](gone)\n\nThe call `f[i](gone)` is no link.\n"
        self.assertEqual(self.rewritten(text), text)

    def test_a_page_that_is_listed_and_missing_is_an_error(self):
        known = {pathlib.Path("docs/a.md")}
        self.assertEqual(book.matching(known, "docs/*.md"), [pathlib.Path("docs/a.md")])
        with self.assertRaisesRegex(SystemExit, "no page docs/b.md"):
            book.matching(known, "docs/b.md")

    def test_code_with_fences_gets_a_longer_one(self):
        self.assertEqual(book.code("a\n```\nb\n"), "````\na\n```\nb\n````\n")

    def test_rustdoc_links_to_the_sources_of_the_kernel_for_everybody(self):
        page = '<a href="/c/linux-7.3.4/include/net/a.h#L7-L9">a</a> <a href="/c/linux-7.3.4/b.h">b</a>'
        at = "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/tree"
        self.assertEqual(book.published(page, "/c/linux-7.3.4"), (
            f'<a href="{at}/include/net/a.h?h=v7.3.4#n7">a</a> <a href="{at}/b.h?h=v7.3.4">b</a>'))

    def test_the_title_is_the_first_heading(self):
        self.assertEqual(book.title("text\n# One [two]\n# Three"), "One two")


class TheReader(unittest.TestCase):
    def test_a_copy_button_copies_commands_alone(self):
        session = {"is_session": True, "text": "$ one\n> two\nout\n$ three\n"}
        for copied, fault in (("one\ntwo\nthree\n", None), ("$ one\n$ three\n", "commands alone"),
                              ("", "copies nothing"), ("one\n", "commands alone"),
                              ("one\ntwo\nout\n", "commands alone")):
            found = reader.pasteable(session | {"copied": copied})
            self.assertTrue(found is None if fault is None else fault in found, (copied, found))
        other = {"is_session": False, "text": "make run"}
        self.assertIsNone(reader.pasteable(other | {"copied": "make run\n"}))
        self.assertIn("another text", reader.pasteable(other | {"copied": "make"}))

    def test_a_link_needs_its_page_and_its_place(self):
        site = "http://here"
        pages = {"a.html": {"site": site, "ids": ["x"], "links": [
            f"{site}/a.html#x", f"{site}/a.html#y", f"{site}/gone.html", "https://kernel.org/gone"]}}
        self.assertEqual(list(reader.dead_links(pages)),
                         ["a.html: a.html has no place called y", "a.html: there is no gone.html"])


if __name__ == "__main__":
    unittest.main()
