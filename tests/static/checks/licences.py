# SPDX-License-Identifier: GPL-2.0-or-later
"""Each file names its licence near its top, and each licence that is named has its text in LICENSES/."""

import re

from . import base

TAG = re.compile(r"SPDX-License-Identifier:\s*(.+?)\s*(?:\*/|-->|\"\"\"|#\})?\s*$")
TAG_LINES = 3
KERNEL_LICENCE = "GPL-2.0-only"


def _identifiers(expression):
    return set(re.findall(r"[\w.+-]+", expression)) - {"AND", "OR", "WITH"}


def _tags(tree):
    exempt = base.table("spdx.exempt")
    for path in tree.files:
        if not any(base.matches(path, pattern) for pattern in exempt):
            found = [m[1] for m in map(TAG.search, tree.lines(path)[:TAG_LINES]) if m]
            yield path, found[0] if found else ""


def headers(tree):
    findings, checked = [], 0
    for path, expression in _tags(tree):
        checked += 1
        if not expression:
            findings.append(f"{path}:1: no SPDX-License-Identifier in the first {TAG_LINES} lines")
        elif path.startswith("kernel/") and expression != KERNEL_LICENCE:
            findings.append(f"{path}:1: {expression}, but kernel/ is {KERNEL_LICENCE}")
    return f"{checked} files", findings


def texts(tree):
    paths = (re.fullmatch(r"LICENSES/([^/]+)\.txt", f) for f in tree.files)
    present = {match[1] for match in paths if match}
    used = {}
    for path, expression in _tags(tree):
        for identifier in _identifiers(expression):
            used.setdefault(identifier, path)
    findings = [f"{path}:1: {identifier} has no text LICENSES/{identifier}.txt"
                for identifier, path in used.items() if identifier not in present]
    findings += [f"LICENSES/{name}.txt:1: no file is under this licence"
                 for name in present - set(used)]
    return ", ".join(sorted(used)), sorted(findings)
