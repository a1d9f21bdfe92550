# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets a wave run for a while before it is judged. A wave that was stopped has nothing to wait for."""

from __future__ import annotations

import time

from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans
from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction

STEP_S = 5


class ActionModule(RolloutAction):
    def perform(self, rollout, task_vars):
        if self._task.check_mode:
            return {"changed": False}
        wave = plans.wave_of(rollout.plan)[task_vars["inventory_hostname"]][0]
        names = plans.hosts_of(rollout.plan["waves"][wave])
        journal = rollout.journal
        is_stopped = rollout.why_stop(wave)
        if is_stopped or any(journal.verdict(name) == "held" for name in names):
            return {"changed": False, "msg": "no soak: the wave is not complete"}
        # Counted from the end of the wave's last host: after a kill, the rest of the time is enough.
        last = max((journal.hosts.get(name, {}).get("at", 0) for name in names), default=0)
        until = last + rollout.plan["options"]["soak_s"]
        while time.time() < until and not rollout.is_orphan():
            rollout.hold_lease()
            time.sleep(min(STEP_S, max(until - time.time(), 0)))
        return {"changed": False, "msg": f"soaked for {rollout.plan['options']['soak_s']} s"}
