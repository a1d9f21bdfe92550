# SPDX-License-Identifier: GPL-2.0-or-later
"""Collects what one step says while it runs. Memory use does not grow with the output."""

from dataclasses import dataclass

import ktap
from news import News, WatchedFile

# A longer line is cut for parsing; the log has it whole.
MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class SubCheck:
    """A KTAP result line that a step printed, with when and where in the log."""
    result: ktap.Result
    # Monotonic time of the previous result line (or the start) and of this one.
    started: float
    ended: float
    # Bytes of the log that belong to it: since the previous result line.
    log_start: int
    log_end: int


class Said:
    def __init__(self, started):
        self.value = ""
        self.error = ""
        self.skip = ""
        self.last_line = b""
        self.ready = False
        # Names of `not ok` result lines, whatever their shape.
        self.failed = []
        # Lines that were not there before, also in the files that the step wants to be watched.
        self.news = 0
        self.watched = None
        self._lines = News()
        self._line = b""
        self._offset = 0
        self._mark = (started, 0)

    def feed(self, data, now):
        """Takes the next bytes of output, returns the sub-checks that ended in them."""
        found = []
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._offset += len(line) + 1
            self._add(line)
            found += self._end_of_line(now)
        self._offset += len(rest)
        self._add(rest)
        return found

    def finish(self, now):
        """The output has ended: a last line may lack its newline."""
        return self._end_of_line(now)

    def look(self):
        """Takes what the watched file has by now."""
        if self.watched:
            self.news += self.watched.look()

    def _add(self, data):
        self._line += data[:MAX_LINE - len(self._line)]

    def _end_of_line(self, now):
        line, self._line = self._line, b""
        if line.strip():
            self.last_line = line
        self.news += self._lines.is_new(line)
        meaning = ktap.parse(line)
        if isinstance(meaning, ktap.Word):
            if meaning.kind == "ready":
                self.ready = True
            elif meaning.kind == "watch":
                self.watched = WatchedFile(meaning.text)
            elif meaning.kind != "progress":
                setattr(self, meaning.kind, meaning.text)
        elif isinstance(meaning, ktap.Result):
            if meaning.verdict == "FAIL":
                self.failed.append(meaning.name)
            if meaning.is_check:
                started, log_start = self._mark
                self._mark = (now, self._offset)
                return [SubCheck(meaning, started, now, log_start, self._offset)]
        return []
