# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the steps of a plan and reports what they prove: python3 tests/runner PLAN.toml"""

import argparse
import fcntl
import os
import sys
from pathlib import Path

import pace
import plan
import report
from progress import Progress
from run import Refused, Run, Settings
from step import count, overall
from tree import Signals, guarded

EXIT_FAILED = 1
EXIT_PLAN = 2
EXIT_INTERRUPTED = 130


def parse_arguments():
    parser = argparse.ArgumentParser(prog="runner", description="Run the steps of a plan.")
    parser.add_argument("plan", metavar="PLAN", help="plan file (TOML)")
    parser.add_argument("--only", metavar="ID", nargs="+",
                        help="run only these steps and the steps that they need")
    parser.add_argument("--report", metavar="DIR", type=Path,
                        help="folder of report.json and report.html (default: build/report)")
    return parser.parse_args()


def load_plan(arguments, settings):
    steps = plan.load(arguments.plan, settings.top)
    if arguments.only:
        steps = steps.only(arguments.only)
    need_root = [s for s in steps.steps.values() if s.root]
    if need_root and os.geteuid() != 0:
        raise Refused(f"plan {need_root[0].file}: step {need_root[0].id}: needs root; "
                      "run this as root")
    return steps


def take_lock(build):
    """Returns the open lock file. The lock lasts until it is closed; no child inherits it."""
    build.mkdir(parents=True, exist_ok=True)
    file = open(build / "run.lock", "a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise Refused(f"another run uses {build}: process {file.read().strip() or 'unknown'} holds "
                      "run.lock; wait for it, or stop it with Ctrl-C in its terminal") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def run(arguments):
    signals = Signals()
    settings = Settings.from_environment()
    steps = load_plan(arguments, settings)
    folder = (arguments.report or settings.build / "report").absolute()
    # Keep the file in a variable for the whole run: the lock goes when the file is closed.
    lock = take_lock(settings.build)
    progress = Progress(len(steps.steps))
    this = Run(steps, settings, signals, progress)
    this.run()
    report.write(this, folder)
    pace.save_durations(settings.cache, this.durations)
    counts = count(this.checks)
    if not counts[0] and not counts[1] and not this.interrupted:
        print("error: no check was executed: all were skipped; see their reasons above",
              file=sys.stderr)
    progress.end(this.checks, counts, folder / "report.html")
    lock.close()
    if this.interrupted:
        return EXIT_INTERRUPTED
    return 0 if overall(this.checks, False) == "PASS" else EXIT_FAILED


def main(arguments):
    try:
        return run(arguments)
    except plan.PlanError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_PLAN
    except Refused as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: the run stopped: {error}; free disk space or fix permissions, then start "
              "again", file=sys.stderr)
    return EXIT_FAILED


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(guarded(lambda: main(parsed)))
