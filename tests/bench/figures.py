# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of figures that all benchmarks share."""

import json


def add_figures(path, figures):
    """To those that other programs measured."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**known, **figures}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
