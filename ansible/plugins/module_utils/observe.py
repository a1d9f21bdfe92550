# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host is like now, so that later it can be compared with itself."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re

from ansible_collections.tdx.host.plugins.module_utils import host_checks

BOOT_ID = "proc/sys/kernel/random/boot_id"
CHECK_LINE = re.compile(r'^tdx_host_check_failed\{id="([^"]+)",level="required"\} ([01])$', re.MULTILINE)
LEAKED_LINE = re.compile(r'^tdx_host_guest_kvm\{[^}]*counter="mirror_leaked"\} ([0-9]+)$', re.MULTILINE)


def trial_status(host):
    """The answer of tdxctl trial status, or {} if there is none: no tdxctl, or a state that it cannot read."""
    code, said = host.run(["tdxctl", "--json", "trial", "status"])
    if code not in (0, 1):
        return {}
    try:
        status = json.loads(said)
        return status if isinstance(status, dict) else {}
    except ValueError:
        return {}


def complaints(host):
    """The number of lines with which the kernel complains about itself; -1 if its log cannot be read."""
    try:
        return sum(1 for line in host.kernel_log() if host_checks.SPLAT.search(line))
    except (IOError, OSError):
        return -1


def guests(host):
    """The names of the guests that run; empty without libvirt."""
    code, said = host.run(["virsh", "--connect", "qemu:///system", "--quiet", "list", "--name"])
    return sorted(said.split()) if code == 0 else []


def observe(host):
    code, metrics = host.run(["tdxctl", "metrics"])
    checks = CHECK_LINE.findall(metrics) if code == 0 else []
    return {
        "running": host.release(),
        "boot_id": host.read(BOOT_ID).strip(),
        "complaints": complaints(host),
        "passed": sorted(name for name, failed in checks if failed == "0"),
        "leaked": sum(int(count) for count in LEAKED_LINE.findall(metrics)) if code == 0 else 0,
        "guests": guests(host),
        "trial": trial_status(host).get("state", "none"),
    }


def worse(before, after, restarted):
    """What is worse than before, as sentences. At home another kernel may have passed fewer checks."""
    said = []
    lost = sorted(set(before["passed"]) - set(after["passed"]))
    if lost:
        said.append("checks that passed before fail now: %s" % ", ".join(lost))
    # Each boot begins a new log: what the old kernel complained of is no excuse, but the same kernel's old lines are.
    known = before["complaints"] if before["boot_id"] == after["boot_id"] else 0
    if after["complaints"] > max(known, 0):
        said.append("the kernel complains: %d lines in its log" % after["complaints"])
    if after["leaked"] > before["leaked"]:
        said.append("%d pages of guests are leaked" % after["leaked"])
    gone = sorted(set(restarted) - set(after["guests"]))
    if gone:
        said.append("guests that were started again do not run: %s" % ", ".join(gone))
    return said
