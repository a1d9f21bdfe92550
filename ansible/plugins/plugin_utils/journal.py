# SPDX-License-Identifier: GPL-2.0-or-later
"""What happened in a roll-out: one JSON line an event, and the state that these add up to.

Several processes of one controller append. A line that a full disk or a kill cut short is ignored: its host then has
begun and not ended, and is looked at again.
"""

from __future__ import annotations

import fcntl
import json
import os
import time

# Verdict of a host -> (does it count against the budget, is it final: is the host left alone when the roll-out goes on)
VERDICTS = {
    "kept": (False, True),
    "current": (False, True),
    "held": (False, False),
    "refused": (True, False),
    "failed": (True, False),
    "unknown": (True, False),
    "returned": (True, True),
}


class JournalError(Exception):
    """Says, as a sentence, why the journal cannot be written."""


class Journal:
    def __init__(self, path):
        self.path = path
        self._offset = 0
        self.hosts = {}     # name -> its last end event, or {"verdict": "begun"}
        self.runs = 0       # how often the roll-out was started
        self.gates = {}     # index of a wave -> the last gate event
        self.baselines = {}  # name -> what the host was like when it first began
        self.events = []
        self.refresh()

    def refresh(self):
        """Takes in what was appended since the last call; true if there was anything."""
        try:
            if os.stat(self.path).st_size == self._offset:
                return False
            with open(self.path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return False
        # A line without its newline may still grow.
        whole = data[:data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                event = json.loads(line)
                self._take(event)
            except (ValueError, KeyError, TypeError):
                continue
            self.events.append(event)
        return bool(whole)

    def _take(self, event):
        kind = event["event"]
        if kind == "run":
            self.runs += 1
        elif kind == "begin":
            self.hosts[event["host"]] = {"verdict": "begun", "run": self.runs}
            self.baselines.setdefault(event["host"], event.get("baseline"))
        elif kind == "end":
            self.hosts[event["host"]] = {**event, "run": self.runs}
        elif kind == "gate":
            self.gates[event["wave"]] = event

    def append(self, event, **fields):
        record = {"at": round(time.time(), 3), "event": event, **fields}
        line = json.dumps(record, sort_keys=True).encode() + b"\n"
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                size = os.fstat(fd).st_size
                torn = size and os.pread(fd, 1, size - 1) != b"\n"
                data = (b"\n" if torn else b"") + line
                if os.write(fd, data) != len(data):
                    os.ftruncate(fd, size)
                    raise JournalError(f"{self.path}: no space left; free some, then run the roll-out again")
            finally:
                os.close(fd)
        except OSError as err:
            raise JournalError(f"{self.path}: {err.strerror}; correct that, then run the roll-out again") from err

    def verdict(self, name):
        return self.hosts.get(name, {}).get("verdict", "")

    def is_final(self, name):
        return VERDICTS.get(self.verdict(name), (False, False))[1]

    def has_ended(self, name):
        """Whether the host is over with in this run: later batches need not wait for it."""
        last = self.hosts.get(name, {"verdict": "begun", "run": -1})
        return last["verdict"] != "begun" and (last["run"] == self.runs or self.is_final(name))

    def bad(self):
        return [name for name, last in self.hosts.items() if VERDICTS.get(last["verdict"], (False,))[0]]

    def in_flight(self):
        return [name for name, last in self.hosts.items() if last["verdict"] == "begun" and last["run"] == self.runs]

    def may_begin(self, name, is_canary, max_fail):
        """Empty if the budget lets the host begin, else the reason. A host that counts as bad already adds nothing."""
        bad = self.bad()
        if name in bad:
            return ""
        if is_canary and bad:
            return f"a canary is {self.verdict(bad[0])}: {bad[0]}"
        if len(bad) > max_fail:
            return f"{len(bad)} hosts did not get the kernel, more than tdx_host_rollout_max_fail allows ({max_fail})"
        return ""
