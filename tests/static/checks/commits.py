# SPDX-License-Identifier: GPL-2.0-or-later
"""The last commits: subjects are 'area: Verb object', and messages hold no forbidden words."""

import re

from . import base
from .words import forbidden_in

LAST = 20
MAX_SUBJECT = 75
AREA = r"[A-Za-z0-9][\w./+-]*(?:, ?[\w./+-]+)*: "
SUBJECT = re.compile(rf"(?:{AREA})+(?P<verb>[A-Z][a-z]+) \S.*")
# Verbs that end in "ing" or "ed" in the imperative, too.
PLAIN = ("Bring", "Embed", "Exceed", "Feed", "Need", "Ping", "Proceed", "Seed", "Shed", "Speed")


def _commits(tree):
    if base.run(["git", "rev-parse", "--verify", "-q", "HEAD"], tree.top).returncode:
        raise base.Skip("no commit yet")
    log = tree.git("log", "--no-merges", f"-{LAST}", "--format=%h%x00%B%x01")
    return [tuple(entry.strip("\n").split("\0", 1)) for entry in log.split("\x01") if entry.strip()]


def _faults(subject):
    match = SUBJECT.fullmatch(subject)
    if not match:
        yield "is not 'area: Verb object'"
    elif match["verb"] not in PLAIN and match["verb"].endswith(("ing", "ed")):
        yield f"has {match['verb']}, write the imperative"
    if len(subject) > MAX_SUBJECT:
        yield f"has {len(subject)} characters, more than {MAX_SUBJECT}"
    if subject.endswith("."):
        yield "ends with a full stop"


def subjects(tree):
    commits = _commits(tree)
    findings = []
    for sha, message in commits:
        subject = (message.splitlines() or [""])[0]
        findings += [f"{sha}: subject {fault}: {subject}" for fault in _faults(subject)]
    return f"{len(commits)} commits", findings


def messages(tree):
    commits = _commits(tree)
    findings = [f"{sha}: message has {fault}"
                for sha, message in commits for fault in forbidden_in(message)]
    return f"{len(commits)} commits", findings


def faults_of(message):
    """What is wrong with a message that git is about to commit; lines with # are git's."""
    lines = [line for line in message.split("\n") if not line.startswith("#")]
    subject = (lines or [""])[0]
    if subject.startswith(("Merge ", "fixup! ", "squash! ", "amend! ")):
        return []
    return [f"subject {fault}: {subject}" for fault in _faults(subject)] + \
        [f"message has {fault}" for fault in forbidden_in("\n".join(lines))]
