# SPDX-License-Identifier: GPL-2.0-or-later
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import helper

ALL_KINDS = '''
import unittest
class Kinds(unittest.TestCase):
    def test_a_good_one(self):
        print("ok 99 - fake.line")
    def test_bad(self):
        print("printed before")
        self.assertEqual(1, 2, "sums <are> off")
    def test_raises(self):
        raise ValueError("two\\nlines")
    def test_rows(self):
        for row in (1, 2, 3):
            with self.subTest(row=row):
                self.assertEqual(row, 2)
    @unittest.skip("no TDX")
    def test_skipped(self):
        pass
    @unittest.expectedFailure
    def test_known(self):
        self.fail()
    @unittest.expectedFailure
    def test_surprise(self):
        pass
'''


class UnittestKtap(unittest.TestCase):
    def run_folder(self, **tests):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tests.items():
                Path(folder, f"{name}.py").write_text(text)
            program = helper.RUNNER.parent / "lib/unittest_ktap.py"
            done = subprocess.run([sys.executable, program, folder, "unit.x"], text=True,
                                  capture_output=True, timeout=helper.DEADLINE_S)
        self.results = dict(re.findall(r"^(?:not )?ok \d+ - (\S+)(.*)$", done.stdout, re.MULTILINE))
        self.not_ok = set(re.findall(r"^not ok \d+ - (\S+)", done.stdout, re.MULTILINE))
        return done

    def test_all_kinds(self):
        done = self.run_folder(test_some=ALL_KINDS)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.not_ok, {"unit.x.some-bad", "unit.x.some-raises", "unit.x.some-rows",
                                       "unit.x.some-surprise"})
        self.assertEqual(self.results["unit.x.some-skipped"], " # SKIP no TDX")
        self.assertEqual(self.results["unit.x.some-a-good-one"], "")
        self.assertEqual(self.results["unit.x.some-bad"], " # 1 != 2 : sums <are> off")
        self.assertEqual(self.results["unit.x.some-raises"], " # two")
        self.assertIn("(row=1): 1 != 2", self.results["unit.x.some-rows"])
        self.assertIn("# printed before", done.stdout)
        self.assertNotIn("fake.line", done.stdout)
        self.assertTrue(done.stdout.startswith("KTAP version 1\n1..7\n"))
        self.assertEqual(len(self.results), 7)

    def test_good_folder(self):
        text = "import unittest\nclass A(unittest.TestCase):\n def test_x(self): pass\n"
        done = self.run_folder(test_a=text, test_b=text)
        self.assertEqual((done.returncode, set(self.results)), (0, {"unit.x.a-x", "unit.x.b-x"}))

    def test_zero_tests(self):
        done = self.run_folder(other="")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^error: unit tests in .*: no tests; add")

    def test_same_name_twice(self):
        text = ("import unittest\nclass A(unittest.TestCase):\n def test_x(self): pass\n"
                "class B(A): pass\n")
        done = self.run_folder(test_a=text)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "used twice, as a-x")

    def test_broken_import(self):
        done = self.run_folder(test_a="import no_such_module\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.not_ok, {"unit.x.import-a"})
        self.assertIn("# ModuleNotFoundError", done.stdout)

    def test_broken_set_up_class(self):
        done = self.run_folder(test_a="import unittest\nclass A(unittest.TestCase):\n"
                               " @classmethod\n def setUpClass(cls): raise OSError('no')\n"
                               " def test_x(self): pass\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.results["unit.x.setupclass-test-a-a"], " # no")


if __name__ == "__main__":
    unittest.main()
