#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.lease"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: lease
short_description: The lease that keeps a second controller away from a host
version_added: 0.2.0
description:
  - A roll-out takes it by itself. This module shows who has it, and removes one whose holder is gone for good.
options:
  state:
    description: V(shown) only says who has it. V(absent) removes it.
    type: str
    choices: [shown, absent]
    default: shown
  force:
    description: Whether V(absent) also removes the lease of another controller that is not over yet.
    type: bool
    default: false
  owner:
    description: Who gives it back, see C(holder).
    type: str
    default: ""
  rollout:
    description: The roll-out for which it was held.
    type: str
    default: ""
  path:
    description: File of the lease.
    type: path
    default: /var/lib/tdx-host/rollout.lease
attributes:
  check_mode:
    support: full
    description: Says whether a lease would be removed.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Take the lease of a controller that is gone away
  tdx.host.lease:
    state: absent
    force: true
"""

RETURN = r"""
holder:
  description: Who has the lease and for how long, as a sentence; empty if nobody has.
  returned: always
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import lease


def main():
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["shown", "absent"], "default": "shown"},
            "force": {"type": "bool", "default": False},
            "owner": {"type": "str", "default": ""},
            "rollout": {"type": "str", "default": ""},
            "path": {"type": "path", "default": lease.HOST_LEASE},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        held = None if params["force"] else lease.read(params["path"])
        changed = params["state"] == "absent" and os.path.exists(params["path"])
        if changed and not module.check_mode:
            lease.release(params["path"], params["owner"], params["rollout"], params["force"])
    except lease.LeaseError as err:
        module.fail_json(msg=str(err))
    module.exit_json(changed=changed, holder=lease.say(held) if held and not lease.is_over(held) else "")


if __name__ == "__main__":
    main()
