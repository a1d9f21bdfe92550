# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges a wave: its verdicts, what is worse than before, a query to Prometheus. If it fails, no later wave begins."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from ansible.module_utils.urls import open_url

from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans
from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction
from ansible_collections.tdx.host.plugins.plugin_utils.rollout import RolloutError

PROMETHEUS_DEADLINE_S = 30


def above(answer, limit):
    """The series of an instant query whose value is above the limit."""
    try:
        if answer["status"] != "success":
            raise RolloutError(f"Prometheus: {answer.get('error', 'no success')}")
        return [series["metric"] for series in answer["data"]["result"] if float(series["value"][1]) > limit]
    except (KeyError, TypeError, ValueError, IndexError) as err:
        raise RolloutError(f"Prometheus gave no answer to an instant query: {err!r}") from err


class ActionModule(RolloutAction):
    def perform(self, rollout, task_vars):
        if self._task.check_mode:
            return {"changed": False, "msg": "the gate is judged in a real run"}
        rollout.hold_lease()
        rollout.journal.refresh()
        number = plans.wave_of(rollout.plan)[task_vars["inventory_hostname"]][0]
        wave = rollout.plan["waves"][number]
        held, why = self.judge(rollout, number, wave, task_vars)
        token = task_vars.get("tdx_host_rollout_notify_token", "")
        if held:
            return self.stop(rollout, "wait", held, token)
        rollout.journal.append("gate", wave=number, passed=not why, reason=why)
        rollout.journal.refresh()
        if why:
            return self.stop(rollout, "stop", f"{wave['name']}: {why}", token)
        is_last = not rollout.remaining()
        document = rollout.say("done" if is_last else "wave", "")
        wrong = [rollout.notify(document, token), rollout.hook("report") if is_last else ""]
        for line in filter(None, wrong):
            self._display.warning(line)
        return {"changed": False, "msg": f"{wave['name']} passed"}

    def stop(self, rollout, event, why, token):
        wrong = rollout.notify(rollout.say(event, why), token)
        if wrong:
            self._display.warning(wrong)
        return {"failed": True, "msg": f"{why}; the report is {rollout.folder}/fleet.html"}

    def judge(self, rollout, number, wave, task_vars):
        """(why the wave is not complete, why it does not pass); empty texts if it passes."""
        journal, names = rollout.journal, plans.hosts_of(wave)
        limit = 0 if number == 0 else rollout.plan["max_fail"]
        bad = set(journal.bad())
        why = rollout.why_stop(number)
        if why:
            return "", why
        open_ = [name for name in names if not journal.has_ended(name) or journal.verdict(name) == "held"]
        if open_:
            reason = journal.hosts.get(open_[0], {}).get("reason") or "not all hosts of the wave were begun"
            return f"{len(open_)} hosts of {wave['name']} wait: {reason}", ""
        worse = {}
        for name in names:
            said = (task_vars["hostvars"].raw_get(name).get(self._task.args["observed"]) or {}).get("worse")
            if said:
                worse[name] = "; ".join(said)
        if len(bad | set(worse)) > limit:
            first = min(worse, key=plans.natural) if worse else min(bad, key=plans.natural)
            return "", (f"{len(worse)} hosts are worse than before and {len(bad)} did not get the kernel, more than "
                        f"{limit}; {first}: {worse.get(first, journal.hosts.get(first, {}).get('reason', ''))}")
        return "", self.ask_prometheus(rollout) or rollout.hook("gate", wave=wave["name"])

    def ask_prometheus(self, rollout):
        asked = rollout.settings.get("prometheus") or {}
        if not asked:
            return ""
        try:
            with open_url(f"{asked['url'].rstrip('/')}/api/v1/query?{urlencode({'query': asked['query']})}",
                          timeout=PROMETHEUS_DEADLINE_S) as answer:
                found = above(json.load(answer), float(asked.get("max", 0)))
        except RolloutError:
            raise
        except Exception as err:  # whatever the network does, a gate that cannot look does not pass
            return f"Prometheus does not answer: {type(err).__name__}"
        if not found:
            return ""
        return f"Prometheus: {len(found)} series are above {asked.get('max', 0)}, the first: {found[0]}"
