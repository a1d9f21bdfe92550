# SPDX-License-Identifier: GPL-2.0-or-later
"""Two processes that clean up after each other, so that not even SIGKILL leaves a step behind.

The outer one is the one that people and make see. It runs the runner as its only child, passes
signals on and, should the runner be killed, ends what the runner had started. Should the outer one
be killed, the runner gets SIGTERM and stops in order.
"""

import os
import signal
import sys
import traceback

import tree
from signals import STOP


def run(main):
    """Calls main() in the inner process; returns the exit code in the outer one."""
    tree.become_subreaper()
    # None of these may get lost between fork and handler.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    outer, inner = os.getpid(), os.fork()
    if inner == 0:
        tree.die_with(outer, signal.SIGTERM)
        tree.become_subreaper()
        # A process group of its own: else Ctrl-C would arrive twice, from the terminal and from
        # the outer one. SIGTTOU would stop a background group that writes to the terminal.
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        _exit_with(main)
    for number in STOP:
        signal.signal(number, lambda number, frame: tree.send([inner], number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
    code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
    tree.kill_all()
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
