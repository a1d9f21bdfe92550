# SPDX-License-Identifier: GPL-2.0-or-later
import contextlib
import importlib.machinery
import importlib.util
import io
import shutil
import sys
from unittest import mock

from case import Case, TAG, TOP
from checks import all


class Driver(Case):
    """tests/static/check itself: KTAP, last line and exit status."""

    def check(self, *names):
        loader = importlib.machinery.SourceFileLoader("check", str(TOP / "tests/static/check"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
        loader.exec_module(module)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), \
                mock.patch.object(sys, "argv", ["check", "--top", str(self.top), *names]):
            return module.main(), out.getvalue().splitlines(), err.getvalue().splitlines()

    def test_pass(self):
        status, out, err = self.check("words")
        self.assertEqual((status, err), (0, []))
        self.assertEqual(out[:2], ["KTAP version 1", "1..2"])
        self.assertEqual(out[2], "ok 1 - static.forbidden-words # 1 file")

    def test_fail(self):
        self.write("a.txt", "TO" + "DO: more" + "\n")
        status, out, err = self.check("words")
        self.assertEqual(status, 1)
        self.assertIn("not ok 1 - static.forbidden-words # a.txt:1: ", "\n".join(out))
        self.assertEqual(len(err), 1)
        self.assertRegex(err[0], r"^error: static\.forbidden-words: a\.txt:1: .*; .*tests/static/check words$")

    def test_skip(self):
        status, out, err = self.check("c-format")
        self.assertEqual((status, err), (77, ["skip: no user-space C file in the tree yet"]))
        self.assertEqual(out[2], "ok 1 - static.clang-format # SKIP no user-space C file in the tree yet")

    def test_unknown_name_and_no_checkout(self):
        self.assertEqual(self.check("nothing")[0], 1)
        shutil.rmtree(self.top / ".git")
        status, _, err = self.check("words")
        self.assertEqual(status, 1)
        self.assertRegex("\n".join(err), r"^error: [^\n]*git checkout$")

    def test_without_a_name_nothing_that_needs_a_build_runs(self):
        self.write(".editorconfig", "root = true\n")
        out = "\n".join(self.check()[1])
        self.assertIn("static.forbidden-words", out)
        self.assertNotIn("static.sparse-src", out)

    def test_files(self):
        self.write("a.txt", "TO" + "DO: more" + "\n")
        self.write("b.txt", TAG + "CC0-1.0\n")
        shutil.copy(TOP / ".editorconfig", self.top)
        status, out, _ = self.check("--files", "b.txt")
        self.assertEqual(status, 0)
        self.assertNotIn("commit-subjects", "\n".join(out))
        status, _, err = self.check("--files", "a.txt", "b.txt")
        self.assertEqual(status, 1)
        self.assertIn("a.txt:1: ", err[0])

    def test_each_check_of_single_files_exists(self):
        ids = {k for checks in all.CHECKS.values() for k in checks}
        self.assertEqual(all.ONE_BY_ONE - ids, set())

    def test_message(self):
        for text, status in (("tests: Check messages\n\nWhy.\n# comment of git\n", 0), ("fixup! x\n", 0),
                             ("Fixed it\n", 1), ("tests: Check messages\n\nAs in issue" + " #7.\n", 1)):
            self.write("message", text)
            self.assertEqual(self.check("--message", str(self.top / "message"))[0], status, text)
