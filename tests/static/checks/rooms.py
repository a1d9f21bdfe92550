# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of tests/ uses only those folders that it may use; CONTRIBUTING.md describes the folders."""

import ast
import os
import re

from . import base

KIND = {"lib", "lab", "recorded"}
# Folder of tests/ -> others that its programs may import, source or call. plan/ is not here: it has no programs.
USES = {
    "runner": set(),
    "lib": set(),
    "recorded": set(),
    "lab": {"lib"},
    # static/ has the tests of the runner.
    "static": {*KIND, "runner"},
    "user": KIND,
    "kernel": KIND,
    "host": KIND,
    "negative": KIND,
    "packages": KIND,
    "bench": KIND,
}
# A path from the top of the checkout, or a relative one from the file's own folder. Python may join a path of parts.
PATH = re.compile(r"(?:(?<!build/)\btests|(?<![\w.])\.\.(?:/\.\.)*)/[a-z]\w*")
JOIN = re.compile(r"""["']\s*[,/]\s*["']""")


def _room(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "tests" and len(parts) > 2 else ""


def _named(path, line):
    """Yields the folders of tests/ that a line names."""
    for match in PATH.findall(JOIN.sub("/", line)):
        if match.startswith(".."):
            match = os.path.normpath(os.path.join(os.path.dirname(path), match))
        yield _room(match + "/")


def _docstrings(text):
    """Numbers of the lines that hold docstrings; none for a file that is no Python (static.python-compiles says so)."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    nodes = [node.body[0] for node in ast.walk(tree)
             if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)]
    return {number for node in nodes for number in range(node.lineno, node.end_lineno + 1)}


def _code(tree, path):
    """The numbered lines of a program, without comments and docstrings."""
    lines = tree.lines(path)
    is_python = path.endswith(".py") or tree.interpreter(path).startswith("python")
    said = _docstrings("\n".join(lines)) if is_python else set()
    return [(number, line) for number, line in enumerate(lines, 1)
            if number not in said and not line.lstrip().startswith("#")]


def _allowed(path, room, rows):
    return any(base.matches(path, where) and base.matches(room, named) for where, named in rows)


def rooms(tree):
    programs = [f for f in {*tree.shell(), *tree.python(), *tree.find("Makefile", ".mk")} if _room(f)]
    tree.need(programs, "program in tests/")
    rows = [key.rsplit(" ", 1) for key in base.table("rooms.allowed")]
    findings = [f"{path}:1: tests/{_room(path)} is no folder that tests are kept in"
                for path in tree.files if _room(path) not in {"", "plan", *USES}]
    for path in sorted(programs):
        own = _room(path)
        for number, line in _code(tree, path):
            named = {*_named(path, line)} & {*USES, "plan"} - {*USES.get(own, ()), own}
            findings += [f"{path}:{number}: tests/{own} may not use tests/{room}"
                         for room in sorted(named) if not _allowed(path, room, rows)]
    return base.count(programs), findings
