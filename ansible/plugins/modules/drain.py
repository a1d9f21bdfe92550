#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.drain"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: drain
short_description: Takes the guests off a host, and puts them back
version_added: 0.2.0
description:
  - Drained, a host is cordoned (libvirt's hook refuses to start TDX guests) and runs no guest. What was stopped is
    written down first, so that it can be started again, also after a reboot and by another controller.
  - If the host cannot be drained, nothing stays half-done. The guests that were stopped are started again, and the
    module fails with the reason.
options:
  state:
    description: V(drained), V(undrained), or V(look) to only say what a drain would refuse now.
    type: str
    choices: [drained, undrained, look]
    required: true
  policy:
    description:
      - What happens to TDX guests that run. They cannot be migrated.
      - "V(refuse): the host is not drained. V(wait): until they end by themselves. V(shutdown): they are asked to shut
        down. V(destroy): as V(shutdown), but they are ended when the time is over."
      - "A guest whose metadata has C(<tdx:drain xmlns:tdx='urn:tdx-host:1' policy='...' timeout='...'/>) is handled by
        that policy."
    type: str
    choices: [refuse, wait, shutdown, destroy]
    default: refuse
  ordinary:
    description: The same for guests that are no TDX guests; these can also be migrated.
    type: str
    choices: [refuse, migrate, wait, shutdown, destroy]
    default: refuse
  migrate_to:
    description: Connection URI of the host that ordinary guests are migrated to.
    type: str
    default: ""
  timeout_s:
    description: Seconds that guests may take to end.
    type: int
    default: 600
  reason:
    description: Who drains the host and why. People see it when a guest does not start.
    type: str
    default: drained by Ansible
  lease:
    description:
      - The lease of the roll-out that does this, with owner and rollout. It is taken or renewed first, and given back
        once the host is V(undrained).
    type: dict
attributes:
  check_mode:
    support: full
    description: Says what would be stopped or started, changes nothing.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Shut all guests down
  tdx.host.drain:
    state: drained
    policy: shutdown
    ordinary: shutdown
    reason: a new power supply
"""

RETURN = r"""
drained:
  description: Guests that were stopped or migrated, or would be.
  returned: always
  type: list
  elements: str
restarted:
  description: Guests that were started again, or would be.
  returned: always
  type: list
  elements: str
refusals:
  description: Why the host cannot be drained now; for V(look).
  returned: always
  type: list
  elements: str
"""

from ansible_collections.tdx.host.plugins.module_utils import drain, host_checks, lease, step


def perform(guests, params, dry_run):
    answer = {"changed": False, "drained": [], "restarted": [], "refusals": []}
    policies = {"td": params["policy"], "ordinary": params["ordinary"]}
    if params["state"] == "look" or (params["state"] == "drained" and dry_run):
        answer["refusals"], answer["drained"] = guests.would_refuse(policies, params["timeout_s"], params["migrate_to"])
        answer["changed"] = params["state"] == "drained" and not guests.is_drained()
        if dry_run and answer["refusals"]:
            raise drain.DrainError("; ".join(answer["refusals"]))
    elif params["state"] == "drained":
        was_drained = guests.is_drained()
        try:
            answer["drained"] = guests.drain(policies, params["timeout_s"], params["migrate_to"], params["reason"])
        except drain.DrainError as err:
            answer["restarted"] = put_back(guests, err)
            raise
        answer["changed"] = bool(answer["drained"]) or not was_drained
    else:
        record = guests.read_record()["start"]
        answer["changed"] = guests.is_drained() or bool(record)
        answer["restarted"] = sorted(record) if dry_run else guests.undrain()
        if params["lease"] and not dry_run:
            lease.release(lease.HOST_LEASE, params["lease"]["owner"], params["lease"]["rollout"])
    return answer


def put_back(guests, why):
    """Starts again what a drain stopped that did not succeed. Says both if that fails, too."""
    try:
        return guests.undrain()
    except drain.DrainError as err:
        raise drain.DrainError("%s; then %s" % (why, err))


def main():
    step.run_step({
        "state": {"type": "str", "choices": ["drained", "undrained", "look"], "required": True},
        "policy": {"type": "str", "choices": list(drain.TD_POLICIES), "default": "refuse"},
        "ordinary": {"type": "str", "choices": list(drain.ORDINARY_POLICIES), "default": "refuse"},
        "migrate_to": {"type": "str", "default": ""},
        "timeout_s": {"type": "int", "default": 600},
        "reason": {"type": "str", "default": "drained by Ansible"},
    }, lambda params, dry_run: perform(drain.Guests(host_checks.Host().run), params, dry_run))


if __name__ == "__main__":
    main()
