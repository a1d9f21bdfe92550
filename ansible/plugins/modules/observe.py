#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.observe"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: observe
short_description: Says what a host is like now
version_added: 0.2.0
description:
  - Changes nothing. With I(before) it also says what is worse now.
options:
  before:
    description: What the module returned before.
    type: dict
  restarted:
    description: Guests that must run, because they were started again.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    description: Nothing is changed in any mode.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Look at the host
  tdx.host.observe:
  register: before
"""

RETURN = r"""
observed:
  description:
    - running, boot_id, complaints (lines with which the kernel complains of itself), passed (required checks of
      tdxctl), leaked (pages of guests), guests (that run), trial (its state).
  returned: always
  type: dict
worse:
  description: What is worse than before, as sentences.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import host_checks, observe


def main():
    module = AnsibleModule(
        argument_spec={
            "before": {"type": "dict"},
            "restarted": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    now = observe.observe(host_checks.Host())
    before = module.params["before"]
    worse = observe.worse(before, now, module.params["restarted"]) if before else []
    module.exit_json(changed=False, observed=now, worse=worse)


if __name__ == "__main__":
    main()
