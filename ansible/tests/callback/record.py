# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes what a play did to the JSON file TDX_HOST_RECORD, for tests that check it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Writes results of a play to a file, for tests
description: Recap, changed tasks, failures, facts that were set and the time each task took.
options:
  path:
    description: File to write.
    required: true
    env:
      - name: TDX_HOST_RECORD
"""

import json
import os
import time

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.begin = time.monotonic()
        self.data = {"hosts": {}, "changed": [], "failures": [], "facts": {}, "tasks": []}

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.begin = time.monotonic()

    v2_playbook_on_handler_task_start = v2_playbook_on_task_start

    def _note(self, result):
        name, host = result.task.get_name(), result.host.get_name()
        self.data["tasks"].append({"task": name, "seconds": round(time.monotonic() - self.begin, 1)})
        return {"task": name, "host": host}

    def v2_runner_on_ok(self, result):
        note = self._note(result)
        if result.is_changed():
            self.data["changed"].append(note)
        if result.task.action.endswith("set_fact"):
            self.data["facts"].setdefault(note["host"], {}).update(result.result.get("ansible_facts", {}))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.data["failures"].append(dict(self._note(result), msg=str(result.result.get("msg", ""))))

    def v2_runner_on_unreachable(self, result):
        self.data["failures"].append(dict(self._note(result), msg="unreachable: %s" % result.result.get("msg", "")))

    def v2_playbook_on_stats(self, stats):
        self.data["hosts"] = {host: stats.summarize(host) for host in stats.processed}
        path = self.get_option("path")
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(self.data, file, indent=1, default=str)
        os.rename(path + ".tmp", path)
