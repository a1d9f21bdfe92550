# SPDX-License-Identifier: GPL-2.0-or-later
"""Shell scripts: shellcheck finds nothing, strict mode is on, and they are short."""

import re

from . import base

MAX_LINES = 150
STRICT = re.compile(r"set -euo pipefail$")


def shellcheck(tree):
    files = tree.need(tree.shell(), "shell script")
    command = base.need_tool(tree, "shellcheck", "shellcheck")
    posix = [f for f in files if tree.interpreter(f) in ("sh", "dash")]
    findings = []
    for options, group in ((["--shell=sh"], posix), ([], [f for f in files if f not in posix])):
        if group:
            done = base.run([command, "-x", "-f", "gcc", *options, *group], tree.top)
            findings += base.tool_findings(done, r"^[^:]+:\d+:")
    return base.count(files), findings


def strict(tree):
    """Executable bash scripts have the line; files that are sourced inherit the mode of the script that does it."""
    files = [f for f in tree.shell() if tree.interpreter(f) == "bash" and tree.is_executable(f)]
    tree.need(files, "bash script")
    return base.count(files), [f"{f}:1: no line 'set -euo pipefail'" for f in files
                               if not any(STRICT.match(line) for line in tree.lines(f))]


def length(tree):
    files = tree.need(tree.shell(), "shell script")
    sizes = {f: len(tree.lines(f)) - 1 for f in files}
    longest = max(sizes, key=sizes.get)
    return (f"longest {sizes[longest]} lines, {longest}",
            [f"{f}:{MAX_LINES}: {n} lines, more than {MAX_LINES}: split it or write Python"
             for f, n in sizes.items() if n > MAX_LINES])
