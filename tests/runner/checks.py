# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of a run and their counts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Check:
    id: str
    # What it proves, in a person's words.
    title: str
    # PASS, FAIL or SKIP.
    verdict: str
    # Why not PASS.
    reason: str = ""
    # What was measured or produced.
    value: str = ""
    # A step: until it ended; a service: until it was ready; a sub-check: since the previous one.
    seconds: float = 0.0
    # Seconds from the start of the run to the start and end of this check.
    started_s: float = 0.0
    ended_s: float = 0.0
    # The step that reported it; None for a step.
    parent: str | None = None
    # The step's log, and the bytes of it that belong to this check.
    log: Path | None = None
    log_start: int = 0
    log_end: int | None = None

    @property
    def family(self):
        return self.id.partition(".")[0]

    @property
    def note(self):
        return self.value if self.verdict == "PASS" else self.reason


def count(checks):
    """(passed, failed, skipped)"""
    verdicts = [c.verdict for c in checks]
    return tuple(verdicts.count(v) for v in ("PASS", "FAIL", "SKIP"))


def result(checks, interrupted):
    passed, failed, _ = count(checks)
    if interrupted:
        return "INTERRUPTED"
    # A run in which nothing was executed proves nothing.
    return "PASS" if passed and not failed else "FAIL"
