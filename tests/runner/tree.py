# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds and ends the processes of a step and of the whole run; turns signals into events of the loop."""

import ctypes
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

# Variable in the environment of each step: tells to which step an orphan belongs that has made itself a session.
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
    """Kills all descendants. Returns those that could not be killed within the deadline."""
    until = time.monotonic() + deadline_s
    while True:
        left = descendants()
        if not left or time.monotonic() > until:
            for _ in reap():
                pass
            return left
        send(left, signal.SIGKILL)
        # Processes that the killed ones orphan are found in the next round.
        for _ in reap():
            pass
        time.sleep(0.01)


# Each of these signals asks the run to end; a second one of any kind ends it at once.
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts requests to stop, and wakes the event loop up for them and for children that have ended."""

    def __init__(self):
        self.count = 0
        self.first = ""
        self.wakeup, write_end = self._pipe()
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in STOP:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)

    @staticmethod
    def _pipe():
        ends = os.pipe()
        for end in ends:
            os.set_blocking(end, False)
        return ends

    def _stop(self, number, frame):
        self.count += 1
        self.first = self.first or signal.Signals(number).name

    def drain(self):
        try:
            while os.read(self.wakeup, 4096):
                pass
        except BlockingIOError:
            pass


def guarded(main):
    """Forks: calls main() in the inner process, the runner; returns its exit code in the outer one.

    Each of the two cleans up if the other is killed, so that not even SIGKILL leaves a process of a step. The outer
    process is what a shell or make started. It has the runner as its only child, passes signals on to it and, if the
    runner is killed, ends what the runner had started. If the outer process is killed, the runner gets SIGTERM and
    stops its steps.
    """
    become_subreaper()
    # Block these signals until a handler is set, so that none is lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    outer, inner = os.getpid(), os.fork()
    if inner == 0:
        die_with(outer, signal.SIGTERM)
        become_subreaper()
        # A process group of its own: else Ctrl-C would arrive twice, from the terminal and from
        # the outer one. SIGTTOU would stop a background group that writes to the terminal.
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        _exit_with(main)
    for number in STOP:
        signal.signal(number, lambda number, frame: send([inner], number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
    code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
    kill_all()
    if code < 0:
        print(f"error: the runner was killed by {signal.Signals(-code).name}, all its steps were "
              "ended; look for out-of-memory in the kernel log and start again", file=sys.stderr)
        return 1
    return code


def _exit_with(main):
    code = 1
    try:
        code = main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
