#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.trial"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: trial
short_description: Tries a kernel by tdxctl, and keeps it once it has passed
version_added: 0.2.0
description:
  - The host judges the kernel by itself, and is back on its old one after the next boot unless the new one is kept.
options:
  state:
    description:
      - V(started) reboots the host into the kernel, once. Nothing is done if it runs, or if its trial is on.
      - V(settled) keeps the kernel if it has passed, and says how the trial stands.
    type: str
    choices: [started, settled]
    required: true
  release:
    description: Release of the kernel, as C(uname -r) prints it.
    type: str
    required: true
  confirm:
    description: Who keeps the kernel, the V(operator), which is this module, or the V(host) as soon as it passes.
    type: str
    choices: [operator, host]
    default: operator
  within_s:
    description: Seconds after the boot within which the kernel must be kept, or the host goes back.
    type: int
    default: 900
  force:
    description: Whether to try a kernel that the host rejected before.
    type: bool
    default: false
  lease:
    description: The lease of the roll-out that does this, with owner and rollout; it is taken or renewed first.
    type: dict
attributes:
  check_mode:
    support: full
    description: Says whether the trial could start, changes nothing.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Try the kernel
  tdx.host.trial:
    state: started
    release: 6.12.117-0.2.0.el9.x86_64+tdx
"""

RETURN = r"""
running:
  description: Release of the kernel that runs.
  returned: always
  type: str
boot_id:
  description: Stands for this boot of the host.
  returned: always
  type: str
state:
  description: State of the trial, as C(tdxctl trial status) says it.
  returned: always
  type: str
target:
  description: Kernel that is or was tried last.
  returned: always
  type: str
reason:
  description: Token that says why the last trial was rejected.
  returned: always
  type: str
detail:
  description: The same in words.
  returned: always
  type: str
"""

from ansible_collections.tdx.host.plugins.module_utils import host_checks, step, trial

VERBS = {"started": trial.start, "settled": trial.settle}


def main():
    step.run_step({
        "state": {"type": "str", "choices": sorted(VERBS, reverse=True), "required": True},
        "release": {"type": "str", "required": True},
        "confirm": {"type": "str", "choices": ["operator", "host"], "default": "operator"},
        "within_s": {"type": "int", "default": 900},
        "force": {"type": "bool", "default": False},
    }, lambda params, dry_run: VERBS[params["state"]](host_checks.Host(), params, dry_run))


if __name__ == "__main__":
    main()
