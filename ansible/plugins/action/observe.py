# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the module observe, and compares with what the host was like when the roll-out took it up."""

from __future__ import annotations

from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction


class ActionModule(RolloutAction):
    def run(self, tmp=None, task_vars=None):
        if "id" in self._task.args:
            return super().run(tmp, task_vars)
        return self.module("observe", self._task.args, task_vars)

    def perform(self, rollout, task_vars):
        name = task_vars["inventory_hostname"]
        if self._task.check_mode or rollout.journal.verdict(name) not in ("kept", "current"):
            return {"skipped": True, "changed": False, "worse": []}
        arguments = {"restarted": rollout.journal.hosts[name].get("restarted", [])}
        if rollout.journal.baselines.get(name):
            arguments["before"] = rollout.journal.baselines[name]
        answer = self.module("observe", arguments, task_vars)
        if answer.get("unreachable") or answer.get("failed"):
            # The gate judges the wave; a play that loses this host would judge it without.
            return {"changed": False, "worse": [f"does not answer: {' '.join(str(answer.get('msg')).split())[:200]}"]}
        return answer
