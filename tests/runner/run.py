# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop: starts steps, reads their output, ends them, records the checks.

Folders and environment variables are those of scripts/common.sh.
"""

import os
import selectors
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import tree
from pace import MAX_SLOWNESS, Pace, duration, load_durations
from schedule import FAIL, FINISHED, READY, RUNNING, SKIP, Schedule
from step import Check, Process, StartError, verdict

TOP = Path(__file__).resolve().parents[2]
# How often the status line is redrawn.
TICK_S = 1.0
# How often the loop looks while a step is being ended: not every end of a grandchild raises SIGCHLD here.
ENDING_TICK_S = 0.05
# The budget of a plan that names none is this many times its estimate, plus the minimum.
BUDGET_FACTOR = 4
MIN_BUDGET_S = 600


def _is_slowness(text):
    try:
        return 1 <= float(text) <= MAX_SLOWNESS
    except ValueError:
        return False


class Refused(Exception):
    """The run cannot start; text is WHAT: WHY; FIX."""


@dataclass(frozen=True)
class Settings:
    # The checkout; steps run with this as their working directory.
    top: Path
    # Folder of what is kept between builds; holds durations.json.
    cache: Path
    # Folder of what this checkout produces; holds log/, report/ and run.lock.
    build: Path
    # Number of job slots that steps share.
    jobs: int
    # How many times longer something takes here than on the plan's machine; None: measure.
    slowness: float | None = None

    @classmethod
    def from_environment(cls):
        jobs = os.environ.get("TDX_HOST_JOBS") or str(os.cpu_count())
        if not jobs.isdigit() or int(jobs) < 1:
            raise Refused(f"TDX_HOST_JOBS: is {jobs!r}; make it a number of jobs, 1 or more")
        slowness = os.environ.get("TDX_HOST_SLOWNESS")
        if slowness and not _is_slowness(slowness):
            raise Refused(f"TDX_HOST_SLOWNESS: is {slowness!r}; make it a number from 1 to "
                          f"{MAX_SLOWNESS:g}, or unset it to have the machine measured")
        home_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(
            top=TOP,
            cache=Path(os.environ.get("TDX_HOST_CACHE") or Path(home_cache) / "tdx-host"),
            build=Path(os.environ.get("TDX_HOST_BUILD") or TOP / "build"),
            jobs=int(jobs),
            slowness=float(slowness) if slowness else None,
        )

    def step_environment(self, step, slowness):
        return {
            **os.environ,
            "TDX_HOST_CACHE": str(self.cache),
            "TDX_HOST_BUILD": str(self.build),
            "TDX_HOST_JOBS": str(self.jobs),
            "TDX_HOST_SLOWNESS": f"{slowness:.2f}",
            # Python writes lines to a pipe only when its buffer is full, unless told otherwise.
            "PYTHONUNBUFFERED": "1",
            **step.env,
        }


class Run:
    def __init__(self, plan, settings, signals, progress):
        self.plan = plan
        self.settings = settings
        self.signals = signals
        self.progress = progress
        self._started = time.monotonic()
        self.pace = Pace(self._started, settings.slowness)
        slowness = self.pace.expected_slowness(settings.jobs)
        known = load_durations(settings.cache)
        expected_s = {s.id: known.get(s.id, s.expect_s * slowness) for s in plan.steps.values()}
        self.schedule = Schedule(plan.steps, settings.jobs, expected_s)
        by_plan = Schedule(plan.steps, settings.jobs, {s.id: s.expect_s for s in plan.steps.values()})
        # In seconds of the plan's machine, as pace.advance() returns them.
        self.budget_s = plan.budget_s or BUDGET_FACTOR * by_plan.left_s({}) + MIN_BUDGET_S
        progress.note(f"{self.pace.describe()}; expected: {duration(self.schedule.left_s({}))}, "
                      f"at most {duration(self.budget_s * slowness)} if that stays so")
        self.checks = []
        self.interrupted = False
        # Step ID -> seconds, of steps that passed; written to durations.json for later estimates.
        self.durations = {}
        self.started_at = datetime.now(timezone.utc)
        self.seconds = 0.0
        self._over_budget = False
        self._processes = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(signals.wakeup, selectors.EVENT_READ)

    def run(self):
        try:
            while not self.schedule.finished() or self._processes:
                self._advance()
                self._show_status()
                self._wait()
        finally:
            left = tree.kill_all()
            self.seconds = time.monotonic() - self._started
        if left:
            self.progress.note(f"could not end process {', '.join(map(str, sorted(left)))}")

    def _since_start(self, now):
        return now - self._started

    # What to do next.

    def _advance(self):
        now = time.monotonic()
        if self.signals.count and not self.interrupted:
            self._interrupt(now)
        if self.signals.count > 1:
            for process in self._processes.values():
                process.kill(now)
        if self.interrupted or self._over_budget:
            return
        if self.pace.advance(now) > self.budget_s:
            self._end_over_budget(now)
            return
        for step in self.schedule.stalled():
            self._record_unstarted(step, FAIL, f"lock {step.lock} is held by a service "
                                   "that runs until this step is done; fix the plan")
        for step in self.schedule.to_start():
            self._start(step)
        # Last, because the lines above can make a step fail, and then the steps that need it are skipped.
        while skipped := self.schedule.to_skip():
            for step, reason in skipped:
                self._record_unstarted(step, SKIP, reason)
        for step in self.schedule.to_stop():
            self._processes[step.id].stop("done", now)

    def _interrupt(self, now):
        self.interrupted = True
        self._end_all(now, "interrupted", f"interrupted ({self.signals.first})", "interrupted")

    def _end_over_budget(self, now):
        self._over_budget = True
        took = duration(self._since_start(now))
        self._end_all(now, "budget", f"the run took {took}, more than a run may on this machine",
                      "the time of the run was used up")

    def _end_all(self, now, why, note, reason):
        names = ", ".join(self._processes) or "nothing was running"
        self.progress.note(f"{note}, stopping: {names}")
        for process in self._processes.values():
            process.stop(why, now)
        for step in self.plan.steps.values():
            if self.schedule.state[step.id] not in (*FINISHED, RUNNING, READY):
                self._record_unstarted(step, SKIP, reason)

    def _start(self, step):
        log = self.settings.build / "log" / f"{step.id}.log"
        self.progress.started(step, self.schedule.expected_s[step.id])
        try:
            environment = self.settings.step_environment(step, self.pace.slowness())
            process = Process(step, log, environment, self.settings.top, self.pace.passed_s)
        except StartError as error:
            self._record_unstarted(step, FAIL, str(error), log)
            return
        self.schedule.state[step.id] = RUNNING
        self._processes[step.id] = process
        self._selector.register(process.pipe, selectors.EVENT_READ, process)

    # What has happened.

    def _wait(self):
        timeout = TICK_S
        for process in self._processes.values():
            if process.is_ending():
                timeout = min(timeout, ENDING_TICK_S)
        if self._processes:
            for key, _ in self._selector.select(timeout):
                if key.data is None:
                    self.signals.drain()
                else:
                    self._read(key.data)
        self._reap()
        for process in list(self._processes.values()):
            now = time.monotonic()
            if process.tick(now, self.pace.advance(now)):
                self._finish(process)

    def _read(self, process):
        now = time.monotonic()
        found, go_on = process.read(now)
        if not go_on:
            self._selector.unregister(process.pipe)
        self._record_sub_checks(process, found)
        if process.step.service and process.said.ready and process.ready_at is None \
                and not process.stopped:
            process.ready_at = now
            self.schedule.state[process.step.id] = READY
            seconds = now - process.started
            self.durations[process.step.id] = seconds
            self.progress.note(f"{process.step.id} is ready after {seconds:.1f} s")

    def _reap(self):
        by_pid = {p.pid: p for p in self._processes.values()}
        for pid, status in tree.reap():
            if pid in by_pid:
                by_pid[pid].reaped(status, time.monotonic())

    def _finish(self, process):
        step, now = process.step, time.monotonic()
        self._record_sub_checks(process, process.read_rest(now))
        if process.pipe in self._selector.get_map():
            self._selector.unregister(process.pipe)
        process.close()
        del self._processes[step.id]
        if process.leftovers and not process.stopped:
            self.progress.note(f"{step.id} left {len(process.leftovers)} processes, ended them")
        if process.stopped == "done" and process.status != 0:
            self.progress.note(f"{step.id} did not end cleanly when it was stopped "
                               f"(status {process.status})")
        said = process.said
        silent_s = process.ended - process.news_at
        word, reason = verdict(step, said, process.status, process.stopped, silent_s)
        seconds = (process.ready_at or process.ended) - process.started
        if word == "PASS" and not step.service:
            self.durations[step.id] = self.schedule.took_s[step.id] = seconds
        self._record(Check(
            step.id, step.title, word, reason=reason, value=said.value, seconds=seconds,
            started_s=self._since_start(process.started),
            ended_s=self._since_start(process.ended), log=process.log_path))
        self.schedule.state[step.id] = word

    def _show_status(self):
        now = time.monotonic()
        running = {p.step.id: now - p.started for p in self._processes.values()
                   if self.schedule.state[p.step.id] == RUNNING}
        done = sum(state in FINISHED for state in self.schedule.state.values())
        longest_first = sorted(running.items(), key=lambda item: -item[1])
        self.progress.status(self._since_start(now), done, longest_first,
                             self.schedule.left_s(running))

    # Records.

    def _record(self, check):
        self.checks.append(check)
        self.progress.result(check)

    def _record_unstarted(self, step, word, reason, log=None):
        now_s = self._since_start(time.monotonic())
        self.schedule.state[step.id] = word
        self._record(Check(step.id, step.title, word, reason=reason, log=log,
                           started_s=now_s, ended_s=now_s))

    def _record_sub_checks(self, process, found):
        known = {c.id for c in self.checks} | set(self.plan.steps)
        for sub in found:
            result = sub.result
            if result.name in known:
                process.said.failed.append(f"{result.name} (reported twice)")
                continue
            known.add(result.name)
            title = result.name.partition(".")[2].replace("-", " ").replace(".", ": ").capitalize()
            passed = result.verdict == "PASS"
            self._record(Check(
                result.name, title, result.verdict, reason="" if passed else result.text,
                value=result.text if passed else "", seconds=sub.ended - sub.started,
                started_s=self._since_start(sub.started), ended_s=self._since_start(sub.ended),
                parent=process.step.id, log=process.log_path,
                log_start=sub.log_start, log_end=sub.log_end))
