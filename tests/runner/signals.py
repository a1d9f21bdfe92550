# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals as events of the loop."""

import os
import signal

# Each asks the run to end; the second one, of whatever kind, ends it at once.
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts requests to stop; makes the event loop wake up for them and for ended children."""

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
