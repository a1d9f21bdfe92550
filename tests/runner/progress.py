# SPDX-License-Identifier: GPL-2.0-or-later
"""What the terminal shows of a run: KTAP lines, and a line with the steps that run now."""

import os
import shutil
import signal
import sys

import files
import ktap
from pace import duration, time_left

FAILURE_LINES = 15
# How often the status is printed as a line if there is no terminal on which to redraw it.
STATUS_EVERY_S = 30


class Progress:
    def __init__(self, total):
        # Number of steps.
        self.total = total
        self._tty = sys.stdout.isatty()
        self._number = 0
        self._drawn = ""
        self._next_status = STATUS_EVERY_S
        self._gone = False
        # A log line may have characters that this terminal cannot show.
        sys.stdout.reconfigure(errors="replace")
        self._line("KTAP version 1")

    def _write(self, text):
        if self._gone:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            # The reader of stdout is gone: do as if the terminal had hung up.
            self._gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            os.kill(os.getpid(), signal.SIGHUP)

    def _line(self, text):
        erase = "\r\x1b[K" if self._drawn else ""
        self._write(f"{erase}{text}\n")
        self._drawn = ""

    def note(self, text):
        self._line(f"# {text}")

    def started(self, step, expected_s):
        if not self._tty:
            self.note(f"start {step.id}: {step.title} (expected: {duration(expected_s)})")

    def result(self, check):
        self._number += 1
        ok = "not ok" if check.verdict == "FAIL" else "ok"
        note = f"SKIP {check.reason}" if check.verdict == "SKIP" else check.note
        self._line(f"{ok} {self._number} - {check.id}" + (f" # {note}" if note else ""))
        if check.verdict == "FAIL" and check.log:
            for line in files.tail(check.log, FAILURE_LINES, check.log_start, check.log_end):
                self.note("  " + ktap.clean(line))
            self.note(f"log: {check.log}")

    def status(self, now_s, done, running, left_s):
        """`running`: (step ID, seconds) of what runs now, the longest first."""
        if not self._tty and now_s < self._next_status:
            return
        names = ", ".join(f"{step_id} {seconds:.0f}s" for step_id, seconds in running)
        text = f"# [{done}/{self.total}] {names or 'finishing'} - {time_left(left_s)}"
        if not self._tty:
            self._next_status = now_s + STATUS_EVERY_S
            self._line(text)
            return
        # COLUMNS, else the terminal's own width, else (it may not tell) 80.
        width = shutil.get_terminal_size().columns
        # One column stays free: a full line would wrap and could not be redrawn.
        text = text[:max(width - 1, 10)]
        if text != self._drawn:
            self._write(f"\r{text}\x1b[K")
            self._drawn = text

    def end(self, checks, counts, report):
        self._line(f"1..{self._number}")
        failed = [c for c in checks if c.verdict == "FAIL"]
        if failed:
            self._line("#")
            self.note("failed:")
        for check in failed:
            log = f" (log: {check.log})" if check.log else ""
            self.note(f"  {check.id}: {check.reason}{log}")
        self.note(f"report: {report}")
        self._line("{} passed, {} failed, {} skipped".format(*counts))
