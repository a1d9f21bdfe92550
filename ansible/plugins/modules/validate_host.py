#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.validate_host"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: validate_host
short_description: Checks that a host runs kernel-tdx as it should
version_added: 0.1.0
description:
  - Runs a table of checks on the host and returns their results as data.
  - The module does not fail if a check fails; look at I(problems).
  - Some results come from C(tdxctl check --json). If tdxctl is not installed these checks are skipped with that reason.
  - Changes nothing, unless I(load) is set.
options:
  only:
    description: Checks to run, by ID or by the beginning of an ID up to a dot. Empty for all.
    type: list
    elements: str
    default: []
  release:
    description: Release of the kernel that must run. Empty for any kernel-tdx.
    type: str
    default: ""
  modules:
    description: Kernel modules that must be loaded. Empty for kvm and KVM's module for the CPU.
    type: list
    elements: str
    default: []
  load:
    description: Whether to load modules that are not loaded, before they are checked.
    type: bool
    default: false
  grubenv:
    description: GRUB's environment block.
    type: path
    default: /boot/grub2/grubenv
  tdx:
    description: Whether the check host.tdx-ready fails (C(require)) or is skipped (C(report)) on a host that
      C(tdxctl check) does not find ready for TDX guests.
    type: str
    choices: [report, require]
    default: report
attributes:
  check_mode:
    support: full
    description: With I(load), only finds out whether the modules could be loaded.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Check that the host can run guests
  tdx.host.validate_host:
    only: [kernel.running, kernel.module, kernel.kvm-device]
  register: host
  failed_when: host.problems | length > 0
"""

RETURN = r"""
checks:
  description: Results, each with id, verdict (PASS, FAIL or SKIP), reason and value.
  returned: always
  type: list
  elements: dict
problems:
  description: The failed checks, each as "id, colon, reason".
  returned: always
  type: list
  elements: str
msg:
  description: The problems in one line, or the number of checks if there are no problems.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import host_checks


def main():
    module = AnsibleModule(
        argument_spec={
            "only": {"type": "list", "elements": "str", "default": []},
            "release": {"type": "str", "default": ""},
            "modules": {"type": "list", "elements": "str", "default": []},
            "load": {"type": "bool", "default": False},
            "grubenv": {"type": "path", "default": "/boot/grub2/grubenv"},
            "tdx": {"type": "str", "choices": ["report", "require"], "default": "report"},
        },
        supports_check_mode=True,
    )
    want = dict(module.params, dry_run=module.check_mode, changed=[])
    checks = host_checks.run_checks(host_checks.Host(), want, module.params["modules"], module.params["only"])
    if not checks:
        module.fail_json(msg="there is no check %s" % ", ".join(module.params["only"]))
    problems = ["%s: %s" % (check["id"], check["reason"]) for check in checks if check["verdict"] == "FAIL"]
    module.exit_json(changed=bool(want["changed"]), checks=checks, problems=problems,
                     msg="; ".join(problems) or "%d checks, none failed" % len(checks))


if __name__ == "__main__":
    main()
