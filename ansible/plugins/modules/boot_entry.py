#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.boot_entry"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: boot_entry
short_description: Reads and sets the default boot entry and the one for the next boot
version_added: 0.1.0
description:
  - Reports which kernels a host can boot, which one it boots by default and which one at the next boot only. Changes
    the latter two.
  - For hosts whose GRUB reads boot loader entries (BLS) and keeps the default in its environment block, as on
    Enterprise Linux and Fedora.
  - Without I(pin), I(default) and I(once) the module changes nothing.
options:
  pin:
    description:
      - Makes the entry that is known to work the default, by its ID, so that installing a kernel does not change it.
      - That is the entry of the running kernel. If the running kernel is a kernel-tdx that is not the default,
        it was booted once on trial and is not verified yet; then the default stays as it is.
    type: bool
    default: false
  default:
    description: Kernel release (as C(uname -r)) or ID of the entry to boot by default.
    type: str
  once:
    description: Kernel release or ID of the entry to boot at the next boot only. Empty to remove such an entry.
    type: str
  entries:
    description: Folder of the boot loader entries.
    type: path
    default: /boot/loader/entries
  grubenv:
    description: GRUB's environment block.
    type: path
    required: true
  editenv:
    description: Program that changes the environment block.
    type: str
    required: true
attributes:
  check_mode:
    support: full
    description: Reports what would change, changes nothing.
  diff_mode:
    support: full
    description: Shows the variables of the environment block that change.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: See what the host boots
  tdx.host.boot_entry:
    grubenv: /boot/grub2/grubenv
    editenv: grub2-editenv
  register: boot

- name: Boot another kernel once
  tdx.host.boot_entry:
    once: 6.12.117-1.el9.x86_64+tdx
    grubenv: /boot/grub2/grubenv
    editenv: grub2-editenv
"""

RETURN = r"""
running:
  description: Release of the running kernel.
  returned: always
  type: str
default:
  description: Entry that is booted by default; its version is empty if there is no such entry.
  returned: always
  type: dict
once:
  description: Entry that is booted at the next boot only; null if there is none.
  returned: always
  type: dict
fallback:
  description: Entry that is known to work, see I(pin).
  returned: always
  type: dict
other:
  description: Entry to boot if every kernel-tdx is removed, the running kernel or the newest; null if there is none.
  returned: always
  type: dict
entries:
  description: All entries, each with id, version and title.
  returned: always
  type: list
  elements: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import boot_loader


def change(module, grubenv, wanted):
    """Sets all variables by one call of editenv, so that GRUB never finds only a part of the change."""
    editenv = module.get_bin_path(module.params["editenv"], required=True)
    argv = [editenv, grubenv, "set"] + ["%s=%s" % pair for pair in sorted(wanted.items())]
    code, _out, err = module.run_command(argv)
    after = boot_loader.read_env(grubenv)
    if code or any(after.get(name) != value for name, value in wanted.items()):
        raise boot_loader.BootError("%s did not change %s: %s" % (argv[0], grubenv, err.strip() or "no message"))
    return after


def main():
    module = AnsibleModule(
        argument_spec={
            "pin": {"type": "bool", "default": False},
            "default": {"type": "str"},
            "once": {"type": "str"},
            "entries": {"type": "path", "default": "/boot/loader/entries"},
            "grubenv": {"type": "path", "required": True},
            "editenv": {"type": "str", "required": True},
        },
        mutually_exclusive=[["pin", "default"]],
        supports_check_mode=True,
    )
    params, running = module.params, os.uname()[2]
    try:
        entries = boot_loader.read_entries(params["entries"])
        env = boot_loader.read_env(params["grubenv"])
        wanted = boot_loader.wanted_env(entries, env, running, params["pin"], params["default"], params["once"])
        before = {name: env.get(name, "") for name in wanted}
        if wanted and not module.check_mode:
            env = change(module, params["grubenv"], wanted)
        else:
            env = dict(env, **wanted)
        state = boot_loader.describe(entries, env, running)
    except boot_loader.BootError as err:
        module.fail_json(msg=str(err))
    module.exit_json(changed=bool(wanted), diff={"before": before, "after": wanted}, **state)


if __name__ == "__main__":
    main()
