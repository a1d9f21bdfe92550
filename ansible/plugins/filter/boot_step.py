# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides what the role kernel has to do: nothing, verify the running kernel, or boot another one once."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
name: boot_step
short_description: What has to be done so that a host boots a kernel by default
version_added: 0.1.0
description:
  - Depends only on the kernel that the host runs, the one that it boots by default and the one that it should run.
positional: target
options:
  _input:
    description: What P(tdx.host.boot_entry#module) returned.
    type: dict
    required: true
  target:
    description: Release of the kernel that the host should run.
    type: str
    required: true
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Say what comes next
  ansible.builtin.debug:
    msg: "{{ boot | tdx.host.boot_step('6.12.117-1.el9.x86_64+tdx') }}"
"""

RETURN = r"""
_value:
  description:
    - V(none) if the host runs the kernel and boots it by default.
    - V(keep) if it runs the kernel, but boots another one by default. Verify it, then make it the default.
    - V(try) if it runs another kernel. Boot it once.
  type: str
"""


def boot_step(state, target):
    if state["running"] != target:
        return "try"
    return "none" if state["default"]["version"] == target else "keep"


class FilterModule:
    def filters(self):
        return {"boot_step": boot_step}
