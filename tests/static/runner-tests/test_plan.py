# SPDX-License-Identifier: GPL-2.0-or-later
import tempfile
import unittest
from pathlib import Path

import helper
import plan
from helper import step

TITLE = 'title = "Test"\n'

# (name, text of the plan, what the error must say)
ERRORS = (
    ("syntax", TITLE + "[[step", "is not TOML"),
    ("no-title", step("a.b"), "has no title"),
    ("no-steps", TITLE, "has no steps"),
    ("top-level-key", TITLE + "steps = 1\n", 'unknown key "steps"'),
    ("step-is-table", TITLE + "[step]\n", "step is not a list of tables"),
    ("include-is-text", TITLE + 'include = "x"\n', "include is not a list"),
    ("include-missing", TITLE + 'include = ["no.toml"]\n' + step("a.b"), "no.toml: cannot be read"),
    ("no-id", TITLE + '[[step]]\ntitle = "x"\nrun = "x"\n', "step number 1: has no id"),
    ("no-run", TITLE + '[[step]]\nid = "a.b"\ntitle = "x"\n', "step a.b: has no run"),
    ("id-shape", TITLE + step("a_b"), "step a_b: id is 'a_b'"),
    ("id-path", TITLE + step("a.../x"), "id is"),
    ("unknown-key", TITLE + step("a.b", need=["x.y"]), 'step a.b: unknown key "need"'),
    ("unknown-need", TITLE + step("a.b", needs=["x.y"]), "step a.b: needs x.y, which is in no"),
    ("needs-itself", TITLE + step("a.b", needs=["a.b"]), "needs itself: a.b -> a.b"),
    ("cycle", TITLE + step("a.a", needs=["a.b"]) + step("a.b", needs=["a.c"])
     + step("a.c", needs=["a.a"]), "needs itself: a.a -> a.b -> a.c -> a.a"),
    ("duplicate", TITLE + step("a.b") + step("a.b"), "step a.b: is already in"),
    ("run-missing", TITLE + step("a.b", ["no/such"]), "no/such does not exist"),
    ("run-not-executable", TITLE + step("a.b", ["/etc/passwd"]), "/etc/passwd is not executable"),
    ("run-empty", TITLE + step("a.b", []), "run is"),
    ("run-number", TITLE + step("a.b", [1]), "run is"),
    ("still-text", TITLE + step("a.b", still_s="9"), "still_s is '9'"),
    ("still-zero", TITLE + step("a.b", still_s=0), "still_s is 0"),
    ("still-bool", TITLE + step("a.b", still_s=True), "still_s is True"),
    ("budget-text", TITLE + 'budget_s = "9"\n' + step("a.b"), "budget_s is no number"),
    ("cpu-negative", TITLE + step("a.b", cpu=-1), "cpu is -1"),
    ("cpu-bool", TITLE + step("a.b", cpu=True), "cpu is True"),
    ("service-text", TITLE + step("a.b", service="yes"), "service is 'yes'"),
    ("lock-shape", TITLE + step("a.b", lock="a b"), "lock is 'a b'"),
    ("prefix-shape", TITLE + step("a.b", prefix="A."), "prefix is 'A.'"),
    ("env-number", TITLE + step("a.b") + "env = {A = 1}\n", "env is"),
    ("title-lines", TITLE + step("a.b", title="x\ny"), "title is"),
    ("stop-without-service", TITLE + step("a.b", stop_after_needs=False), "without service"),
)


class Plan(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def write(self, name, text):
        (self.dir / name).write_text(text)
        return self.dir / name

    def load(self, file):
        return plan.load(file, self.dir)

    def test_errors(self):
        for name, text, what in ERRORS:
            with self.subTest(name):
                file = self.write("plan.toml", text)
                with self.assertRaises(plan.PlanError) as caught:
                    self.load(file)
                message = str(caught.exception)
                self.assertIn(what, message)
                self.assertRegex(message, r"^plan [^\n]*: [^\n]*; [^\n]*$")

    def test_missing_file(self):
        with self.assertRaisesRegex(plan.PlanError, "no.toml: cannot be read: No such file"):
            self.load(self.dir / "no.toml")

    def test_not_utf8(self):
        (self.dir / "plan.toml").write_bytes(b'title = "\xff"\n')
        with self.assertRaisesRegex(plan.PlanError, "is not TOML"):
            self.load(self.dir / "plan.toml")

    def test_include_merges_each_file_once(self):
        self.write("base.toml", step("a.base"))
        self.write("left.toml", 'include = ["base.toml"]\n' + step("a.left", needs=["a.base"]))
        file = self.write("plan.toml", TITLE + 'include = ["left.toml", "base.toml"]\n'
                          + step("a.top", needs=["a.left"]))
        self.assertEqual(list(self.load(file).steps), ["a.top", "a.left", "a.base"])

    def test_included_duplicate_names_both_files(self):
        self.write("more.toml", step("a.b"))
        file = self.write("plan.toml", TITLE + 'include = ["more.toml"]\n' + step("a.b"))
        with self.assertRaisesRegex(plan.PlanError, "more.toml: step a.b: is already in .*plan.to"):
            self.load(file)

    def test_only_takes_needs_along(self):
        file = self.write("plan.toml", TITLE + step("a.a") + step("a.b", needs=["a.a"])
                          + step("a.c", needs=["a.b"]) + step("a.d"))
        steps = self.load(file)
        self.assertEqual(list(steps.only(["a.b"]).steps), ["a.a", "a.b"])
        with self.assertRaisesRegex(plan.PlanError, "step a.x: is not in the plan"):
            steps.only(["a.x"])

    def test_service_takes_no_slot(self):
        file = self.write("plan.toml", TITLE + step("a.b", service=True, cpu=2))
        self.assertEqual(self.load(file).steps["a.b"].cpu, 0)


class PlanErrorsOnTheCommandLine(helper.RunnerTest):
    def test_one_line_and_exit_2(self):
        self.run_plan(step("a.b", needs=["a.x"]))
        self.assertEqual(self.code, 2)
        self.assert_one_error("plan .*plan.toml: step a.b: needs a.x")
        self.assertEqual(self.out, "")
        self.assertFalse(self.build.exists())

    def test_bad_number_of_jobs(self):
        self.run_plan(step("a.b"), jobs="many")
        self.assertEqual(self.code, 1)
        self.assert_one_error("TDX_HOST_JOBS: is 'many'")


if __name__ == "__main__":
    unittest.main()
