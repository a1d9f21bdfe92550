# SPDX-License-Identifier: GPL-2.0-or-later
"""The report folder: report.json for programs, report.html for people, log/ for both."""

import json
import os
import platform
import subprocess

import files
import page
from step import overall

SCHEMA = 1


def _os_name():
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            for line in file:
                key, _, value = line.strip().partition("=")
                if key == "PRETTY_NAME":
                    return value.strip('"')
    except OSError:
        pass
    return "unknown"


def _host():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"kernel": platform.release(), "cpus": os.cpu_count(),
            "memory_gib": round(memory / 2**30, 1), "os": _os_name()}


def _commit(top):
    # git refuses a checkout that belongs to another user than the one who runs this, often root.
    git = ["git", "-c", f"safe.directory={top}", "-C", str(top), "describe", "--always", "--dirty",
           "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def _version(top):
    try:
        return (top / "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        return "unknown"


def _log_name(check):
    return f"log/{check.log.name}" if check.log else None


def to_data(run):
    """The content of report.json."""
    return {
        "schema": SCHEMA,
        "title": run.plan.title,
        "started": run.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(run.seconds, 3),
        "host": _host(),
        "commit": _commit(run.settings.top),
        "version": _version(run.settings.top),
        "result": overall(run.checks, run.interrupted),
        "checks": [{
            "id": c.id,
            "title": c.title,
            "verdict": c.verdict,
            "reason": c.reason,
            "value": c.value,
            "seconds": round(c.seconds, 3),
            "log": _log_name(c),
            "started_s": round(c.started_s, 3),
            "ended_s": round(c.ended_s, 3),
            "parent": c.parent,
        } for c in run.checks],
    }


def write(run, folder):
    """Writes the folder. report.json comes last, so that all that it names is there when it is."""
    logs = {_log_name(c): c.log for c in run.checks if c.log}
    for name, source in logs.items():
        files.link_or_copy(source, folder / name)
    data = to_data(run)
    files.write_atomic(folder / "report.html", page.render(data, run.checks).encode())
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    files.write_atomic(folder / "report.json", text.encode())
    for old in (folder / "log").glob("*"):
        if f"log/{old.name}" not in logs:
            old.unlink()
