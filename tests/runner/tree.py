# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of a step and of the whole run: who is left, and how to end them."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

# In the environment of each step: tells whose an orphan is that made itself a session of its own.
MARKER = "TDX_HOST_STEP"


def _prctl(option, argument):
    if _libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def become_subreaper():
    """Orphaned descendants become children of this process, not of init."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent, number=signal.SIGKILL):
    """Called in a new child: it gets this signal when its parent ends, even by SIGKILL."""
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


@dataclass(frozen=True)
class _Process:
    parent: int
    session: int


def _table():
    """All live processes by PID; a zombie needs no killing, only reaping."""
    table = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # The command in parentheses may itself have spaces and parentheses.
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[0] not in (b"Z", b"X"):
            table[int(name)] = _Process(int(fields[1]), int(fields[3]))
    return table


def _closure(roots, table):
    children = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found, todo = set(), list(roots)
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.add(pid)
            todo.extend(children.get(pid, ()))
    return found


def descendants():
    """All live processes below this one."""
    return _closure([os.getpid()], _table()) - {os.getpid()}


def _is_marked(pid, mark):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return mark in file.read().split(b"\0")
    except OSError:
        return False


def of_step(leader, step_id):
    """Live processes of the step whose first process is or was `leader`."""
    me, table = os.getpid(), _table()
    mark = f"{MARKER}={step_id}".encode()
    mine = _closure([me], table) - {me}
    roots = {pid for pid in mine
             if pid == leader or table[pid].session == leader
             or (table[pid].parent == me and _is_marked(pid, mark))}
    return _closure(roots, table)


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def reap():
    """Yields (pid, status) of children that have ended; -N means by signal N."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def kill_all(deadline_s=5):
    """Leaves no descendant. Returns those that could not be killed within the deadline."""
    until = time.monotonic() + deadline_s
    while True:
        left = descendants()
        if not left or time.monotonic() > until:
            for _ in reap():
                pass
            return left
        send(left, signal.SIGKILL)
        # Orphans of what just died are seen in the next round.
        for _ in reap():
            pass
        time.sleep(0.01)
