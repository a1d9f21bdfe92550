# SPDX-License-Identifier: GPL-2.0-or-later
import signal
import time
from pathlib import Path

import helper
from helper import step

# A step with a child, and a grandchild that is a session of its own, ignores SIGTERM, and has an
# environment that does not say whose it is.
FAMILY = ("sleep 97 & setsid env -u TDX_HOST_STEP bash -c "
          "'trap \"\" TERM HUP INT; touch $D/deep; sleep 96; true' & "
          "until [ -e $D/deep ]; do sleep 0.02; done; touch $D/on; sleep 95")
SERVICE = "trap 'touch $D/clean; exit 0' TERM; echo ready; while :; do sleep 0.02; done"


class Signals(helper.RunnerTest):
    def begin(self, *steps):
        process = self.start(*steps)
        self.wait_for_file("on")
        return process

    def inner(self, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        self.assertEqual(len(children), 1)
        return int(children[0])

    def test_interrupt_leaves_no_process(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                for name in ("on", "deep", "clean"):
                    (self.dir / name).unlink(missing_ok=True)
                process = self.begin(step("s.serve", SERVICE, service=True),
                                     step("a.done"),
                                     step("a.family", FAMILY, needs=["s.serve", "a.done"]),
                                     step("a.after", needs=["a.family"]))
                process.send_signal(number)
                self.end(process)
                self.assert_nothing_left()
                self.assertEqual(self.code, 130)
                self.assertIn(f"interrupted ({number.name}), stopping: ", self.out)
                self.assertEqual(self.report["result"], "INTERRUPTED")
                self.assertEqual(self.verdicts(), {"s.serve": "PASS", "a.family": "SKIP",
                                                   "a.done": "PASS", "a.after": "SKIP"})
                self.assertEqual(self.checks["a.family"]["reason"], "interrupted")
                self.assertEqual(self.checks["a.after"]["reason"], "interrupted")
                self.assertTrue((self.dir / "clean").exists())
                self.assertEqual(self.last_line(), "2 passed, 0 failed, 2 skipped")
        self.run_plan(step("a.again"))
        self.assertEqual(self.code, 0)

    def test_second_interrupt_kills_at_once(self):
        deaf = "trap '' TERM; touch $D/on; while :; do sleep 0.05; done"
        process = self.begin(step("s.deaf", deaf, service=True))
        process.send_signal(signal.SIGINT)
        until = time.monotonic() + helper.DEADLINE_S
        for line in process.stdout:
            if "interrupted" in line or time.monotonic() > until:
                break
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        self.end(process)
        self.assertLess(time.monotonic() - asked, 3)
        self.assertEqual(self.code, 130)
        self.assert_nothing_left()

    def test_kill_of_the_outer_process(self):
        process = self.begin(step("a.family", FAMILY))
        process.kill()
        process.communicate(timeout=helper.DEADLINE_S)
        self.wait_for("end of all processes", lambda: not self.left())

    def test_kill_of_the_inner_process(self):
        process = self.begin(step("a.family", FAMILY))
        helper.os.kill(self.inner(process), signal.SIGKILL)
        self.end(process)
        self.assertEqual(self.code, 1)
        self.assert_one_error("the runner was killed by SIGKILL")
        self.assert_nothing_left()

    def test_kill_of_both_takes_the_steps_along(self):
        process = self.begin(step("a.b", ["bash", "-c", "touch $D/on; exec sleep 94"]))
        inner = self.inner(process)
        # While it is stopped (SIGSTOP), it cannot act on the death of the other process.
        helper.os.kill(inner, signal.SIGSTOP)
        process.kill()
        helper.os.kill(inner, signal.SIGKILL)
        process.communicate(timeout=helper.DEADLINE_S)
        self.wait_for("end of all processes", lambda: not self.left())


if __name__ == "__main__":
    helper.unittest.main()
