# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads and writes files; a file that is written is never seen half-written."""

import os
import shutil


def write_atomic(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temp, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temp, path)
    finally:
        temp.unlink(missing_ok=True)


def link_or_copy(source, target):
    """Links the source to the target, or copies it; replaces a target that exists, instead of writing into it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temp = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temp.unlink(missing_ok=True)
    try:
        os.link(source, temp)
    except OSError:
        shutil.copyfile(source, temp)
    os.rename(temp, target)


def tail(path, max_lines, start=0, end=None, max_bytes=64 * 1024):
    """The last lines of the bytes start..end of a file, as a list of bytes without newlines."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        end = size if end is None else min(end, size)
        start = min(start, end)
        first = max(start, end - max_bytes)
        file.seek(first)
        data = file.read(end - first)
    lines = data.rstrip(b"\n").split(b"\n")
    if first > start and len(lines) > 1:
        # The first line is most likely the end of a line that begins before `first`.
        lines = lines[1:]
    return lines[-max_lines:] if data.strip() else []
