# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the report of a roll-out anew from its plan and its journal. Touches no host."""

from __future__ import annotations

from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction


class ActionModule(RolloutAction):
    def perform(self, rollout, task_vars):
        document = rollout.report()
        counts = ", ".join(f"{row['hosts']} {row['verdict']}" for row in document["counts"] if row["hosts"])
        return {"changed": False, "state": document["state"], "counts": document["counts"],
                "msg": f"roll-out {rollout.id} is {document['state']}: {counts}; {rollout.folder}/fleet.html"}
