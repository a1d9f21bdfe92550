# SPDX-License-Identifier: GPL-2.0-or-later
"""Brings one host to the kernel of the plan: install, drain, try, keep, put the guests back.

It is one task, so that a thousand hosts cost a thousand tasks; the journal has the seconds of each phase.

Each phase looks at the host first and does only what is left to do: after a kill, the roll-out just comes again.
"""

from __future__ import annotations

import os
import time

from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans
from ansible_collections.tdx.host.plugins.plugin_utils.action import RolloutAction

TURN_S = 0.5
# Between two questions to a host that reboots.
ASK_S = 5
ON_TRIAL = ("prepared", "armed", "trying", "passed", "keeping", "leaving", "rejecting", "cancelling")


class Ended(Exception):
    """The host is over with: its verdict and the reason."""

    def __init__(self, verdict, reason=""):
        super().__init__(verdict)
        self.verdict, self.reason = verdict, reason


class ActionModule(RolloutAction):
    def perform(self, rollout, task_vars):
        self.name = task_vars["inventory_hostname"]
        self.vars, self.rollout_, self.phases = task_vars, rollout, []
        self.end = {"drained": [], "restarted": [], "after": ""}
        if self._task.check_mode:
            return self.preview()
        self.release = plans.release_of(rollout.plan, self.name)
        self.wave = plans.wave_of(rollout.plan)[self.name][0]
        if rollout.journal.is_final(self.name):
            return {"skipped": True, "changed": False, "verdict": rollout.journal.verdict(self.name)}
        why = self.wait_turn()
        if why:
            rollout.journal.append("end", host=self.name, verdict="held", reason=why)
            return {"skipped": True, "changed": False, "verdict": "held", "msg": why}
        said = task_vars.get("__tdx_host_preflight") or {}
        rollout.journal.append("begin", host=self.name, baseline=said.get("observed"))
        try:
            self.run_phases()
            verdict, reason = "kept", ""
        except Ended as ended:
            verdict, reason = ended.verdict, ended.reason
        return self.conclude(verdict, reason)

    def preview(self):
        plan = self._task.args["plan"] or self.rollout_.plan
        wave, batch = plans.wave_of(plan)[self.name]
        release = plans.release_of(plan, self.name)
        running = plan["hosts"][self.name]["from"]
        return {"changed": running != release, "verdict": "preview", "_ansible_verbose_always": True,
                "msg": f"{plan['waves'][wave]['name']}, batch {batch + 1}: {running} -> {release}"}

    def is_alone(self):
        """The controller was killed: whatever comes next is for the one that goes on with the roll-out."""
        if self.rollout_.is_orphan():
            os._exit(1)

    def wait_turn(self):
        """Waits for the batches before this one. Returns why the host is not begun, or nothing."""
        rollout, journal = self.rollout_, self.rollout_.journal
        waiting = plans.predecessors(rollout.plan, self.name)
        while True:
            self.is_alone()
            journal.refresh()
            why = journal.may_begin(self.name, self.wave == 0, rollout.plan["max_fail"]) or rollout.why_hold()
            waiting = [name for name in waiting if not journal.has_ended(name)]
            if why or not waiting:
                return why
            time.sleep(TURN_S)

    # The phases.

    def phase(self, name, module, arguments, verdict):
        """Runs a module as a phase. What fails ends the host with the verdict."""
        self.is_alone()
        self.rollout_.hold_lease()
        begin = time.monotonic()
        answer = self.module(module, {**arguments, "lease": self.rollout_.host_lease}, self.vars)
        self.note(name, begin)
        if answer.get("unreachable"):
            raise Ended("unknown", f"{name}: {self.words(answer)}")
        if answer.get("failed"):
            raise Ended(verdict, f"{name}: {self.words(answer)}")
        return answer

    def note(self, name, begin):
        self.phases.append({"name": name, "seconds": round(time.monotonic() - begin)})
        self._display.v(f"{self.name}: {name} took {time.monotonic() - begin:.0f} s")

    @staticmethod
    def words(answer):
        return " ".join(str(answer.get("msg") or answer.get("module_stderr") or "no message").split())[:400]

    def run_phases(self):
        plan = self.rollout_.plan
        pins = plan["pins"][plan["hosts"][self.name]["platform"]]
        now = self.phase("install", "install", {"packages": pins}, "failed")
        if now["running"] == self.release and now["state"] not in ON_TRIAL:
            self.undrain()
            raise Ended("kept" if now["changed"] or self.end["restarted"] else "current")
        try:
            if now["running"] != self.release and now["state"] not in ON_TRIAL:
                self.hook("pre_drain", "refused")
                self.drain()
            self.try_kernel(now)
        except Ended as ended:
            if ended.verdict != "unknown":
                self.put_back(ended)
            raise
        self.undrain()

    def hook(self, point, verdict):
        wrong = self.rollout_.hook(point, host=self.name, release=self.release)
        if wrong:
            raise Ended(verdict, wrong)

    def drain(self):
        options = self.rollout_.plan["options"]
        answer = self.phase("drain", "drain", {
            "state": "drained", "policy": options["drain_policy"], "ordinary": options["drain_ordinary"],
            "timeout_s": options["drain_timeout_s"], "migrate_to": self.rollout_.settings.get("migrate_to", ""),
            "reason": f"roll-out {self.rollout_.id} by {self.rollout_.owner.partition(':')[0]}"}, "refused")
        self.end["drained"] = answer["drained"]

    def undrain(self):
        answer = self.phase("undrain", "drain", {"state": "undrained"}, "failed")
        self.end["restarted"] = answer["restarted"]
        self.hook("undrain", "failed")

    def put_back(self, ended):
        """After a failure: the guests run again on the kernel that the host came from."""
        try:
            self.undrain()
        except Ended as second:
            raise Ended(ended.verdict, f"{ended.reason}; then {second.reason}") from second

    def trial_arguments(self, state):
        settings = self.rollout_.settings
        return {"state": state, "release": self.release, "within_s": int(settings.get("within_s", 900)),
                "force": bool(settings.get("force", False))}

    def try_kernel(self, before):
        begin = time.monotonic()
        if before["state"] not in ON_TRIAL:
            try:
                self.phase("start", "trial", self.trial_arguments("started"), "failed")
            except Ended as ended:
                # The connection may be cut by the very reboot that was asked for.
                if ended.verdict != "unknown":
                    raise
            self.reset_connection()
        self.wait_verdict(before["boot_id"], begin)

    def wait_verdict(self, boot_id, begin):
        settings = self.rollout_.settings
        deadline = begin + int(settings.get("reboot_timeout_s", 900)) + int(settings.get("within_s", 900))
        last = "it does not answer"
        while time.monotonic() < deadline:
            self.is_alone()
            self.rollout_.hold_lease()
            answer = self.module("trial", {**self.trial_arguments("settled"), "lease": self.rollout_.host_lease},
                                 self.vars)
            if answer.get("unreachable"):
                last = self.words(answer)
                self.reset_connection()
            elif answer.get("failed"):
                self.note("trial", begin)
                raise Ended("failed", f"trial: {self.words(answer)}")
            elif self.is_settled(answer, boot_id, begin):
                return
            else:
                last = f"its trial is {answer['state']}"
            time.sleep(float(self._task.args.get("ask_s", ASK_S)))
        self.note("trial", begin)
        raise Ended("unknown", f"trial: no verdict within {deadline - begin:.0f} s: {last}; the host goes back to its "
                               "old kernel by itself, and its guests are started when the roll-out comes again")

    def is_settled(self, answer, boot_id, begin):
        """True if the kernel is kept, False if the trial goes on. Raises Ended if the host is back."""
        self.end["after"] = answer["running"]
        if answer["state"] in ON_TRIAL or (answer["boot_id"] == boot_id and answer["running"] != self.release
                                           and answer["state"] != "rejected"):
            return False
        self.note("trial", begin)
        if answer["running"] == self.release and answer["state"] == "kept":
            return True
        self.rollout_.hook("on_return", host=self.name, release=self.release, reason=answer["reason"])
        raise Ended("returned", f"back on {answer['running']}: {answer['reason'] or 'no reason'}"
                    + (f" ({answer['detail']})" if answer["detail"] else ""))

    def conclude(self, verdict, reason):
        rollout = self.rollout_
        if not self.end["after"] and verdict in ("kept", "current"):
            self.end["after"] = self.release
        rollout.journal.append("end", host=self.name, verdict=verdict, reason=reason, phases=self.phases, **self.end)
        rollout.journal.refresh()
        stop = rollout.why_stop(self.wave)
        if stop:
            # A wave of which no host is left has no gate: the report is written here.
            rollout.notify(rollout.say("stop", stop), self.vars.get("tdx_host_rollout_notify_token", ""))
            reason += f"; the roll-out is stopped: {stop}"
        return {"changed": verdict not in ("current", "refused"), "failed": verdict not in ("kept", "current"),
                "verdict": verdict, "msg": f"{verdict}: {reason}" if reason else verdict, **self.end}
