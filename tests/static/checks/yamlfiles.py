# SPDX-License-Identifier: GPL-2.0-or-later
"""YAML files by yamllint, and Ansible roles by ansible-lint."""

import os

from . import base

NAMES = (".yamllint", ".clang-format", ".ansible-lint")
IN_ROOT = "tests/lab/in-root"


def yamllint(tree):
    files = tree.need([f for f in tree.files if f.endswith((".yml", ".yaml", *NAMES))], "YAML file")
    command = base.need_tool(tree, "yamllint", "yamllint")
    done = base.run([command, "--strict", "-f", "parsable", *files], tree.top)
    return base.count(files), base.tool_findings(done, r"^[^:]+:\d+:\d+: \[")


def ansible_lint(tree):
    """Runs ansible-lint in the userland of the lab's Ansible, so that both have the same versions."""
    files = tree.need([f for f in tree.files if f.startswith("ansible/")], "Ansible role")
    if os.geteuid() != 0:
        raise base.Skip("ansible-lint runs in the controller userland, which needs root")
    if not (tree.top / IN_ROOT).exists():
        raise base.Skip(f"{IN_ROOT} is not there")
    # ansible-lint tries strings of the playbooks as Python; Python's warnings of that are no findings.
    script = 'cd "$1" && PYTHONWARNINGS=ignore::SyntaxWarning ansible-lint --offline --profile production --nocolor -p'
    done = base.run([tree.top / IN_ROOT, "sh", "-c", script, "sh", tree.top / "ansible"], tree.top)
    if done.returncode == 77:
        raise base.Skip(base.last_line(done.stderr).replace("skip: ", "", 1))
    return base.count(files), base.tool_findings(done, r"^[^:\s]+:\d+")
