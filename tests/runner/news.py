# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells what is new in the output of a step from what repeats itself. Memory use does not grow with the output."""

import os
import re
import stat

import ktap

# Distinct lines that are remembered; what repeats itself does so within fewer.
MAX_LINES = 20_000
MAX_LINE_BYTES = 4096
# Of a watched file, at one look.
MAX_READ_BYTES = 1 << 20
# Times, counters, addresses: a line that differs only there says the same again.
_WITH_DIGITS = re.compile(rb"\S*\d\S*")


class News:
    """Lines that were not there before are a sign of life. A result line and one of `progress:` count as they are."""

    def __init__(self):
        self._seen = {}

    def is_new(self, line):
        text = line[:MAX_LINE_BYTES].strip()
        if not text:
            return False
        meaning = ktap.parse(text)
        exact = isinstance(meaning, ktap.Result) or getattr(meaning, "kind", "") == "progress"
        key = hash(text if exact else b" ".join(_WITH_DIGITS.sub(b"", text).split()))
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > MAX_LINES:
            del self._seen[next(iter(self._seen))]
        return True


class WatchedFile:
    """A file that a step named, as the console of its machine: what is new in it is news of the step."""

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
                    # Begun anew.
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
            found |= self._news.is_new(line)
        return found
