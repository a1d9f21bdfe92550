# SPDX-License-Identifier: GPL-2.0-or-later
"""golden.py FOLDER CASE BASE [TREE]: compares the answer of a program, on standard input, with the golden file
FOLDER/CASE. REGEN=1 writes that file anew: read what changed in it.

An answer is a list of records: a line, with the indented lines below it and the empty ones above it. Each record has
a name: the ID of a check, the key of a value, the reason of a record of the journal, else its first word.

The answer of BASE is kept whole. Where CASE asks the same of another host, its file has only what differs:

    as BASE, except:
    absent: NAME            the answer lacks this record of BASE
    after NAME:             the next record is not in BASE, and stands there
    RECORD                  instead of the one of that name

TREE is the golden answer that says which check stands below which ("checks.ID.parent "PARENT""). Below a check that
failed all are skipped; a file of differences does not list them, and they are compared all the same.
"""

import difflib
import os
import re
import sys
from pathlib import Path

NAMES = [re.compile(pattern, re.MULTILINE) for pattern in (
    r"^ +TDX_HOST_REASON=(\S+)",
    r"^(?:PASS|FAIL|NOTE|SKIP) +(\S+):",
    r"^(?:ready|not ready|undecided): .* (passed),",
    r"^(uuid=\S+|--- \w+|# \S+ \S+)",
    r"^(\S+\{.*\}) ",
    r"^([^\s=]+)",
)]
HEADER = re.compile(r"as (\S+?)(?:, except:)?\n")


class GoldenError(Exception):
    """A golden file is malformed; the text says how."""


def name_of(record):
    matches = (pattern.search(record) for pattern in NAMES)
    return next((match[1] for match in matches if match), record)


def split(text):
    """Splits a text into its records; joined, they are the text again."""
    return re.findall(r"\n*[^\n]+\n(?: [^\n]*\n)*", text)


def records(text):
    """Returns {name: record}, in the order of the text; None if two records have the same name."""
    found = {name_of(record): record for record in split(text)}
    return found if "".join(found.values()) == text else None


def parents_in(text):
    return dict(re.findall(r'^checks\.(\S+)\.parent "(.*)"$', text, re.MULTILINE))


BLOCKING = re.compile(r'^(?:FAIL|NOTE)| did not pass\n|\.verdict "FAIL"\n|\.skip "dependency"\n')


def skipped(name, record, parent):
    """The record of a check whose parent did not pass, as text or as a value of JSON."""
    why = f"{parent} did not pass"
    field = re.search(r"^checks\..*\.(\w+)$", name)
    if field:
        values = {"verdict": '"SKIP"', "skip": '"dependency"', "value": "null", "reason": f'"{why}"'}
        return f"{name} {values[field[1]]}\n" if field[1] in values else record
    line = record.partition("\n")[0]
    return "SKIP" + line[4:].partition(" [")[0] + "\n" + " " * (line.index(name) + 2) + why + "\n"


def default(name, base, answer, parents):
    """The record to expect under a name unless a file says otherwise; `answer` holds the records above it."""
    parent = parents.get(re.sub(r"^checks\.(.*)\.\w+$", r"\1", name))
    above = (answer.get(key, "") for key in (parent, f"checks.{parent}.verdict", f"checks.{parent}.skip"))
    if name in base and parent and any(BLOCKING.search(record) for record in above):
        return skipped(name, base[name], parent)
    return base.get(name)


def differences(base_name, base, answer, parents):
    """Returns the text of a file of differences."""
    lines = [f"absent: {name}\n" for name in base if name not in answer]
    above, written = None, None
    for name, record in answer.items():
        if record != default(name, base, answer, parents):
            if name not in base and above != written:
                lines.append(f"after {above}:\n")
            lines.append(record)
            written = name
        above = name
    return f"as {base_name}{', except:' if lines else ''}\n" + "".join(lines)


def apply(changes, base, parents):
    """Returns the answer that a file of differences stands for."""
    names, new, at = list(base), {}, None
    for piece in split(changes):
        command, _sep, name = piece.rstrip("\n").partition(" ")
        if command == "absent:":
            names.remove(name)
        elif command == "after":
            at = name.rstrip(":")
        else:
            name = name_of(piece)
            if name not in base:
                names.insert(names.index(at) + 1, name)
            new[name] = piece
            at = name
    answer = {}
    for name in names:
        answer[name] = new.get(name) or default(name, base, answer, parents)
    return "".join(answer.values())


def whole(folder, case):
    text = read(folder / case)
    if HEADER.match(text):
        raise GoldenError(f"{case} is kept as differences itself; REGEN=1 writes it anew, whole")
    return records(text) or {}


def expand(text, folder, parents):
    """Returns the answer that a golden file stands for."""
    match = HEADER.match(text)
    if not match:
        return text
    try:
        return apply(text[match.end():], whole(folder, match[1]), parents)
    except ValueError as err:
        raise GoldenError(f"{match[1]} lacks what this is a difference from ({err}); REGEN=1 writes it anew")


def golden_text(answer, folder, case, base_name, parents):
    """Returns what the golden file shall hold: the differences if they are shorter and right, else the answer."""
    found = records(answer)
    if case == base_name or found is None:
        return answer
    text = differences(base_name, whole(folder, base_name), found, parents)
    return text if len(text) < len(answer) and expand(text, folder, parents) == answer else answer


def read(path):
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        raise GoldenError(f"there is no {path.name} in {path.parent}; REGEN=1 writes it")


def main(folder, case, base_name, tree=None):
    folder = Path(folder)
    sys.stdout.reconfigure(errors="backslashreplace")
    answer = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    try:
        parents = parents_in(read(folder / tree)) if tree and case != tree else {}
        if os.environ.get("REGEN") == "1":
            text = golden_text(answer, folder, case, base_name, parents)
            path = folder / case
            is_new = not path.exists() or read(path) != text
            path.write_text(text, encoding="utf-8", errors="surrogateescape")
            print("written" if is_new else "unchanged")
            return 0
        expected = expand(read(folder / case), folder, parents)
    except GoldenError as err:
        print(f"error: golden answer {case}: {err}", file=sys.stderr)
        return 1
    if answer != expected:
        lines = list(difflib.unified_diff(expected.splitlines(True), answer.splitlines(True),
                                          f"golden/{case}", "answer"))
        print("".join(lines))
        print("first difference: " + next(line for line in lines[2:] if line[0] in "+-").rstrip("\n"))
        return 1
    print(answer.partition("\n")[0])
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit("error: usage: golden.py FOLDER CASE BASE [TREE]; see the top of the file")
    sys.exit(main(*sys.argv[1:]))
