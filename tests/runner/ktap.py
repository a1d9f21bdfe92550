# SPDX-License-Identifier: GPL-2.0-or-later
"""Parses the lines that a step prints, and tells which of them are new. Knows nothing of processes.

Memory use does not grow with the output.
"""

import os
import re
import stat
from dataclasses import dataclass, replace

from plan import ID

# Longer texts are cut in a report; the log has the whole line.
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

    def prefixed(self, prefix):
        """The result with PREFIX before its name: test_name, from a program that prints no IDs, becomes
        PREFIX.test-name."""
        name = f"{prefix}.{self.name.replace('_', '-')}"
        return replace(self, name=name, is_check=bool(ID.fullmatch(name)))

    def explained_by(self, line_before):
        """The result with the comment in the line before it as its text, if it has no text of its own: programs that
        print no reason in the result line print `# file:line: what is wrong` before it."""
        before = clean(line_before).strip()
        return self if self.text or not before.startswith("#") else replace(self, text=shorten(before.lstrip("# ")))


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
    # Logs are long and almost no line is for the runner: look at the first bytes before the slower work.
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


# Number of different lines that are remembered; a step that repeats itself prints fewer.
MAX_LINES = 20_000
MAX_LINE_BYTES = 4096
# Most bytes of a watched file to read at one look.
MAX_READ_BYTES = 1 << 20
# Words with digits (times, counters, addresses): a line that differs from an older one only in them is not new.
_WITH_DIGITS = re.compile(rb"\S*\d\S*")


class News:
    """Tells which lines are new, as a sign that the step gets on. Words with digits are left out of the comparison,
    except in result lines and in lines of `progress:`."""

    def __init__(self):
        self._seen = {}

    def is_new(self, line, meaning):
        """`meaning` is what parse() returned for the line."""
        text = line[:MAX_LINE_BYTES].strip()
        if not text:
            return False
        exact = isinstance(meaning, Result) or getattr(meaning, "kind", "") == "progress"
        key = hash(text if exact else b" ".join(_WITH_DIGITS.sub(b"", text).split()))
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > MAX_LINES:
            del self._seen[next(iter(self._seen))]
        return True


class WatchedFile:
    """A file that a step named by `watch:`, such as the console of its machine: new lines in it count as output of the
    step."""

    def __init__(self, path):
        self.path = path
        # Bytes of the last line that is complete.
        self.last_line = b""
        self._offset = 0
        self._rest = b""
        self._news = News()

    def look(self):
        """Whether something new was added since the last look."""
        try:
            with open(self.path, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return False
                if status.st_size < self._offset:
                    # The file was truncated or replaced: read it from its start.
                    self._offset, self._rest = 0, b""
                file.seek(self._offset)
                data = file.read(MAX_READ_BYTES)
        except OSError:
            return False
        self._offset += len(data)
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:MAX_LINE_BYTES]
        found = False
        for line in lines:
            if line.strip():
                self.last_line = line
            found |= self._news.is_new(line, parse(line))
        return found
