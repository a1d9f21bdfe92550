# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel patches are small, have a reason and are in the series; kernel/src has no file that the base kernel has."""

import re

from . import base

PATCHES = "kernel/patches/"
SERIES = PATCHES + "series"
SRC = "kernel/src/"
WANTED_LINES, MAX_LINES = 60, 80
MIN_REASON_WORDS = 8
STATUS = re.compile(r"Upstream-Status: (Backport [0-9a-f]{12,40}|Pending|Inappropriate \S.*)")
# A changed line, but not the "-- " that ends a git-format patch, nor the lines that name the files.
CHANGE = re.compile(r"\+(?!\+\+ )|-(?!-- |- $)")
TRAILER = re.compile(r"[A-Z][A-Za-z]*(-[A-Za-z]+)+: ")
TEST_HEADER = re.compile(r'\+?#include ["<](.*/)?tests/')
NAME = re.compile(r"\d{4}-[a-z0-9][A-Za-z0-9_.+-]*\.patch", re.IGNORECASE)


def _patches(tree):
    files = [f for f in tree.find(".patch") if f.startswith(PATCHES)]
    return tree.need(files, "patch in kernel/patches")


def _first(lines, wanted, default):
    return next((i for i, line in enumerate(lines) if wanted(line)), default)


def _split(tree, path):
    """A git-format patch -> (header lines, message lines, diff lines)."""
    lines = tree.lines(path)
    diff = _first(lines, lambda line: line.startswith(("diff --git ", "--- a/")), len(lines))
    blank = _first(lines[:diff], lambda line: not line.strip(), diff)
    end = _first(lines[:diff], lambda line: line == "---", diff)
    return lines[:blank], lines[blank:end], lines[diff:]


def _header(path, header, message, diff):
    if not any(line.startswith("Subject: ") for line in header):
        yield f"{path}:1: no Subject: line; make it with git format-patch"
    words = " ".join(line for line in message if not TRAILER.match(line)).split()
    if len(words) < MIN_REASON_WORDS:
        yield f"{path}:1: no reason; say in the message why the base needs this change"
    found = [line for line in message if line.startswith("Upstream-Status:")]
    if len(found) != 1 or not STATUS.fullmatch(found[0]):
        yield f"{path}:1: needs 'Upstream-Status: Backport SHA | Pending | Inappropriate REASON'"
    if not any(line.startswith("@@ ") for line in diff):
        yield f"{path}:1: changes nothing"
    if any(line.startswith(("new file mode", "--- /dev/null")) for line in diff):
        yield f"{path}:1: adds a file; new files belong in {SRC}"


def headers(tree):
    files = _patches(tree)
    return base.count(files), [finding for f in files for finding in _header(f, *_split(tree, f))]


def series(tree):
    files = [f for f in tree.files if f.startswith(PATCHES) and f != SERIES]
    if SERIES not in tree.files:
        tree.need(files, "patch in kernel/patches")
        return "", [f"{SERIES}:1: does not exist but there are patches"]
    lines = (line.strip() for line in tree.lines(SERIES))
    listed = [line for line in lines if line and not line.startswith("#")]
    present = [f[len(PATCHES):] for f in files]
    findings = [f"{SERIES}:1: lists {name}, which does not exist"
                for name in listed if name not in present]
    for name in present:
        if name not in listed:
            findings.append(f"{PATCHES}{name}:1: is not in the series")
        if not NAME.fullmatch(name):
            findings.append(f"{PATCHES}{name}:1: its name is not NNNN-words.patch")
    if listed != sorted(set(listed)):
        findings.append(f"{SERIES}:1: not in the order of the numbers, or a name twice")
    return f"{len(listed)} patches", findings


def size(tree):
    sizes = {f: len([line for line in _split(tree, f)[2] if CHANGE.match(line)])
             for f in _patches(tree)}
    large = [f"{f[len(PATCHES):]} {n}" for f, n in sizes.items() if n > WANTED_LINES]
    value = f"largest {max(sizes.values())} lines"
    if large:
        value = f"above {WANTED_LINES} lines, think again: {', '.join(large)}"
    return value, [f"{f}:1: {n} changed lines, more than {MAX_LINES}: move logic to {SRC}"
                   for f, n in sizes.items() if n > MAX_LINES]


def without_tests(tree):
    """Product code must not include headers of the tests."""
    files = [f for f in tree.find(".c", ".h", ".S") if f.startswith(SRC)
             and "/tests/" not in f and not f.startswith(SRC + "tools/testing/")]
    files += _patches(tree)
    return base.count(files), [f"{f}:{number}: includes a header of the tests"
                               for f in files for number, line in enumerate(tree.lines(f), 1)
                               if TEST_HEADER.match(line)]


def shadows_nothing(tree):
    files = [f for f in tree.files if f.startswith(SRC) and not f.endswith("/.gitkeep")]
    tree.need(files, "file in kernel/src")
    conf = dict(line.split("=", 1) for line in tree.lines("kernel/base.conf") if "=" in line)
    name = f"linux-{conf['KERNEL_VERSION']}-{conf['BASE_SHA256'][:16]}"
    pristine = tree.cache / "src" / name
    if not pristine.is_dir():
        raise base.Skip("no base kernel; run kernel/scripts/fetch-base")
    return base.count(files), [f"{f}:1: the base kernel has this file; change it by a patch"
                               for f in files if (pristine / f[len(SRC):]).exists()]
