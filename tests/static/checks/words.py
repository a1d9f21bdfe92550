# SPDX-License-Identifier: GPL-2.0-or-later
"""No file holds forbidden words (unfinished work, paths of one machine, ...) or hosts that are not in hosts.allowed."""

import functools
import re

from . import base

URL = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^/@\s]+@)?([A-Za-z0-9.-]*[A-Za-z0-9])")


@functools.lru_cache(maxsize=None)
def _forbidden():
    return [(re.compile(regex), reason) for regex, reason in base.table("words.forbidden").items()]


def forbidden_in(text):
    found = ((regex.search(text), reason) for regex, reason in _forbidden())
    return [f"{match[0]!r}: {reason}" for match, reason in found if match]


def own_lines(tree, path):
    """The numbered lines that the project wrote: no licence texts, and of a patch no lines of the base kernel."""
    if path.startswith("LICENSES/"):
        return []
    lines = enumerate(tree.lines(path), 1)
    if path.endswith(".patch"):
        in_diff = False
        own = []
        for number, line in lines:
            in_diff = in_diff or line.startswith("diff --git ")
            if not in_diff or line.startswith("+"):
                own.append((number, line))
        return own
    return lines


def forbidden_words(tree):
    files = tree.text_files()
    findings = []
    for path in files:
        findings += [f"{path}:1: in its name, {fault}" for fault in forbidden_in(path)]
        for number, line in own_lines(tree, path):
            findings += [f"{path}:{number}: {fault}" for fault in forbidden_in(line)]
    return base.count(files), findings


def known_hosts(tree):
    """URLs name only hosts of hosts.allowed: each host that the project fetches from or points to is a decision."""
    files, allowed, seen = tree.text_files(), base.table("hosts.allowed"), set()
    findings = []
    for path in files:
        for number, line in own_lines(tree, path):
            for host in URL.findall(line):
                seen.add(host)
                if not any(host == h or host.endswith("." + h) for h in allowed):
                    findings.append(f"{path}:{number}: {host} is not in tests/static/hosts.allowed")
    return f"{len(seen)} hosts", findings
