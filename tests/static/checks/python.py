# SPDX-License-Identifier: GPL-2.0-or-later
"""Python files compile, and pyflakes finds no unused or undefined names."""

import warnings

from . import base


def compiles(tree):
    files = tree.need(tree.python(), "Python file")
    findings = []
    for path in files:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(tree.bytes(path), path, "exec", dont_inherit=True)
        except (SyntaxError, SyntaxWarning, ValueError) as error:
            findings.append(f"{path}:{getattr(error, 'lineno', None) or 1}: {error}")
    return base.count(files), findings


def pyflakes(tree):
    files = tree.need(tree.python(), "Python file")
    command = base.need_tool(tree, "python3-pyflakes", "pyflakes3", "pyflakes-3", "pyflakes")
    done = base.run([command, *files], tree.top)
    findings = base.tool_findings(done, r"^[^:]+:\d+:")
    return base.count(files), [f for f in findings if not _is_meant(tree, f)]


def _is_meant(tree, finding):
    """Whether the line has '# noqa', which turns a finding off; a reason should follow it."""
    path, number = finding.split(":")[:2]
    return "# noqa" in tree.lines(path)[int(number) - 1]
