# SPDX-License-Identifier: GPL-2.0-or-later
"""One running step: its output, its process, the verdict at its end, and the checks that it reports."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import ktap
import tree
from pace import duration

# Longer lines are cut before they are parsed; the log has the whole line.
MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class SubCheck:
    """A KTAP result line that a step printed, with its time and its place in the log."""
    result: ktap.Result
    # Monotonic time of the previous result line (or the start) and of this one.
    started: float
    ended: float
    # Bytes of the log that belong to it: since the previous result line.
    log_start: int
    log_end: int


class Said:
    def __init__(self, started, prefix=""):
        self.prefix = prefix
        self.value = ""
        self.error = ""
        self.skip = ""
        self.last_line = b""
        self.ready = False
        # Names in `not ok` lines, also those that are no check IDs.
        self.failed = []
        # Number of lines that were new, in the output and in the file that the step named by `watch:`.
        self.news = 0
        self.watched = None
        self._lines = ktap.News()
        self._line = b""
        self._offset = 0
        self._mark = (started, 0)

    def feed(self, data, now):
        """Takes the next bytes of output; returns the sub-checks whose result lines end in them."""
        found = []
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._offset += len(line) + 1
            self._add(line)
            found += self._end_of_line(now)
        self._offset += len(rest)
        self._add(rest)
        return found

    def finish(self, now):
        """Called at the end of the output: parses a last line that has no newline."""
        return self._end_of_line(now)

    def look(self):
        """Counts the new lines of the watched file."""
        if self.watched:
            self.news += self.watched.look()

    def _add(self, data):
        self._line += data[:MAX_LINE - len(self._line)]

    def _end_of_line(self, now):
        line, self._line = self._line, b""
        before = self.last_line
        if line.strip():
            self.last_line = line
        meaning = ktap.parse(line)
        self.news += self._lines.is_new(line, meaning)
        if isinstance(meaning, ktap.Word):
            if meaning.kind == "ready":
                self.ready = True
            elif meaning.kind == "watch":
                self.watched = ktap.WatchedFile(meaning.text)
            elif meaning.kind != "progress":
                setattr(self, meaning.kind, meaning.text)
        elif isinstance(meaning, ktap.Result):
            if self.prefix:
                meaning = meaning.prefixed(self.prefix)
            if meaning.verdict == "FAIL":
                self.failed.append(meaning.name)
                meaning = meaning.explained_by(before)
            if meaning.is_check:
                started, log_start = self._mark
                self._mark = (now, self._offset)
                return [SubCheck(meaning, started, now, log_start, self._offset)]
        return []


# From SIGTERM to SIGKILL, in seconds.
GRACE_SERVICE_S = 10
GRACE_STEP_S = 3
# The same for processes that are left when a step's first process has ended.
GRACE_LEFTOVER_S = 1
# From SIGKILL until the runner gives a process up that does not die (it hangs in the kernel, or is another user's).
GIVE_UP_S = 5
# Above the 64 KiB that a pipe holds, so that one read empties it.
READ_BYTES = 256 * 1024
# Between two looks at a watched file.
LOOK_EVERY_S = 2


class StartError(Exception):
    """The program of a step cannot be executed."""


class Process:
    def __init__(self, step, log_path, environment, cwd, pace_s):
        """`pace_s` is Pace.passed_s of now. Raises StartError if the step's program cannot be started."""
        self.step = step
        self.log_path = log_path
        self.started = time.monotonic()
        self.said = Said(self.started, step.prefix)
        # Monotonic time at which the first process ended, and its exit code (or -signal).
        self.ended = None
        self.status = None
        # Monotonic time at which a service became ready.
        self.ready_at = None
        # Why the runner ended the step: done, still, budget or interrupted; "" if it did not.
        self.stopped = ""
        self.leftovers = set()
        # When the last new line came, on the clock of Pace and on the monotonic clock.
        self.news_pace_s = pace_s
        self.news_at = self.started
        self._news = 0
        self._next_look = self.started
        self._kill_at = None

        log_path.parent.mkdir(parents=True, exist_ok=True)
        # The report of an earlier run may hold a hard link to the old log: make a new file, so that the report stays.
        log_path.unlink(missing_ok=True)
        self._log = open(log_path, "wb", buffering=0)
        self.pipe, write_end = os.pipe()
        os.set_blocking(self.pipe, False)
        runner = os.getpid()
        try:
            self._child = subprocess.Popen(
                step.run, cwd=cwd, env={**environment, tree.MARKER: step.id},
                stdin=subprocess.DEVNULL, stdout=write_end, stderr=write_end,
                start_new_session=True, preexec_fn=lambda: tree.die_with(runner))
        except (OSError, subprocess.SubprocessError) as error:
            self._log.write(f"error: cannot start {step.run[0]}: {error}\n".encode())
            self.close()
            raise StartError(f"cannot start {step.run[0]}: {error}") from error
        finally:
            os.close(write_end)
        self.pid = self._child.pid

    def close(self):
        os.close(self.pipe)
        self._log.close()

    def read(self, now):
        """Reads some of the step's output; returns (sub-checks, False at the end of the output)."""
        try:
            data = os.read(self.pipe, READ_BYTES)
        except BlockingIOError:
            return [], True
        if not data:
            return self.said.finish(now), False
        self._log.write(data)
        return self.said.feed(data, now), True

    def read_rest(self, now):
        """Reads what is still in the pipe, at most what a pipe can hold."""
        found, _ = self.read(now)
        more, _ = self.read(now)
        return found + more + self.said.finish(now)

    def reaped(self, status, now):
        self.ended = now
        self.status = status
        # The runner reaps all children itself; without this Popen would wait for this one again.
        self._child.returncode = status
        grace_end = now + GRACE_LEFTOVER_S
        self._kill_at = grace_end if self._kill_at is None else min(self._kill_at, grace_end)
        self.leftovers = self._members()
        tree.send(self.leftovers, signal.SIGTERM)

    def stop(self, why, now):
        """Asks the step to end by SIGTERM. If it was asked before, the first reason stays."""
        if self.stopped or self.ended is not None:
            return
        self.stopped = why
        grace = GRACE_SERVICE_S if self.step.service else GRACE_STEP_S
        self._kill_at = now + grace
        try:
            os.killpg(self.pid, signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            pass

    def kill(self, now):
        self._kill_at = now

    def _is_still(self, now, pace_s):
        if now >= self._next_look:
            self.said.look()
            self._next_look = now + LOOK_EVERY_S
        if self.said.news != self._news:
            self._news = self.said.news
            self.news_pace_s, self.news_at = pace_s, now
        return pace_s - self.news_pace_s >= self.step.still_s

    def tick(self, now, pace_s):
        """Stops the step if it stands still, kills it if its grace is over; True when nothing of the step is left."""
        if not self.stopped and self.ended is None and self.ready_at is None \
                and self._is_still(now, pace_s):
            self.stop("still", now)
        if self._kill_at is None:
            return False
        members = self._members()
        if self.ended is not None and not members:
            return True
        if now >= self._kill_at:
            tree.send(members, signal.SIGKILL)
        return self.ended is not None and now >= self._kill_at + GIVE_UP_S

    def is_ending(self):
        return self._kill_at is not None

    def _members(self):
        return tree.of_step(self.pid, self.step.id)


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
    return f"stood still: nothing new for {duration(silent_s)}; {what}"


def verdict(step, said, status, stopped, silent_s=0.0):
    """Returns (verdict, reason). `stopped` is Process.stopped; for `silent_s` seconds nothing new had come."""
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


@dataclass
class Check:
    id: str
    # What the check shows, in plain words.
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


def overall(checks, interrupted):
    passed, failed, _ = count(checks)
    if interrupted:
        return "INTERRUPTED"
    # A run in which nothing was executed proves nothing.
    return "PASS" if passed and not failed else "FAIL"
