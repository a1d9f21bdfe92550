# SPDX-License-Identifier: GPL-2.0-or-later
import argparse
import importlib.util
import json
import os
import pty
import re
import unittest
from unittest import mock

import helper
from helper import step

# Each of two steps waits for the other's file, so both succeed only if they run at the same time. The time limit ends
# them if they do not.
MEET = "touch $D/{me}; timeout 300 bash -c 'until [ -e $D/{other} ]; do sleep 0.02; done'"
# Fails while another step runs the same command, because that has made the folder.
ALONE = "mkdir $D/inside; sleep 0.1; rmdir $D/inside"
# A service that says that it is ready and ends with success when the runner stops it.
SERVICE = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done"


class RunSteps(helper.RunnerTest):
    def test_pass_fail_skip(self):
        self.run_plan(
            step("a.good", "echo value: 42"),
            step("a.bad", "echo out; echo 'error: it broke: no luck; try again'; exit 3"),
            step("a.quiet", "false"),
            step("a.skipped", "echo skip: no TDX >&2; exit 77"),
            step("a.after", needs=["a.bad"]),
            step("a.later", needs=["a.after"]),
            step("a.other", needs=["a.good"]))
        self.assertEqual(self.code, 1)
        self.assertEqual(self.checks["a.good"]["value"], "42")
        reasons = {k: (c["verdict"], c["reason"]) for k, c in self.checks.items()}
        self.assertEqual(reasons, {
            "a.good": ("PASS", ""),
            "a.bad": ("FAIL", "it broke: no luck; try again"),
            "a.quiet": ("FAIL", "exit code 1, no output"),
            "a.skipped": ("SKIP", "no TDX"),
            "a.after": ("SKIP", "needs a.bad, which failed"),
            "a.later": ("SKIP", "needs a.after, which was skipped"),
            "a.other": ("PASS", ""),
        })
        self.assertEqual(self.last_line(), "2 passed, 2 failed, 3 skipped")
        lines = self.out.splitlines()
        self.assertEqual(lines[0], "KTAP version 1")
        self.assertIn("1..7", lines)
        results = [line for line in lines if re.match("(not )?ok ", line)]
        self.assertEqual([int(re.search(r"\d+", line)[0]) for line in results], list(range(1, 8)))
        self.assertRegex(self.out, r"\nok \d - a.good # 42\n")
        self.assertRegex(self.out, r"\nok \d - a.skipped # SKIP no TDX\n")
        failed = next(n for n, line in enumerate(lines) if re.match(r"not ok \d - a.bad #", line))
        self.assertEqual(lines[failed + 1:failed + 4],
                         ["#   out", "#   error: it broke: no luck; try again",
                          f"# log: {self.build}/log/a.bad.log"])
        self.assert_nothing_left()

    def test_all_passed(self):
        self.run_plan(step("a.b"))
        self.assertEqual((self.code, self.last_line()), (0, "1 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.report["result"], "PASS")

    def test_nothing_executed_is_a_failure(self):
        self.run_plan(step("a.b", "exit 77"))
        self.assertEqual((self.code, self.last_line()), (1, "0 passed, 0 failed, 1 skipped"))
        self.assertEqual(self.report["result"], "FAIL")
        self.assert_one_error("no check was executed")

    def test_only(self):
        self.run_plan(step("a.a"), step("a.b", needs=["a.a"]), step("a.c"),
                      options=["--only", "a.b"])
        self.assertEqual(self.verdicts(), {"a.a": "PASS", "a.b": "PASS"})

    def test_program_that_cannot_start(self):
        self.run_plan(step("a.b", ["no-such-program"]), step("a.c", needs=["a.b"]))
        self.assertRegex(self.checks["a.b"]["reason"], "cannot start no-such-program: ")
        self.assertEqual(self.verdicts(), {"a.b": "FAIL", "a.c": "SKIP"})

    def test_environment(self):
        self.run_plan(step("a.b", 'echo "value: $COLOUR $TDX_HOST_JOBS $TDX_HOST_BUILD"; cat')
                      + 'env = {COLOUR = "red"}\n', jobs=7)
        self.assertEqual(self.checks["a.b"]["value"], f"red 7 {self.build}")

    def test_failing_command_in_a_text_fails_the_step(self):
        self.run_plan(step("a.b", "false; true"), step("a.c", "false | true"))
        self.assertEqual(self.verdicts(), {"a.b": "FAIL", "a.c": "FAIL"})

    def test_parallel(self):
        self.run_plan(step("a.a", MEET.format(me=1, other=2)),
                      step("a.b", MEET.format(me=2, other=1)))
        self.assertEqual(self.code, 0, self.out)

    def test_slots_limit(self):
        self.run_plan(*(step(f"a.s{n}", ALONE) for n in range(4)), jobs=1)
        self.assertEqual(self.code, 0, self.out)

    def test_lock(self):
        self.run_plan(*(step(f"a.s{n}", ALONE, lock="one") for n in range(4)), jobs=4)
        self.assertEqual(self.code, 0, self.out)

    def test_step_that_stands_still(self):
        self.run_plan(step("a.still", "echo begun; sleep 999", still_s=0.3),
                      step("a.after", needs=["a.still"]))
        self.assertEqual(self.code, 1)
        self.assertRegex(self.checks["a.still"]["reason"],
                         r"^stood still: nothing new for \d+\.\d s; last: begun$")
        self.assertEqual(self.checks["a.after"]["reason"], "needs a.still, which failed")
        self.assert_nothing_left()

    def test_repeated_text_is_no_sign_of_life(self):
        self.run_plan(step("a.still", "n=0; while :; do n=$((n + 1)); echo waiting since $n s; sleep 0.05; done",
                           still_s=0.3))
        self.assertRegex(self.checks["a.still"]["reason"], "^stood still: .*; last: waiting since")
        self.assert_nothing_left()

    def test_watched_file_tells_where_it_stood(self):
        self.run_plan(step("a.b", "echo watch: $D/console; echo kernel panic >$D/console; sleep 999", still_s=4))
        self.assertRegex(self.checks["a.b"]["reason"], "^stood still: .*; last: kernel panic$")

    def test_budget_of_the_run(self):
        (self.dir / "plan.toml").write_text("")
        self.run_plan('budget_s = 0.3\n', step("a.b", "while :; do echo $RANDOM; sleep 0.1; done"),
                      step("a.after", needs=["a.b"]), step("s.s", SERVICE, service=True))
        self.assertEqual(self.code, 1)
        self.assertRegex(self.out, "the run took .*, more than a run may on this machine, stopping: ")
        self.assertEqual(self.checks["a.b"]["reason"], "was running when the time of the run was used up")
        self.assertEqual(self.checks["a.after"]["reason"], "the time of the run was used up")
        self.assertEqual(self.checks["a.after"]["verdict"], "SKIP")
        self.assert_nothing_left()

    def test_says_how_fast_the_machine_is(self):
        self.run_plan(step("a.b"))
        self.assertRegex(self.out, r"\n# this machine is said to take 1 times as long as .*; expected: 10 s, "
                         "at most 10 min 40 s if that stays so\n")

    def test_slowness_is_told_to_steps(self):
        self.run_plan(step("a.b", "echo value: $TDX_HOST_SLOWNESS"))
        self.assertGreaterEqual(float(self.checks["a.b"]["value"]), 1)

    def test_deaf_step_is_killed(self):
        self.run_plan(step("a.deaf", "trap '' TERM; sleep 999", still_s=0.2))
        self.assertEqual(self.verdicts(), {"a.deaf": "FAIL"})
        self.assert_nothing_left()

    def test_leftovers_end_with_their_step(self):
        self.run_plan(
            step("a.messy", "sleep 99 & setsid sleep 98 & disown -a"),
            step("a.after", "! grep -lsa TDX_HOST_STEP=a.messy /proc/[0-9]*/environ",
                 needs=["a.messy"]))
        self.assertEqual(self.code, 0, self.out)
        self.assertIn("# a.messy left 2 processes, ended them", self.out)
        self.assert_nothing_left()

    def test_step_that_closes_its_output(self):
        self.run_plan(step("a.b", "echo value: 1; exec >&- 2>&-; sleep 0.2"))
        self.assertEqual(self.checks["a.b"]["value"], "1")
        self.assertGreater(self.checks["a.b"]["seconds"], 0.2)

    def test_second_runner_is_refused(self):
        first = self.start(step("a.b", "touch $D/on; until [ -e $D/off ]; do sleep 0.02; done"))
        self.wait_for_file("on")
        self.run_plan(step("a.b"))
        self.assertEqual((self.code, self.out), (1, ""))
        self.assert_one_error(r"another run uses .*: process \d+ holds run.lock")
        (self.dir / "off").touch()
        self.end(first)
        self.assertEqual(self.code, 0)

    def test_root_is_needed(self):
        spec = importlib.util.spec_from_file_location("runner_main", helper.RUNNER / "__main__.py")
        main = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(main)
        file = self.dir / "plan.toml"
        file.write_text('title = "T"\n' + step("a.first") + step("a.b", root=True))
        arguments = argparse.Namespace(plan=file, only=None)
        settings = main.Settings.from_environment()
        with mock.patch("os.geteuid", return_value=1000):
            with self.assertRaisesRegex(main.Refused, "step a.b: needs root; run this as root"):
                main.load_plan(arguments, settings)
            arguments.only = ["a.first"]
            main.load_plan(arguments, settings)
        with mock.patch("os.geteuid", return_value=0):
            main.load_plan(arguments, settings)


class RunSubChecks(helper.RunnerTest):
    def test_sub_checks(self):
        self.run_plan(step("a.step", "echo 'ok 1 - a.one # v1'; sleep 0.2; "
                           "echo '  not ok 2 - b.two # r2'; echo 'ok 3 - b.three # SKIP r3'"))
        self.assertEqual(self.verdicts(),
                         {"a.one": "PASS", "b.two": "FAIL", "b.three": "SKIP", "a.step": "FAIL"})
        self.assertEqual(self.checks["a.step"]["reason"], "1 not ok: b.two")
        self.assertEqual(self.checks["a.one"]["value"], "v1")
        self.assertEqual(self.checks["b.two"]["reason"], "r2")
        self.assertEqual(self.checks["b.two"]["parent"], "a.step")
        self.assertEqual(self.checks["b.two"]["log"], "log/a.step.log")
        self.assertGreater(self.checks["b.two"]["seconds"], 0.19)
        self.assertLess(self.checks["b.three"]["seconds"], self.checks["b.two"]["seconds"])
        self.assertEqual(self.last_line(), "1 passed, 2 failed, 1 skipped")
        self.assertEqual(self.code, 1)

    def test_failure_without_reason_is_explained_by_the_line_before(self):
        self.run_plan(step("a.b", "echo '# t.c:7: n is 1, not 2'; echo 'not ok 1 - a.b.one'; echo '# hint';"
                                  "echo 'not ok 2 - a.b.two # its own'; echo 'not ok 3 - a.b.three'"))
        reasons = {k: c["reason"] for k, c in self.checks.items() if k != "a.b"}
        self.assertEqual(reasons, {"a.b.one": "t.c:7: n is 1, not 2", "a.b.two": "its own", "a.b.three": ""})

    def test_prefix(self):
        self.run_plan(step("a.step", "echo 'ok 1 test_one # v'; echo '    not ok 2 - two.three'; echo 'ok 3 A b'",
                           prefix="x.y"))
        self.assertEqual(self.verdicts(), {"x.y.test-one": "PASS", "x.y.two.three": "FAIL", "a.step": "FAIL"})

    def test_reported_twice(self):
        self.run_plan(step("a.step", "echo ok 1 - a.one; echo ok 2 - a.one; echo ok 3 - a.other"),
                      step("a.other", needs=["a.step"]))
        self.assertEqual(self.checks["a.step"]["reason"],
                         "2 not ok: a.one (reported twice), a.other (reported twice)")
        self.assertEqual(len(self.report["checks"]), 3)

    def test_order_of_plan_counts(self):
        self.run_plan(step("a.step", "echo ok 1 - a.one"))
        self.assertEqual([c["id"] for c in self.report["checks"]], ["a.one", "a.step"])


class RunServices(helper.RunnerTest):
    def test_used_and_stopped(self):
        self.run_plan(
            step("s.serve", "trap 'touch $D/stopped; exit 0' TERM; sleep 0.1; echo value: url; "
                 "echo ready; while :; do sleep 0.02; done", service=True),
            step("a.user", "test ! -e $D/stopped; sleep 0.2", needs=["s.serve"]),
            step("a.later", "timeout 300 bash -c 'until [ -e $D/stopped ]; do sleep 0.02; done'"))
        self.assertEqual(self.code, 0, self.out)
        check = self.checks["s.serve"]
        self.assertEqual(check["value"], "url")
        self.assertGreater(check["seconds"], 0.09)
        self.assertGreater(check["ended_s"], check["started_s"] + check["seconds"] + 0.19)
        self.assert_nothing_left()

    def test_until_the_end(self):
        self.run_plan(
            step("s.serve", "trap 'touch $D/stopped; exit 0' TERM; echo ready; "
                 "while :; do sleep 0.02; done", service=True, stop_after_needs=False),
            step("a.user", needs=["s.serve"]),
            step("a.later", "sleep 0.3; test ! -e $D/stopped", needs=["a.user"]))
        self.assertEqual(self.code, 0, self.out)
        self.assertTrue((self.dir / "stopped").exists())

    def test_early_death(self):
        self.run_plan(
            step("s.serve", "echo ready; until [ -e $D/die ]; do sleep 0.02; done; "
                 "echo error: crashed; exit 1", service=True),
            step("a.user", "touch $D/die; sleep 0.3", needs=["s.serve"]),
            step("a.next", needs=["s.serve", "a.user"]))
        self.assertEqual(self.checks["s.serve"]["reason"], "ended before it was stopped: crashed")
        self.assertEqual(self.checks["a.next"]["reason"], "needs s.serve, which failed")
        self.assertEqual(self.code, 1)

    def test_never_ready(self):
        self.run_plan(step("s.quick", "echo hello", service=True),
                      step("s.slow", "sleep 999", service=True, still_s=0.3),
                      step("a.user", needs=["s.slow"]))
        self.assertEqual(self.checks["s.quick"]["reason"], "ended before it was ready: hello")
        self.assertRegex(self.checks["s.slow"]["reason"], "^stood still: nothing new for .* s; no output$")
        self.assertEqual(self.checks["a.user"]["verdict"], "SKIP")
        self.assert_nothing_left()

    def test_service_that_is_ready_may_be_silent(self):
        self.run_plan(step("s.serve", SERVICE, service=True, still_s=0.4),
                      step("a.user", "sleep 0.6", needs=["s.serve"]))
        self.assertEqual(self.code, 0, self.out)

    def test_lock_of_a_service_cannot_stall_the_run(self):
        self.run_plan(step("s.serve", SERVICE, service=True, lock="l"),
                      step("a.user", needs=["s.serve"], lock="l"))
        self.assertRegex(self.checks["a.user"]["reason"], "lock l is held by a service")
        self.assertEqual(self.verdicts(), {"a.user": "FAIL", "s.serve": "PASS"})


class RunProgress(helper.RunnerTest):
    def test_durations_are_remembered(self):
        self.run_plan(step("a.b", "sleep 0.2", expect_s=500), step("a.bad", "sleep 0.2; false"))
        self.assertIn("# start a.b: Do a.b (expected: 8 min 20 s)", self.out)
        known = json.loads((self.cache / "durations.json").read_text())
        self.assertEqual(list(known), ["a.b"])
        self.assertTrue(0.2 <= known["a.b"] < 5)
        self.run_plan(step("a.c"), step("a.b", expect_s=500))
        self.assertRegex(self.out, r"# start a.b: Do a.b \(expected: \d\.\d s\)")
        known = json.loads((self.cache / "durations.json").read_text())
        self.assertEqual(list(known), ["a.b", "a.c"])

    def test_broken_durations_are_ignored(self):
        self.cache.mkdir()
        for text in ("{", "[1]", '{"a.b": "x"}', '{"a.b": NaN}', "\0"):
            with self.subTest(text):
                (self.cache / "durations.json").write_text(text)
                self.run_plan(step("a.b"))
                self.assertEqual(self.code, 0, self.err)
                self.assertIn("a.b", json.loads((self.cache / "durations.json").read_text()))

    def test_status_line_on_a_terminal(self):
        ours, theirs = pty.openpty()
        process = self.start(step("a.b", "sleep 1.3"), stdout=theirs)
        os.close(theirs)
        seen = b""
        try:
            while data := os.read(ours, 4096):
                seen += data
        except OSError:
            # The runner has ended, so its end of the terminal is closed.
            pass
        os.close(ours)
        self.end(process)
        self.assertRegex(seen, rb"\r# \[0/1\] a.b 1s - a few seconds left\x1b\[K")
        self.assertRegex(seen, rb"\r\x1b\[Kok 1 - a.b\r\n")
        self.assertTrue(seen.endswith(b"1 passed, 0 failed, 0 skipped\r\n"), seen)

    def test_reader_that_goes_away(self):
        process = self.start(step("a.b", "sleep 99"), step("a.c", "touch $D/on; sleep 98"))
        self.wait_for_file("on")
        process.stdout.close()
        process.send_signal(2)
        self.assertEqual(process.wait(helper.DEADLINE_S), 130)
        process.stderr.close()
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
