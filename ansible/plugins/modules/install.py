#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.install"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: install
short_description: Installs pinned packages in one transaction that a lost connection does not cut
version_added: 0.2.0
description:
  - dnf runs in a unit of systemd. If the connection is lost, the transaction goes on, and the next call waits for it.
  - Before the first change tdxctl writes down what the host was like. Afterwards the kernel that is known to work is
    the default again.
options:
  packages:
    description: Version and release of each package, by the name of the package.
    type: dict
    required: true
  lease:
    description: The lease of the roll-out that does this, with owner and rollout; it is taken or renewed first.
    type: dict
attributes:
  check_mode:
    support: full
    description: Says which packages would be installed, changes nothing.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Install the kernel and the tools
  tdx.host.install:
    packages:
      kernel-tdx: 6.12.117-0.2.0.el9
      tdx-host: 0.2.0-1.el9
"""

RETURN = r"""
installed:
  description: Names of the packages that were installed or updated, or would be.
  returned: always
  type: list
  elements: str
running:
  description: Release of the kernel that runs; this and what follows as M(tdx.host.trial) says it.
  returned: always
  type: str
boot_id:
  description: Stands for this boot of the host.
  returned: always
  type: str
state:
  description: State of the last trial.
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

from ansible_collections.tdx.host.plugins.module_utils import host_checks, packages, step, trial


def perform(params, dry_run):
    host = host_checks.Host()
    pins = dict((name, str(version)) for name, version in params["packages"].items())
    done = sorted(packages.missing(host, pins)) if dry_run else packages.bring(host, pins)
    return dict(trial.report(host), changed=bool(done), installed=done)


def main():
    step.run_step({"packages": {"type": "dict", "required": True}}, perform)


if __name__ == "__main__":
    main()
