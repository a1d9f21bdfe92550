# SPDX-License-Identifier: GPL-2.0-or-later
"""One running step: its process, its output, its end."""

import os
import signal
import subprocess
import time

import tree
from said import Said

# From SIGTERM to SIGKILL, in seconds.
GRACE_SERVICE_S = 10
GRACE_STEP_S = 3
# For what a step leaves behind when its first process has ended.
GRACE_LEFTOVER_S = 1
# After SIGKILL; what is alive then (unkillable, or not ours) is given up on.
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
        self.said = Said(self.started)
        # Monotonic time at which the first process ended, and its exit code (or -signal).
        self.ended = None
        self.status = None
        # Monotonic time at which a service became ready.
        self.ready_at = None
        # Why the runner ended it: "", done, still, budget or interrupted.
        self.stopped = ""
        self.leftovers = set()
        # Since when nothing new came, on the clock of Pace and on the wall.
        self.news_pace_s = pace_s
        self.news_at = self.started
        self._news = 0
        self._next_look = self.started
        self._kill_at = None

        log_path.parent.mkdir(parents=True, exist_ok=True)
        # The report of an earlier run may hold a link to the old log: do not write into that.
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
        """Takes some of what the step has written; returns (sub-checks, whether to read on)."""
        try:
            data = os.read(self.pipe, READ_BYTES)
        except BlockingIOError:
            return [], True
        if not data:
            return self.said.finish(now), False
        self._log.write(data)
        return self.said.feed(data, now), True

    def read_rest(self, now):
        """Takes what is still in the pipe, at most what a pipe can hold."""
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
        """Asks the step to end. The first reason stays."""
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
        """Does what is due; returns True when nothing of the step is left."""
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
