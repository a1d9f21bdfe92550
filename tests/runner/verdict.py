# SPDX-License-Identifier: GPL-2.0-or-later
"""What a step's end means. Pure."""

import signal

import ktap
import words

EXIT_SKIP = 77


def _ending(status):
    if status < 0:
        try:
            return f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"killed by signal {-status}"
    return f"exit code {status}"


def _why(status, said):
    if said.error:
        return said.error
    last = ktap.shorten(ktap.clean(said.last_line))
    if status < 0:
        return f"{_ending(status)}; last line: {last}" if last else _ending(status)
    return last or f"{_ending(status)}, no output"


def _sub_checks(said):
    names = ", ".join(said.failed[:3]) + (", ..." if len(said.failed) > 3 else "")
    return f"{len(said.failed)} not ok: {names}"


def _stood_still(said, silent_s):
    last = said.watched.last_line if said.watched and said.watched.last_line else said.last_line
    what = f"last: {ktap.shorten(ktap.clean(last))}" if last.strip() else "no output"
    return f"stood still: nothing new for {words.duration(silent_s)}; {what}"


def of_step(step, said, status, stopped, silent_s=0.0):
    """(verdict, reason). `stopped` is why the runner ended it: "", done, still, budget or interrupted;
    `silent_s`, how long nothing new had come from it."""
    ready = step.service and said.ready
    if stopped == "interrupted" and not ready:
        return "SKIP", "interrupted"
    if stopped == "still":
        return "FAIL", _stood_still(said, silent_s)
    if stopped == "budget" and not ready:
        return "FAIL", "was running when the time of the run was used up"
    if ready and not stopped:
        return "FAIL", f"ended before it was stopped: {_why(status, said)}"
    if status == EXIT_SKIP and not said.failed and not ready:
        return "SKIP", said.skip or "no reason given"
    if said.failed:
        return "FAIL", said.error or _sub_checks(said)
    if ready:
        return "PASS", ""
    if step.service:
        return "FAIL", f"ended before it was ready: {_why(status, said)}"
    if status != 0:
        return "FAIL", _why(status, said)
    return "PASS", ""
