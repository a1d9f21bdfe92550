# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tests/lib/golden.py: a golden file of differences accepts one answer and no other."""

import contextlib
import io
import itertools
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/lib"))

import golden
import json_lines

BASE = """exit 0
--- stdout
PASS  host.a: A holds [1]
PASS    host.b: B holds [2]
PASS  host.c: C holds [3]

ready: N passed, N failed (N of them advice), N skipped
--- stderr
--- end
"""
TREE = 'checks.host.a.parent null\nchecks.host.b.parent "host.a"\nchecks.host.c.parent null\n'
A_FAILS = "FAIL  host.a: A holds\n        it is off\n        fix: Turn it on.\n"
B_SKIPPED = "SKIP    host.b: B holds\n          host.a did not pass\n"


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "base").write_text(BASE, encoding="utf-8")
        (self.folder / "tree").write_text(TREE, encoding="utf-8")

    def run_it(self, case, answer, regen="0"):
        said = io.StringIO()
        said.reconfigure = lambda **_options: None
        stdin = io.TextIOWrapper(io.BytesIO(answer.encode("utf-8", "surrogateescape")))
        with mock.patch.object(sys, "stdin", stdin), mock.patch.dict(os.environ, {"REGEN": regen}), \
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = golden.main(self.folder, case, "base", "tree")
        return status, said.getvalue()

    def kept(self, answer):
        """What is written for an answer; it stands for that answer."""
        self.assertEqual(self.run_it("case", answer, "1")[0], 0)
        self.assertEqual(self.run_it("case", answer)[0], 0)
        return (self.folder / "case").read_text(encoding="utf-8", errors="surrogateescape")


class Kept(Folder):
    def test_regen_says_whether_the_file_changed(self):
        self.assertEqual(self.run_it("case", BASE, "1"), (0, "written\n"))
        self.assertEqual(self.run_it("case", BASE, "1"), (0, "unchanged\n"))

    def test_same_answer_is_one_line(self):
        self.assertEqual(self.kept(BASE), "as base\n")

    def test_only_what_differs(self):
        self.assertEqual(self.kept(BASE.replace("[3]", "[4]")), "as base, except:\nPASS  host.c: C holds [4]\n")

    def test_absent(self):
        answer = BASE.replace("PASS  host.c: C holds [3]\n", "")
        self.assertEqual(self.kept(answer), "as base, except:\nabsent: host.c\n")

    def test_added(self):
        self.assertEqual(self.kept(BASE.replace("--- stdout\n", "--- stdout\nWARNING x\n  more\n")),
                         "as base, except:\nafter --- stdout:\nWARNING x\n  more\n")

    def test_two_added_in_one_place(self):
        self.assertEqual(self.kept(BASE.replace("--- stderr\n", "--- stderr\nfirst x\nsecond x\n")),
                         "as base, except:\nafter --- stderr:\nfirst x\nsecond x\n")

    def test_skipped_below_a_failed_check_is_not_listed(self):
        answer = BASE.replace("PASS  host.a: A holds [1]\nPASS    host.b: B holds [2]\n", A_FAILS + B_SKIPPED)
        self.assertEqual(self.kept(answer), "as base, except:\n" + A_FAILS)

    def test_not_skipped_below_a_failed_check_is_listed(self):
        answer = BASE.replace("PASS  host.a: A holds [1]\n", A_FAILS)
        self.assertEqual(self.kept(answer), "as base, except:\n" + A_FAILS + "PASS    host.b: B holds [2]\n")

    def test_bytes_that_are_no_text(self):
        answer = BASE.replace("--- stderr\n", "--- stderr\n\udcff x\n")
        self.assertIn("\udcff x", self.kept(answer))

    def test_whole_where_differences_are_more(self):
        for answer in ("exit 2\n", "nothing\nin\ncommon\n", "", "no end of line", BASE + "\n", BASE + "exit 0\n",
                       "".join(reversed(golden.split(BASE)))):
            with self.subTest(answer=answer):
                self.assertEqual(self.kept(answer), answer)


