# SPDX-License-Identifier: GPL-2.0-or-later
"""One line of what a step says -> what it means. Pure, knows nothing of processes."""

import re
from dataclasses import dataclass

from plan import ID

# Longest text taken over into a report; the log has the whole line.
MAX_TEXT = 300

_STARTS = (b"ok", b"not ok", b"value:", b"error:", b"skip:", b"progress:", b"watch:", b"ready")
_RESULT = re.compile(r"(?P<not>not )?ok\b(?:\s+\d+)?(?:\s+-)?\s+"
                     r"(?P<name>[^#]*?)\s*(?:#\s*(?P<text>.*))?")
_SKIP = re.compile(r"SKIP\b:?\s*(?P<reason>.*)", re.IGNORECASE)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@dataclass(frozen=True)
class Word:
    """`kind` is value, error, skip, progress, watch or ready."""
    kind: str
    text: str


@dataclass(frozen=True)
class Result:
    """One KTAP result line. `name` has the shape of a check ID only if is_check."""
    name: str
    verdict: str
    text: str
    is_check: bool


def clean(raw):
    """Bytes of a log line -> printable text, so that garbage can harm neither terminal nor page."""
    text = _ESCAPE.sub("", raw.decode("utf-8", "replace").rstrip("\r\n"))
    # A carriage return means that what follows was drawn over what came before.
    text = text.rsplit("\r", 1)[-1].replace("\t", "    ")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shorten(text):
    text = text.strip()
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT - 3] + "..."


def parse(raw):
    """Returns a Word, a Result, or None for a line that is only for people."""
    raw = raw.strip()
    # Logs are long and almost no line is for the runner: look at the first bytes before more.
    if not raw.startswith(_STARTS):
        return None
    text = clean(raw)
    if text == "ready":
        return Word("ready", "")
    for kind in ("value", "error", "skip", "progress", "watch"):
        if text.startswith(kind + ":"):
            return Word(kind, shorten(text[len(kind) + 1:]))
    match = _RESULT.fullmatch(text)
    if not match or not match["name"]:
        return None
    name, note = match["name"], match["text"] or ""
    skip = _SKIP.fullmatch(note)
    if skip:
        verdict, note = "SKIP", skip["reason"] or "no reason given"
    else:
        verdict = "FAIL" if match["not"] else "PASS"
    return Result(shorten(name), verdict, shorten(note), bool(ID.fullmatch(name)))
