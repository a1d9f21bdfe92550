# SPDX-License-Identifier: GPL-2.0-or-later
"""The trial of a kernel, seen from outside: tdxctl starts it, the host judges it, the controller asks how it went."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.tdx.host.plugins.module_utils import observe, step

# States of tdxctl trial, by what they mean to who waits.
OVER = ("none", "kept", "rejected")


def tdxctl(host, *words):
    """Runs tdxctl; raises StepError with what it says."""
    code, said = host.run(["tdxctl"] + list(words))
    if code == 127:
        raise step.StepError("tdxctl is not installed on this host: install the package tdx-host")
    if code:
        lines = [line for line in said.splitlines() if line.strip()]
        raise step.StepError("tdxctl %s: %s" % (" ".join(words), " ".join(lines) or "exit status %d" % code))
    return said


def options(params):
    words = ["--confirm=" + params["confirm"], "--within=%d" % params["within_s"]]
    return words + (["--force"] if params["force"] else [])


def check(host, params):
    """Raises StepError if the trial could not start: no way home, installed in part, rejected before."""
    tdxctl(host, "--dry-run", *(options(params) + ["trial", "start", params["release"]]))


def report(host):
    status = observe.trial_status(host)
    return {"running": host.release(), "boot_id": host.read(observe.BOOT_ID).strip(),
            "state": status.get("state", "none"), "target": status.get("target_release", ""),
            "reason": status.get("reason", ""), "detail": status.get("detail", "")}


def start(host, params, dry_run):
    """Reboots the host into the kernel, once. Nothing to do if it runs, or if its trial is on already."""
    before = report(host)
    if before["running"] == params["release"] and before["state"] in OVER:
        return dict(before, changed=False)
    if before["state"] not in OVER:
        if before["target"] != params["release"]:
            raise step.StepError("a trial of %s is running on this host (%s); end it with tdxctl trial keep or reject"
                                 % (before["target"], before["state"]))
        return dict(before, changed=False)
    check(host, params)
    if not dry_run:
        tdxctl(host, *(options(params) + ["trial", "start", params["release"]]))
    return dict(before, changed=True)


def settle(host, params, dry_run):
    """Keeps the kernel if it runs and has passed. Says how the trial stands."""
    now = report(host)
    kept = False
    if now["state"] == "passed" and now["running"] == params["release"] and not dry_run:
        tdxctl(host, "trial", "keep")
        kept = True
        now = report(host)
    return dict(now, changed=kept)
