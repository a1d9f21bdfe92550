# SPDX-License-Identifier: GPL-2.0-or-later
"""The event loop: starts steps, listens to them, ends them, records what came out."""

import selectors
import time
from datetime import datetime, timezone

import durations
import tree
import verdict
from checks import Check
from process import Process, StartError
from schedule import FAIL, FINISHED, READY, RUNNING, SKIP, Schedule

# Redraw of the status line.
TICK_S = 1.0
# While something is being ended: not every end of a grandchild raises SIGCHLD here.
ENDING_TICK_S = 0.05


class Run:
    def __init__(self, plan, settings, signals, progress):
        self.plan = plan
        self.settings = settings
        self.signals = signals
        self.progress = progress
        known = durations.load(settings.cache)
        expected_s = {s.id: known.get(s.id, s.expect_s) for s in plan.steps.values()}
        self.schedule = Schedule(plan.steps, settings.jobs, expected_s)
        self.checks = []
        self.interrupted = False
        # Step ID -> seconds, of steps that passed; worth remembering.
        self.durations = {}
        self.started_at = datetime.now(timezone.utc)
        self.seconds = 0.0
        self._started = time.monotonic()
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
        if self.interrupted:
            return
        for step in self.schedule.stalled():
            self._record_unstarted(step, FAIL, f"lock {step.lock} is held by a service "
                                   "that runs until this step is done; fix the plan")
        for step in self.schedule.to_start():
            self._start(step)
        # After the above: each of them can end a step, which others may depend on.
        while skipped := self.schedule.to_skip():
            for step, reason in skipped:
                self._record_unstarted(step, SKIP, reason)
        for step in self.schedule.to_stop():
            self._processes[step.id].stop("done", now)

    def _interrupt(self, now):
        self.interrupted = True
        names = ", ".join(self._processes) or "nothing was running"
        self.progress.note(f"interrupted ({self.signals.first}), stopping: {names}")
        for process in self._processes.values():
            process.stop("interrupted", now)
        for step in self.plan.steps.values():
            if self.schedule.state[step.id] not in (*FINISHED, RUNNING, READY):
                self._record_unstarted(step, SKIP, "interrupted")

    def _start(self, step):
        log = self.settings.build / "log" / f"{step.id}.log"
        self.progress.started(step, self.schedule.expected_s[step.id])
        try:
            process = Process(step, log, self.settings.step_environment(step), self.settings.top)
        except StartError as error:
            self._record_unstarted(step, FAIL, str(error), log)
            return
        self.schedule.state[step.id] = RUNNING
        self._processes[step.id] = process
        self._selector.register(process.pipe, selectors.EVENT_READ, process)

    # What has happened.

    def _wait(self):
        now = time.monotonic()
        timeout = TICK_S
        for process in self._processes.values():
            if process.is_ending():
                timeout = min(timeout, ENDING_TICK_S)
            elif process.deadline() is not None:
                timeout = min(timeout, max(process.deadline() - now, 0))
        if self._processes:
            for key, _ in self._selector.select(timeout):
                if key.data is None:
                    self.signals.drain()
                else:
                    self._read(key.data)
        self._reap()
        for process in list(self._processes.values()):
            if process.tick(time.monotonic()):
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
        word, reason = verdict.of_step(step, said, process.status, process.stopped)
        seconds = (process.ready_at or process.ended) - process.started
        if word == "PASS" and not step.service:
            self.durations[step.id] = seconds
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
