# SPDX-License-Identifier: GPL-2.0-or-later
"""codespell knows of no misspelling; words.spelled lists words that only look like one."""

import re

from . import base
from .words import own_lines

FOUND = re.compile(r"^(.+?):(\d+): \S+ ==> ")


def codespell(tree):
    table = base.table("words.spelled")
    words = ",".join(key for key in table if "/" not in key)
    exempt = [key for key in table if "/" in key]
    files = [f for f in tree.text_files()
             if not f.startswith("LICENSES/") and not any(base.matches(f, key) for key in exempt)]
    command = base.need_tool(tree, "codespell", "codespell")
    done = base.run([command, "--ignore-words-list", words, *files], tree.top)
    # codespell exits with the number of findings.
    found = [line.strip() for line in done.stdout.splitlines() if FOUND.match(line)]
    if done.returncode and not found:
        raise base.Broken(f"codespell: {base.last_line(done.stderr)}; run it by hand to see more")
    return base.count(files), [line for line in found if _is_ours(tree, line)]


def _is_ours(tree, finding):
    """A patch also has lines of the base kernel."""
    path, number = FOUND.match(finding).groups()
    return not path.endswith(".patch") or any(n == int(number) for n, _ in own_lines(tree, path))
