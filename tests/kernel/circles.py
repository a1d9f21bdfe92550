# SPDX-License-Identifier: GPL-2.0-only
"""circles.py ID OBJECT...: do object files need symbols of each other, directly or around others?"""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


def symbols(path):
    """What an object defines for others, and what it takes from them."""
    said = subprocess.run(["nm", "-g", path], check=True, capture_output=True, text=True).stdout
    rows = [line.split()[-2:] for line in said.splitlines()]
    return {name for kind, name in rows if kind != "U"}, {name for kind, name in rows if kind == "U"}


def main(check, *paths):
    # Folders have files of the same name.
    known = {"/".join(Path(path).with_suffix("").parts[-2:]): symbols(path) for path in paths}
    owner = {name: file for file, (defined, _) in known.items() for name in defined}
    calls = {file: {owner[name] for name in taken if name in owner}
             for file, (_, taken) in known.items()}
    print("KTAP version 1\n1..1")
    try:
        TopologicalSorter(calls).prepare()
    except CycleError as error:
        print(f"not ok 1 - {check} #", " <- ".join(error.args[1]))
        return 1
    nr_calls = sum(len(called) for called in calls.values())
    if not nr_calls:
        print(f"not ok 1 - {check} # no object calls another one: are these the right ones?")
        return 1
    print(f"ok 1 - {check} # {len(calls)} files, {nr_calls} pairs of a caller and a called one")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
