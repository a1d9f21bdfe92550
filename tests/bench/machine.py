# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs benchmarks on a machine whose clock counts instructions, so that each run gives the same figures."""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("TDX_HOST_BUILD", TOP / "build"))


# The machines of tests/lab, with the options that make their clocks count instructions. The clock of Bochs always does
# with one CPU.
MACHINES = {"mini": ["--count"], "intel": ["--cpus", "1"]}


def measure(program, options, memory_mib, config=None, machine="mini"):
    """
    Runs the program in this machine of tests/lab with these options, on the packaged kernel or on that of
    build/kernel/CONFIG; returns {FIGURE: VALUE} of the lines "FIGURE VALUE" that it prints.
    """
    config = config or os.environ.get("TDX_HOST_MINI_CONFIG", "")
    command = [f"tests/lab/{machine}", *MACHINES[machine], "--name", f"bench-{program.name}",
               *options, "--memory", str(memory_mib),
               *(["--config", config] if config else []),
               "--with", str(program), f"./{program.name}"]
    done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: {program.name}: exit {done.returncode}: {done.stdout[-500:]}")
    pairs = [line.split() for line in done.stdout.splitlines()]
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def skip_unless_built():
    """Skips the step if there is no kernel to measure."""
    if "TDX_HOST_MINI_CONFIG" not in os.environ and not (BUILD / "kernel/out/rpms").is_dir():
        print("skip: kernel-tdx is not built; run make kernel")
        sys.exit(77)
