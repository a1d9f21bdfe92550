# SPDX-License-Identifier: GPL-2.0-or-later
"""How long each step took the last time it passed, for estimates. Losing the file loses nothing."""

import json

import files


def load(cache):
    try:
        data = json.loads((cache / "durations.json").read_bytes())
        return {k: float(v) for k, v in data.items() if 0 <= float(v) < 1e9}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(cache, new):
    known = load(cache) | {step_id: round(seconds, 1) for step_id, seconds in new.items()}
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    files.write_atomic(cache / "durations.json", text.encode())
