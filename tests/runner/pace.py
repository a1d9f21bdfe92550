# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock that counts seconds of the machine that the plan's times were measured on.

Another machine is slower than that one by a constant (its speed) and by what else runs on it (its load), which
changes. So a plan's limits are not compared with a wall clock but with this one, which goes slower while the
machine is slower. Also here: how long steps took before, and seconds as text.
"""

import json
import os
import random
import time
import zlib

import files

# CPU seconds of _work() on the machine that the times in the plans were measured on.
REFERENCE_WORK_S = 0.20
WORK_WORDS = 1 << 20
REPEAT = 3
# A machine that is faster than the plan's gets no shorter limits: that would not make a run faster.
MIN_SLOWNESS = 1.0
# A higher result means that the measurement is wrong, not that the machine is so slow.
MAX_SLOWNESS = 50.0
# The load to assume if the kernel tells none.
NO_LOAD = 0.0


def _data():
    """Data for _work(): the same on each machine, and as hard to compress as a kernel's source."""
    pick = random.Random(1)
    words = [pick.randbytes(pick.randint(2, 9)) for _ in range(WORK_WORDS // 64)]
    return b"".join(pick.choices(words, k=WORK_WORDS))


def _work(data):
    """Compresses data, which uses integers, branches and memory as compilers and emulators do; returns CPU seconds."""
    begin = time.process_time()
    zlib.compress(data, 6)
    return time.process_time() - begin


def measure():
    """How many times longer one CPU takes here than on the plan's machine, without regard to the load."""
    # Disturbances can only make the work longer, so the shortest time is the right one.
    data = _data()
    return min(_work(data) for _ in range(REPEAT)) / REFERENCE_WORK_S


def load():
    """The load average of the last minute: processes that run or wait for a CPU."""
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            return float(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return NO_LOAD


def _bounded(value):
    return min(max(value, MIN_SLOWNESS), MAX_SLOWNESS)


class Pace:
    """`given`: the slowness if it is known, else it is measured. `speed`, `cpus` and `read_load` replace the machine's
    own values in tests."""

    def __init__(self, now, given=None, speed=None, cpus=None, read_load=load):
        self._given = given
        self.speed = given or speed or measure()
        # Seconds of the plan's machine since `now`.
        self.passed_s = 0.0
        self._cpus = cpus or os.cpu_count() or 1
        self._read_load = read_load
        self._last = now
        self.load_before = read_load()

    def slowness(self):
        """How many times longer something takes here at this moment."""
        return self._given or _bounded(self.speed * max(1.0, self._read_load() / self._cpus))

    def expected_slowness(self, jobs):
        """The slowness to expect of a run that is about to start `jobs` steps beside what runs already."""
        beside = (self.load_before + min(jobs, self._cpus)) / self._cpus
        return self._given or _bounded(self.speed * max(1.0, beside))

    def advance(self, now):
        """Moves the clock to `now` (time.monotonic()); returns the seconds of the plan's machine that have passed."""
        self.passed_s += (now - self._last) / self.slowness()
        self._last = now
        return self.passed_s

    def describe(self):
        if self._given:
            return f"this machine is said to take {self._given:g} times as long as the one of the plan's times"
        return (f"one CPU takes {self.speed:.2f} times as long as one of the machine of the plan's times; "
                f"load {self.load_before:.1f} on {self._cpus} CPUs")


def load_durations(cache):
    """Returns {step ID: seconds that it took when it passed last}, for estimates; {} if there is no sound file."""
    try:
        data = json.loads((cache / "durations.json").read_bytes())
        return {k: float(v) for k, v in data.items() if 0 <= float(v) < 1e9}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save_durations(cache, new):
    known = load_durations(cache) | {step_id: round(seconds, 1) for step_id, seconds in new.items()}
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    files.write_atomic(cache / "durations.json", text.encode())


def duration(seconds):
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


def time_left(seconds):
    if seconds >= 90:
        return f"about {round(seconds / 60)} min left"
    if seconds >= 10:
        return f"about {round(seconds / 10) * 10} s left"
    return "a few seconds left"
