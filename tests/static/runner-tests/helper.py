# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the runner in a throw-away folder, as a process of its own, as people start it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

RUNNER = Path(__file__).resolve().parents[2] / "runner"
sys.path.insert(0, str(RUNNER))

# For tests that fail; those that pass wait for events, never for this.
DEADLINE_S = 300


def step(step_id, run="true", **keys):
    """A [[step]] as TOML; JSON writes texts, lists, numbers and booleans the same way."""
    values = {"id": step_id, "title": f"Do {step_id}", "run": run, **keys}
    return "[[step]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in values.items())


class RunnerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        self.build = self.dir / "build"
        self.cache = self.dir / "cache"
        # A variable in the environment of each process of this test, to find processes that are left behind.
        self.mark = f"RUNNER_TEST={self.dir}"
        self.addCleanup(self._kill_left)

    def _kill_left(self):
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    def environment(self, jobs):
        name, _, value = self.mark.partition("=")
        return {**os.environ, "TDX_HOST_BUILD": str(self.build), "D": str(self.dir), name: value,
                "TDX_HOST_CACHE": str(self.cache), "TDX_HOST_JOBS": str(jobs),
                # Set, so that the runner does not measure the machine in each of these runs.
                "TDX_HOST_SLOWNESS": "1"}

    def start(self, *steps, options=(), jobs=4, **how):
        plan = self.dir / "plan.toml"
        plan.write_text('title = "Test"\n' + "".join(steps))
        return subprocess.Popen([sys.executable, RUNNER, plan, *options], text=True,
                                stdin=subprocess.DEVNULL, env=self.environment(jobs),
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how})

    def end(self, process):
        """Sets self.out, err, code, report and checks (by ID)."""
        self.out, self.err = process.communicate(timeout=DEADLINE_S)
        self.code = process.returncode
        path = self.build / "report/report.json"
        self.report = json.loads(path.read_text()) if path.exists() else None
        self.checks = {c["id"]: c for c in self.report["checks"]} if self.report else {}

    def run_plan(self, *steps, **how):
        self.end(self.start(*steps, **how))

    def verdicts(self):
        return {check_id: c["verdict"] for check_id, c in self.checks.items()}

    def last_line(self):
        return self.out.splitlines()[-1]

    def wait_for(self, what, condition):
        until = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > until:
                self.fail(f"{what}: not within {DEADLINE_S} s")
            time.sleep(0.02)

    def wait_for_file(self, name):
        self.wait_for(f"file {name}", (self.dir / name).exists)

    def left(self):
        """PIDs of live processes of this test, other than this one."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                environ = Path(f"/proc/{name}/environ").read_bytes()
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if self.mark.encode() in environ.split(b"\0") and state not in "ZX":
                found.append(int(name))
        return found

    def assert_nothing_left(self):
        self.assertEqual(self.left(), [])

    def assert_one_error(self, pattern):
        self.assertEqual(len(self.err.splitlines()), 1, self.err)
        self.assertRegex(self.err, "^error: .*; ")
        self.assertTrue(re.search(pattern, self.err), f"{pattern!r} not in {self.err!r}")