class KeptJson(Folder):
    """The same of JSON."""

    LINES = ('checks.host.a.parent null', 'checks.host.a.verdict "PASS"', 'checks.host.a.skip null',
             'checks.host.b.parent "host.a"', 'checks.host.b.verdict "PASS"', 'checks.host.b.skip null',
             'checks.host.b.value "2"', 'checks.host.b.reason null')

    def test_json_skipped_below_a_failed_check_is_not_listed(self):
        (self.folder / "base").write_text("\n".join(self.LINES) + "\n", encoding="utf-8")
        answer = (self.LINES[0], 'checks.host.a.verdict "FAIL"', *self.LINES[2:4], 'checks.host.b.verdict "SKIP"',
                  'checks.host.b.skip "dependency"', "checks.host.b.value null",
                  'checks.host.b.reason "host.a did not pass"')
        self.assertEqual(self.kept("\n".join(answer) + "\n"), f"as base, except:\n{answer[1]}\n")


class Compared(Folder):
    """What is kept for one answer lets no other pass."""

    ANSWERS = (BASE, BASE.replace("[3]", "[4]"), BASE.replace("exit 0", "exit 1"), BASE.replace("[1]", "[1] "),
               BASE.replace("PASS  host.a: A holds [1]\n", A_FAILS),
               BASE.replace("PASS  host.a: A holds [1]\nPASS    host.b: B holds [2]\n", A_FAILS + B_SKIPPED),
               BASE.replace("PASS  host.a: A holds [1]\nPASS    host.b: B holds [2]\n", A_FAILS),
               BASE.replace("PASS    host.b: B holds [2]\n", B_SKIPPED),
               BASE.replace("PASS    host.b: B holds [2]\nPASS  host.c: C holds [3]\n",
                            "PASS  host.c: C holds [3]\nPASS    host.b: B holds [2]\n"),
               BASE.replace("--- stderr\n", "--- stderr\nword x\n"),
               BASE.replace("--- end\n", "word x\n--- end\nword x\n"),
               BASE.replace("\nready", "ready"), BASE.replace("ready", "not ready"), BASE + "\n")

    def test_each_with_each(self):
        for kept, other in itertools.permutations(self.ANSWERS, 2):
            self.kept(kept)
            status, said = self.run_it("case", other)
            self.assertEqual(status, 1, f"{kept}\n{other}")
            self.assertIn("+++ answer", said)
            self.assertRegex(said, "\nfirst difference: [-+].*\n$")

    def test_a_new_check_touches_the_base_only(self):
        answer = BASE.replace("PASS  host.a: A holds [1]\nPASS    host.b: B holds [2]\n", A_FAILS + B_SKIPPED)
        new, line = "PASS    host.c2: C2 holds [5]\n", "PASS  host.c: C holds [3]\n"
        before = self.kept(answer)
        self.assertEqual(self.run_it("base", BASE.replace(line, line + new), "1")[0], 0)
        self.assertEqual(self.run_it("case", answer.replace(line, line + new)), (0, "exit 0\n"))
        self.assertEqual(self.kept(answer.replace(line, line + new)), before)


class Errors(Folder):
    def test_no_golden_answer(self):
        status, said = self.run_it("new-case", BASE)
        self.assertEqual(status, 1)
        self.assertRegex(said, "^error: golden answer new-case: there is no new-case .*; REGEN=1 writes it\n$")

    def test_base_is_no_whole_answer(self):
        (self.folder / "base").write_text("as other\n", encoding="utf-8")
        (self.folder / "case").write_text("as base\n", encoding="utf-8")
        self.assertIn("base is kept as differences itself", self.run_it("case", BASE)[1])

    def test_base_lacks_what_this_differs_in(self):
        for text in ("absent: host.x\n", "after host.x:\nword x\n"):
            (self.folder / "case").write_text("as base, except:\n" + text, encoding="utf-8")
            self.assertIn("REGEN=1", self.run_it("case", BASE)[1])


class JsonLines(unittest.TestCase):
    def test_table(self):
        for value, lines in (
                ({"a": 1, "b": None, "c": True, "d": "x y"}, ["a 1", "b null", "c true", 'd "x y"']),
                ({"a": [], "b": {}}, ["a []", "b {}"]),
                ({"a": [1, "1"]}, ["a.0 1", 'a.1 "1"']),
                ({"a": [{"id": "x", "v": 1}]}, ['a.x.id "x"', "a.x.v 1"]),
                ({"a": [{"name": "y", "v": {"w": 2}}]}, ['a.y.name "y"', "a.y.v.w 2"])):
            with self.subTest(value=value):
                self.assertEqual(list(json_lines.lines(value)), lines)


if __name__ == "__main__":
    unittest.main()
