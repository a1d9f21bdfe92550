# SPDX-License-Identifier: GPL-2.0-or-later
"""A lease keeps a second controller out, on a host or on a controller: a file that says who works, and until when.

Who holds a lease renews it with each step. A holder that is gone loses it when its time is over, or at once if it ran
on this machine and its process has ended. Changes are made under a lock of the kernel, which ends with its process.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
import fcntl
import json
import os
import time

from ansible_collections.tdx.host.plugins.module_utils import step, whole_file

HOST_LEASE = "/var/lib/tdx-host/rollout.lease"
DEFAULT_FOR_S = 3600
# A clock that was set back must not leave a lease valid for years.
MAX_FOR_S = 86400


class LeaseError(step.StepError):
    """Says, as a sentence, why the lease cannot be had."""


def process_mark(pid):
    """Stands for a process of this machine until it ends; empty if there is none."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot = file.read().strip()
        with open("/proc/%d/stat" % pid) as file:
            # The name of the program may have blanks and brackets; the start time is field 22, 19 after the name's end.
            started = file.read().rpartition(")")[2].split()[19]
    except (IOError, OSError, IndexError):
        return ""
    return "%s:%d:%s" % (boot, pid, started)


def _has_ended(mark):
    """Whether the process has surely ended. Of a process of another boot or another machine nothing is known."""
    boot, _sep, rest = mark.partition(":")
    pid = rest.partition(":")[0]
    here = process_mark(os.getpid()).partition(":")[0]
    return bool(boot) and boot == here and pid.isdigit() and process_mark(int(pid)) != mark


@contextlib.contextmanager
def _locked(path):
    fd = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def read(path):
    """The lease, or None if there is none."""
    try:
        with open(path) as file:
            lease = json.loads(file.read(65536))
        return {"owner": str(lease["owner"]), "rollout": str(lease["rollout"]), "until": float(lease["until"]),
                "process": str(lease.get("process", ""))}
    except (IOError, OSError) as err:
        if err.errno == errno.ENOENT:
            return None
        raise LeaseError("%s: %s" % (path, err.strerror))
    except (ValueError, KeyError, TypeError):
        raise LeaseError("%s: not a lease; look at who works on this host, then remove the file" % path)


def is_over(lease, now=None):
    now = time.time() if now is None else now
    left = lease["until"] - now
    return left <= 0 or left > MAX_FOR_S or _has_ended(lease["process"])


def say(lease, now=None):
    left = lease["until"] - (time.time() if now is None else now)
    return "%s (roll-out %s), for another %d s" % (lease["owner"], lease["rollout"], max(left, 0))


def _is_own(lease, owner, rollout):
    return (lease["owner"], lease["rollout"]) == (owner, rollout)


def _runs_twice(held, mine):
    """Whether the same roll-out runs in another process. The owner names the machine; another boot of it is over."""
    return bool(held and mine) and held != mine and held.partition(":")[0] == mine.partition(":")[0]


def take(path, owner, rollout, for_s=DEFAULT_FOR_S, process="", now=None):
    """Takes or renews the lease. Raises LeaseError if somebody else has it. True if it was not held before."""
    now = time.time() if now is None else now
    lease = {"owner": owner, "rollout": rollout, "until": now + min(for_s, MAX_FOR_S), "process": process}
    try:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            os.makedirs(folder)
        with _locked(path):
            held = read(path)
            if held and not _is_own(held, owner, rollout) and not is_over(held, now):
                raise LeaseError("another controller works here: %s; wait, or end its roll-out" % say(held, now))
            if held and _runs_twice(held["process"], process) and not is_over(held, now):
                raise LeaseError("this roll-out runs already: %s" % say(held, now))
            whole_file.write(path, json.dumps(lease, sort_keys=True) + "\n")
    except (IOError, OSError) as err:
        raise LeaseError("%s: %s" % (path, err.strerror))
    return not held or not _is_own(held, owner, rollout)


def release(path, owner, rollout, force=False):
    """Gives the lease back. True if there was one. One that somebody else has stays, unless force is set."""
    try:
        if not os.path.exists(path):
            return False
        with _locked(path):
            held = None if force else read(path)
            if held and not _is_own(held, owner, rollout) and not is_over(held):
                raise LeaseError("the lease is another controller's: %s" % say(held))
            if os.path.exists(path):
                os.unlink(path)
                return True
    except (IOError, OSError) as err:
        raise LeaseError("%s: %s" % (path, err.strerror))
    return False
