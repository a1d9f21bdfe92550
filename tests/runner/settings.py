# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are: the same folders and variables as scripts/common.sh."""

import os
from dataclasses import dataclass
from pathlib import Path

from pace import MAX_SLOWNESS

TOP = Path(__file__).resolve().parents[2]


def _is_slowness(text):
    try:
        return 1 <= float(text) <= MAX_SLOWNESS
    except ValueError:
        return False


class Refused(Exception):
    """The run cannot start; text is WHAT: WHY; FIX."""


@dataclass(frozen=True)
class Settings:
    # The checkout; steps run with this as their working directory.
    top: Path
    # What is kept between builds; holds durations.json.
    cache: Path
    # What this checkout produces; holds log/, report/ and run.lock.
    build: Path
    # Number of job slots that steps share.
    jobs: int
    # How many times longer something takes here than on the plan's machine; None: measure.
    slowness: float | None = None

    @classmethod
    def from_environment(cls):
        jobs = os.environ.get("TDX_HOST_JOBS") or str(os.cpu_count())
        if not jobs.isdigit() or int(jobs) < 1:
            raise Refused(f"TDX_HOST_JOBS: is {jobs!r}; make it a number of jobs, 1 or more")
        slowness = os.environ.get("TDX_HOST_SLOWNESS")
        if slowness and not _is_slowness(slowness):
            raise Refused(f"TDX_HOST_SLOWNESS: is {slowness!r}; make it a number from 1 to "
                          f"{MAX_SLOWNESS:g}, or unset it to have the machine measured")
        home_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(
            top=TOP,
            cache=Path(os.environ.get("TDX_HOST_CACHE") or Path(home_cache) / "tdx-host"),
            build=Path(os.environ.get("TDX_HOST_BUILD") or TOP / "build"),
            jobs=int(jobs),
            slowness=float(slowness) if slowness else None,
        )

    def step_environment(self, step, slowness):
        return {
            **os.environ,
            "TDX_HOST_CACHE": str(self.cache),
            "TDX_HOST_BUILD": str(self.build),
            "TDX_HOST_JOBS": str(self.jobs),
            "TDX_HOST_SLOWNESS": f"{slowness:.2f}",
            # Python writes lines to a pipe only when its buffer is full, unless told otherwise.
            "PYTHONUNBUFFERED": "1",
            **step.env,
        }
