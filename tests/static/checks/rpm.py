# SPDX-License-Identifier: GPL-2.0-or-later
"""Spec files and built packages, by rpmlint; rpmlint.filtered has a reason for each finding that is left out."""

import json
import tempfile

from . import base

# Folders of built packages, and the command that builds them.
FOLDERS = (("kernel/out/rpms", "kernel/scripts/build-rpms"),
           ("host/rpms", "tests/lab/in-root scripts/build-host-rpms"))


def _rpmlint(tree, paths):
    command = base.need_tool(tree, "rpmlint", "rpmlint")
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        # JSON strings are TOML strings.
        config.write("Filters = " + json.dumps(list(base.table("rpmlint.filtered"))) + "\n")
        config.flush()
        done = base.run([command, "-c", config.name, *paths], tree.top)
    return base.tool_findings(done, r"^\S+: [EW]: ")


def specs(tree):
    files = tree.need(tree.find(".spec"), "spec file")
    return base.count(files), _rpmlint(tree, files)


def built(tree):
    files = []
    for folder, maker in FOLDERS:
        found = sorted((tree.build / folder).glob("*.rpm"))
        if not found:
            raise base.Skip(f"no built packages in {folder}; run {maker}")
        files += found
    return f"{len(files)} packages", _rpmlint(tree, files)
