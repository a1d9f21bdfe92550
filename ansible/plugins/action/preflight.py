# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the module preflight with what the controller knows: its clock, and the plan if there is one."""

from __future__ import annotations

import time

from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans
from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction

PASSED_ON = ("drain_policy", "drain_ordinary", "migrate_to", "kernel_is_signed", "force", "also")


class ActionModule(RolloutAction):
    def perform(self, rollout, task_vars):
        name = task_vars["inventory_hostname"]
        arguments = {key: self._task.args[key] for key in PASSED_ON if key in self._task.args}
        arguments.update(now=int(time.time()), lease=rollout.host_lease)
        if rollout.has_plan() and name in rollout.plan["hosts"]:
            # Final hosts get no new packages: their pins need not be offered any more.
            if not rollout.journal.is_final(name):
                arguments["pins"] = rollout.plan["pins"][rollout.plan["hosts"][name]["platform"]]
            arguments["release"] = plans.release_of(rollout.plan, name)
        answer = self.module("preflight", arguments, task_vars)
        if answer.get("unreachable") or answer.get("failed"):
            # Not a failure of the play: the plan says how many such hosts there may be.
            why = "unreachable: " if answer.get("unreachable") else ""
            return {"blocked": why + " ".join(str(answer.get("msg", "no message")).split())[:300], "checks": [],
                    "offers": {}, "observed": None, "platform": "", "changed": False}
        return answer
