# SPDX-License-Identifier: GPL-2.0-or-later
"""A roll-out as the controller sees it: its folder, with the plan and the journal, and who works on it."""

from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
import time

from ansible_collections.tdx.host.plugins.module_utils import lease, whole_file
from ansible_collections.tdx.host.plugins.plugin_utils import fleet_report, journal, plan as plans

FLEET_LEASE = "fleet.lease"
HOOKS = ("pre_drain", "undrain", "on_return", "gate", "report")
HOOK_DEADLINE_S = 600
NOTIFY_DEADLINE_S = 20


class RolloutError(Exception):
    """Says, as a sentence, why the roll-out cannot go on."""


ERRORS = (RolloutError, plans.PlanError, journal.JournalError, lease.LeaseError)


def parse_window(window):
    """(begin, end) in minutes of the day; None for all day."""
    if not window:
        return None
    try:
        times = [time.strptime(part.strip(), "%H:%M") for part in str(window).split("-")]
        begin, end = (at.tm_hour * 60 + at.tm_min for at in times)
    except ValueError as err:
        raise RolloutError(f"tdx_host_rollout_window must be as 22:00-05:30, in UTC; it is {window!r}") from err
    return begin, end


def is_in_window(window, now):
    """A window may go over midnight."""
    if not window:
        return True
    minute = time.gmtime(now).tm_hour * 60 + time.gmtime(now).tm_min
    begin, end = window
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


class Rollout:
    """settings: what may change while a roll-out runs: window, pause_file, hooks, notify_url."""

    def __init__(self, directory, rollout, settings):
        if not rollout or "/" in str(rollout) or str(rollout).startswith("."):
            raise RolloutError("tdx_host_rollout_id must be set to a name for this roll-out, as 2026-12-01; the same "
                               "name goes on with it")
        self.directory, self.id, self.settings = os.path.abspath(directory), str(rollout), settings
        self.folder = os.path.join(self.directory, self.id)
        self.plan_file = os.path.join(self.folder, "plan.json")
        self.window = parse_window(settings.get("window"))
        unknown = set(settings.get("hooks") or {}) - set(HOOKS)
        if unknown:
            raise RolloutError(f"tdx_host_rollout_hooks has {plans.some(unknown)}; there are {', '.join(HOOKS)}")
        self.parent = os.getppid()
        self._plan = self._journal = None

    @property
    def owner(self):
        """The folder is part of it: two copies of a roll-out are two owners."""
        return f"{getpass.getuser()}@{socket.gethostname()}:{self.folder}"

    @property
    def host_lease(self):
        return {"owner": self.owner, "rollout": self.id}

    def has_plan(self):
        return os.path.exists(self.plan_file)

    @property
    def plan(self):
        if self._plan is None:
            try:
                with open(self.plan_file, encoding="utf-8") as file:
                    self._plan = plans.from_text(file.read(), self.plan_file)
            except OSError as err:
                raise RolloutError(f"{self.plan_file}: {err.strerror}") from err
        return self._plan

    @property
    def journal(self):
        if self._journal is None:
            self._journal = journal.Journal(os.path.join(self.folder, "journal.jsonl"))
        return self._journal

    def make_folder(self):
        try:
            os.makedirs(self.folder, exist_ok=True)
        except OSError as err:
            raise RolloutError(f"{self.folder}: {err.strerror}") from err

    def write_plan(self, plan):
        """Whole or not at all: a plan that a full disk cut short would roll out to a part of the fleet."""
        try:
            whole_file.write(self.plan_file, plans.to_text(plan))
        except OSError as err:
            raise RolloutError(f"{self.plan_file}: {err.strerror}; nothing was begun") from err
        self._plan = plan

    def hold_lease(self):
        lease.take(os.path.join(self.directory, FLEET_LEASE), self.owner, self.id,
                   process=lease.process_mark(self.parent))

    def is_orphan(self):
        """Whether the controller was killed: then this process must begin nothing more."""
        return os.getppid() != self.parent

    def why_hold(self):
        """Why no further host may begin now, whatever the budget; empty if nothing keeps it."""
        pause = self.settings.get("pause_file")
        if pause and os.path.exists(pause):
            return f"paused: {pause} exists; remove it and run the roll-out again"
        if not is_in_window(self.window, time.time()):
            return f"outside of its window {self.settings['window']} UTC; run the roll-out again in it"
        return ""

    def why_stop(self, wave):
        """Why the budget ends the roll-out in the wave of this index; empty if it does not."""
        return self.journal.may_begin("", wave == 0, self.plan["max_fail"])

    def hook(self, point, **facts):
        """Runs the program of this point on the controller. Returns what is wrong, or nothing."""
        program = (self.settings.get("hooks") or {}).get(point)
        if not program:
            return ""
        env = dict(os.environ, TDX_HOST_ROLLOUT=self.id, TDX_HOST_ROLLOUT_DIR=self.folder, TDX_HOST_POINT=point,
                   **{f"TDX_HOST_{name.upper()}": str(value) for name, value in facts.items()})
        try:
            done = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                  timeout=HOOK_DEADLINE_S, env=env, errors="replace")
        except OSError as err:
            return f"hook {point}: {program}: {err.strerror}"
        except subprocess.TimeoutExpired:
            return f"hook {point}: {program}: no end within {HOOK_DEADLINE_S} s"
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[:200]
            return f"hook {point}: {program}: {said or f'exit status {done.returncode}'}"
        return ""

    def say(self, event, reason):
        """Writes an event of the whole roll-out and the report. Returns the fleet's document."""
        self.journal.refresh()
        last = [one for one in self.journal.events if one["event"] in fleet_report.STANDS][-1:]
        if not last or (last[0]["event"], last[0].get("reason")) != (event, reason):
            self.journal.append(event, reason=reason)
            self.journal.refresh()
        return self.report()

    def report(self):
        try:
            return fleet_report.write(self.folder, self.plan, self.journal)
        except OSError as err:
            raise RolloutError(f"{self.folder}: the report cannot be written: {err.strerror}") from err

    def notify(self, document, token=""):
        """Tells tdx_host_rollout_notify_url how the roll-out stands. Returns what is wrong, or nothing."""
        url = self.settings.get("notify_url")
        if not url:
            return ""
        # Only here, so that the unit tests do without Ansible.
        from ansible.module_utils.urls import open_url
        short = {name: document[name] for name in ("schema", "rollout", "version", "state", "reason", "counts")}
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            open_url(url, method="POST", data=json.dumps(short), headers=headers, timeout=NOTIFY_DEADLINE_S)
        except Exception as err:  # whatever the network does must not stop a roll-out
            return f"tdx_host_rollout_notify_url did not take the message: {type(err).__name__}"
        return ""

    def remaining(self):
        """The waves that still have to be passed, as indices."""
        return [number for number in range(len(self.plan["waves"]))
                if not self.journal.gates.get(number, {}).get("passed")]
