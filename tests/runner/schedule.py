# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides which step runs when. It does no I/O and knows no clock: the caller tells it what happened."""

WAITING, RUNNING, READY, PASS, FAIL, SKIP = "WAITING", "RUNNING", "READY", "PASS", "FAIL", "SKIP"
FINISHED = (PASS, FAIL, SKIP)
# A step that runs longer than expected will probably run on for this share of the time that it has run.
OVERRUN = 0.25
# Steps that have finished correct the estimate of the others if they were expected to take this long together.
MIN_EVIDENCE_S = 20
MAX_CORRECTION = 10


class Schedule:
    def __init__(self, steps, slots, expected_s):
        """`steps` and `expected_s` are by step ID."""
        self.steps = steps
        self.slots = slots
        self.expected_s = expected_s
        self.state = dict.fromkeys(steps, WAITING)
        # Step ID -> seconds, of those that passed.
        self.took_s = {}
        # Step ID -> IDs of all steps that depend on it, however indirectly.
        self.dependants = {step_id: set() for step_id in steps}
        for step_id in steps:
            for need in self._all_needs(step_id):
                self.dependants[need].add(step_id)
        # Step ID -> expected seconds of the longest chain of steps that starts with it.
        self.chain_s = {}
        for step_id in sorted(steps, key=lambda s: len(self.dependants[s])):
            after = [self.chain_s[d] for d in self.dependants[step_id]]
            self.chain_s[step_id] = expected_s[step_id] + max(after, default=0)

    def _all_needs(self, step_id):
        found, todo = set(), list(self.steps[step_id].needs)
        while todo:
            need = todo.pop()
            if need not in found:
                found.add(need)
                todo.extend(self.steps[need].needs)
        return found

    def _in(self, *states):
        return [self.steps[s] for s, state in self.state.items() if state in states]

    def cpu(self, step):
        """Slots that the step takes; one that asks for more slots than there are gets all of them."""
        return min(step.cpu, self.slots)

    def finished(self):
        return all(state in FINISHED for state in self.state.values())

    def to_skip(self):
        """(step, reason) for steps that can never start because of one that did not pass."""
        words = {FAIL: "failed", SKIP: "was skipped"}
        found = []
        for step in self._in(WAITING):
            for need in step.needs:
                if self.state[need] in words:
                    found.append((step, f"needs {need}, which {words[self.state[need]]}"))
                    break
        return found

    def to_start(self):
        """Steps to start now, the longest chain first."""
        busy = self._in(RUNNING, READY)
        free = self.slots - sum(self.cpu(s) for s in busy)
        locks = {s.lock for s in busy if s.lock}
        able = [s for s in self._in(WAITING)
                if all(self.state[n] in (PASS, READY) for n in s.needs)]
        able.sort(key=lambda s: -self.chain_s[s.id])
        found = []
        for step in able:
            if step.lock in locks:
                continue
            if self.cpu(step) > free:
                # Start nothing else before this step, or one that needs many slots might wait for ever.
                free = 0
                continue
            free -= self.cpu(step)
            locks |= {step.lock} if step.lock else set()
            found.append(step)
        return found

    def to_stop(self):
        """Services that no unfinished step depends on."""
        work_left = any(not s.service or self.state[s.id] != READY
                        for s in self._in(WAITING, RUNNING, READY))
        return [s for s in self._in(READY)
                if all(self.state[d] in FINISHED for d in self.dependants[s.id])
                and (s.stop_after_needs or not work_left)]

    def stalled(self):
        """Steps that wait for a lock which a service holds until they are done."""
        if self._in(RUNNING) or self.to_start() or self.to_stop() or self.to_skip():
            return []
        return self._in(WAITING)

    def _correction(self):
        """How many times longer steps took than expected."""
        expected = sum(self.expected_s[s] for s in self.took_s)
        if expected < MIN_EVIDENCE_S:
            return 1.0
        return min(max(sum(self.took_s.values()) / expected, 1 / MAX_CORRECTION), MAX_CORRECTION)

    def left_s(self, running_s):
        """Estimate of the time left. `running_s`: step ID -> seconds since its start."""
        times = self._correction()
        left = {}
        for step in self._in(WAITING, RUNNING):
            expected, passed = self.expected_s[step.id] * times, running_s.get(step.id, 0)
            left[step.id] = max(expected - passed, OVERRUN * passed)
        chain = max((left[s] + (self.chain_s[s] - self.expected_s[s]) * times for s in left), default=0)
        work = sum(left[s] * self.cpu(self.steps[s]) for s in left) / self.slots
        return max(chain, work)
