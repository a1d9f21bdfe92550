#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.preflight"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: preflight
short_description: Looks whether a host is ready for a roll-out
version_added: 0.2.0
description:
  - Changes nothing. Says what keeps the host from taking part, which versions its repositories offer, and what the host
    is like now, for a comparison afterwards.
options:
  pins:
    description: Version and release of each package that dnf must be able to install. Empty for none.
    type: dict
    default: {}
  also:
    description: More packages to look for in the repositories.
    type: list
    elements: str
    default: []
  release:
    description: Release of the kernel that the host is to run; empty if it is not known yet.
    type: str
    default: ""
  now:
    description: The controller's clock, in seconds since 1970. 0 if clocks are not to be compared.
    type: int
    default: 0
  slack_s:
    description: Seconds by which the answer may come later than the question.
    type: int
    default: 60
  drain_policy:
    description: See M(tdx.host.drain), O(tdx.host.drain#module:policy).
    type: str
    default: refuse
  drain_ordinary:
    description: See M(tdx.host.drain), O(tdx.host.drain#module:ordinary).
    type: str
    default: refuse
  migrate_to:
    description: Connection URI of the host that ordinary guests are migrated to.
    type: str
    default: ""
  kernel_is_signed:
    description: Whether the firmware knows the key of the kernel's signature, so that Secure Boot boots it.
    type: bool
    default: false
  force:
    description: Whether a kernel that the host rejected before is tried again.
    type: bool
    default: false
  lease:
    description: The lease of the roll-out, with owner and rollout; a lease that others hold blocks the host.
    type: dict
attributes:
  check_mode:
    support: full
    description: Nothing is changed in any mode.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Look at the host
  tdx.host.preflight:
  register: host
  failed_when: host.blocked | length > 0
"""

RETURN = r"""
blocked:
  description: What keeps the host from taking part, as one sentence; empty if nothing does.
  returned: always
  type: str
checks:
  description: Results, each with id, verdict (ready or blocked) and value.
  returned: always
  type: list
  elements: dict
platform:
  description: What packages for this host are made for, as el9-x86_64.
  returned: always
  type: str
offers:
  description: Versions of each package that the repositories have or that are installed.
  returned: always
  type: dict
observed:
  description: What the host is like, as M(tdx.host.observe) says it.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import host_checks, preflight


def main():
    module = AnsibleModule(
        argument_spec={
            "pins": {"type": "dict", "default": {}},
            "also": {"type": "list", "elements": "str", "default": []},
            "release": {"type": "str", "default": ""},
            "now": {"type": "int", "default": 0},
            "slack_s": {"type": "int", "default": 60},
            "drain_policy": {"type": "str", "default": "refuse"},
            "drain_ordinary": {"type": "str", "default": "refuse"},
            "migrate_to": {"type": "str", "default": ""},
            "kernel_is_signed": {"type": "bool", "default": False},
            "force": {"type": "bool", "default": False},
            "lease": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, **preflight.examine(host_checks.Host(), module.params))


if __name__ == "__main__":
    main()
