# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the plan of a roll-out, or goes on with the one that is there. Says which hosts come next, in which order."""

from __future__ import annotations

from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans
from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction
from ansible_collections.tdx.host.plugins.plugin_utils.rollout import RolloutError


class ActionModule(RolloutAction):
    def gather(self, names, task_vars):
        """What preflight said of each host: those that are ready, and why the others are not."""
        domain = self._task.args.get("failure_domain")
        ready, blocked = [], {}
        for name in names:
            said = task_vars["hostvars"].raw_get(name).get(self._task.args["preflight"])
            if not said or "blocked" not in said:
                blocked[name] = "preflight did not run on it"
            elif said["blocked"]:
                blocked[name] = said["blocked"]
            else:
                ready.append({"name": name, "platform": said["platform"], "offers": said["offers"],
                              "running": said["observed"]["running"],
                              "domain": str(task_vars["hostvars"][name].get(domain, "")) if domain else ""})
        return ready, blocked

    def make(self, rollout, names, task_vars):
        ready, blocked = self.gather(names, task_vars)
        domain = self._task.args.get("failure_domain")
        lost = [host["name"] for host in ready if domain and not host["domain"]]
        if lost:
            raise RolloutError(f"tdx_host_rollout_failure_domain is {domain}, which {plans.some(lost)} does not have")
        return plans.make_plan(rollout.id, str(self._task.args["version"]), ready, blocked, self._task.args["options"])

    def perform(self, rollout, task_vars):
        names = task_vars["ansible_play_hosts_all"]
        confirm = self._task.args.get("confirm", "plan")
        dry_run = self._task.check_mode
        is_new = not rollout.has_plan()
        if not dry_run:
            rollout.make_folder()
            rollout.hold_lease()
        if is_new:
            plan = self.make(rollout, names, task_vars)
            if not dry_run:
                rollout.write_plan(plan)
        else:
            plan = rollout.plan
            other = plans.check_same(plan, names, str(self._task.args["version"]), self._task.args["options"],
                                     rollout.plan_file)
            if other:
                self._display.warning(f"{rollout.plan_file} is frozen; what it says wins over what is set now for "
                                      f"{', '.join('tdx_host_rollout_' + name for name in other)}")
            self.check_ready(rollout, names, task_vars)
        waves = list(range(len(plan["waves"]))) if is_new else rollout.remaining()
        if dry_run or (is_new and confirm == "plan"):
            chosen = waves if dry_run else []
        else:
            chosen = waves[:1] if confirm == "wave" else waves
        if not dry_run:
            if chosen:
                rollout.journal.append("run", waves=len(chosen))
                rollout.journal.refresh()
            rollout.report()
        order = [plans.hosts_of(plan["waves"][number]) for number in chosen]
        # The plan of a dry run is not on disk: it goes along with each host.
        return {"changed": is_new, "msg": self.describe(plan, rollout, waves, chosen, is_new),
                "order": [name for wave in order for name in wave], "sizes": [len(wave) for wave in order],
                "plan": plan if dry_run else None}

    @staticmethod
    def check_ready(rollout, names, task_vars):
        """Raises if repositories have lost what the plan pins. Hosts that are done need it no more."""
        plan = rollout.plan
        lost = {}
        for name in names:
            said = task_vars["hostvars"].raw_get(name).get("__tdx_host_preflight") or {}
            if name in plan["hosts"] and not rollout.journal.is_final(name) and said.get("platform"):
                now = {"platform": plan["hosts"][name]["platform"], "offers": said["offers"]}
                why = plans.lacking(now, plan["pins"])
                if why:
                    lost[name] = why
        if lost:
            name = min(lost, key=plans.natural)
            raise RolloutError(f"the versions that the plan pins are gone for {len(lost)} hosts; {name}: {lost[name]}; "
                               "bring the packages back, or use another tdx_host_rollout_id")

    @staticmethod
    def describe(plan, rollout, waves, chosen, is_new):
        lines = [f"{wave['name']}: {len(plans.hosts_of(wave))} hosts in {len(wave['batches'])} batches"
                 for wave in plan["waves"]]
        state = "new plan" if is_new else f"{len(plan['waves']) - len(waves)} of {len(plan['waves'])} waves passed"
        if not waves:
            return f"roll-out {rollout.id} is done: {state}"
        head = f"roll-out {rollout.id}: {state}; {'; '.join(lines)}"
        if plan["blocked"]:
            head += f"; not taking part: {plans.some(plan['blocked'])}"
        return head if chosen else f"{head}. Look at {rollout.plan_file} and run the playbook again to begin."
