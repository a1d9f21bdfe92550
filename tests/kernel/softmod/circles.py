# SPDX-License-Identifier: GPL-2.0-only
"""circles.py OBJECT...: do object files of softmod call each other, directly or around others?"""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

OURS = ("sm_", "softmod_")


def symbols(path):
    """What an object defines for others, and what it takes from them."""
    said = subprocess.run(["nm", "-g", path], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in said.splitlines()]
    ours = [(row[-2], row[-1]) for row in rows if row[-1].startswith(OURS)]
    return {name for kind, name in ours if kind != "U"}, {name for kind, name in ours if kind == "U"}


def main(paths):
    known = {Path(path).stem: symbols(path) for path in paths}
    owner = {name: stem for stem, (defined, _) in known.items() for name in defined}
    calls = {stem: {owner[name] for name in taken if name in owner}
             for stem, (_, taken) in known.items()}
    print("KTAP version 1\n1..1")
    try:
        TopologicalSorter(calls).prepare()
    except CycleError as error:
        print("not ok 1 - softmod.no-call-circle #", " <- ".join(error.args[1]))
        return 1
    nr_calls = sum(len(called) for called in calls.values())
    if not nr_calls:
        print("not ok 1 - softmod.no-call-circle # no object calls another one: are these the right ones?")
        return 1
    print(f"ok 1 - softmod.no-call-circle # {len(calls)} files, {nr_calls} pairs of a caller and a called one")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
