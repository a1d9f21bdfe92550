# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of a roll-out, from its plan and its journal: tdx-host.fleet.v1 as JSON, and a page without links."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from ansible_collections.tdx.host.plugins.module_utils import whole_file
from ansible_collections.tdx.host.plugins.plugin_utils import plan as plans

SCHEMA = "tdx-host.fleet.v1"
TEMPLATES = Path(__file__).resolve().parents[2] / "roles" / "report" / "templates"
# What a host is before it ends, beside the verdicts.
WAITING, BEGUN = "waiting", "begun"
STATES = ("kept", "current", "returned", "failed", "refused", "unknown", "held", BEGUN, WAITING, "blocked")
BAD = ("returned", "failed", "refused", "unknown")
DONE = ("kept", "current")
# The event that came last says how the roll-out stands.
STANDS = {"run": "running", "wave": "running", "stop": "stopped", "wait": "waiting", "done": "done"}
CHART_WIDTH, CHART_HEIGHT = 960, 200


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) if at else ""


def _row(plan, journal, begun_at, name, place):
    last = journal.hosts.get(name, {})
    known = plan["hosts"][name]
    began = begun_at.get(name, 0)
    return {
        "name": name,
        "domain": known["domain"],
        "platform": known["platform"],
        "wave": place[0] + 1,
        "batch": place[1] + 1,
        "verdict": last.get("verdict", WAITING),
        "reason": last.get("reason", ""),
        "before": known["from"],
        "after": last.get("after", ""),
        "drained": last.get("drained", []),
        "restarted": last.get("restarted", []),
        "phases": last.get("phases", []),
        "began": iso(began),
        "ended": iso(last.get("at", 0)),
        "seconds": round(last["at"] - began) if "at" in last and began else 0,
    }


def _blocked(name, reason):
    return {"name": name, "domain": "", "platform": "", "wave": 0, "batch": 0, "verdict": "blocked", "reason": reason,
            "before": "", "after": "", "drained": [], "restarted": [], "phases": [], "began": "", "ended": "",
            "seconds": 0}


def _wave(number, wave, rows, gate):
    mine = [row for row in rows if row["wave"] == number + 1]
    return {
        "name": wave["name"],
        "hosts": len(mine),
        "batches": len(wave["batches"]),
        "done": sum(row["verdict"] in DONE for row in mine),
        "bad": sum(row["verdict"] in BAD for row in mine),
        "gate": "" if not gate else "passed" if gate["passed"] else "failed",
        "reason": gate["reason"] if gate else "",
        "began": min((row["began"] for row in mine if row["began"]), default=""),
        "ended": iso(gate["at"]) if gate else "",
    }


def make(plan, journal):
    begun_at, stand, reason = {}, "planned", ""
    for event in journal.events:
        if event["event"] == "begin":
            begun_at[event["host"]] = event["at"]
        if event["event"] in STANDS:
            stand, reason = STANDS[event["event"]], event.get("reason", "")
    places = plans.wave_of(plan)
    rows = [_row(plan, journal, begun_at, name, places[name]) for name in places]
    rows += [_blocked(name, why) for name, why in plan["blocked"].items()]
    times = [event["at"] for event in journal.events]
    return {
        "schema": SCHEMA,
        "rollout": plan["rollout"],
        "version": plan["version"],
        "pins": [{"platform": platform, "package": package, "version": version}
                 for platform, packages in sorted(plan["pins"].items())
                 for package, version in sorted(packages.items())],
        "state": stand,
        "reason": reason,
        "began": iso(min(times, default=0)),
        "ended": iso(max(times, default=0)),
        "runs": journal.runs,
        "max_fail": plan["max_fail"],
        "counts": [{"verdict": state, "hosts": sum(row["verdict"] == state for row in rows)} for state in STATES],
        "waves": [_wave(number, wave, rows, journal.gates.get(number)) for number, wave in enumerate(plan["waves"])],
        "hosts": rows,
    }


def chart(plan, journal):
    """Polylines of how many hosts were done, and bad, at which time; in the units of the page's picture."""
    ends = [event for event in journal.events if event["event"] == "end" and event["verdict"] != "held"]
    if not ends:
        return None
    first = min(event["at"] for event in journal.events)
    span = max(max(event["at"] for event in journal.events) - first, 1)
    total = max(len(plan["hosts"]), 1)

    def at(moment):
        return round((moment - first) / span * CHART_WIDTH, 1)

    lines = {}
    for name, wanted in (("done", DONE), ("bad", BAD)):
        is_in, points, count = set(), [(0, 0)], 0
        for event in ends:
            (is_in.add if event["verdict"] in wanted else is_in.discard)(event["host"])
            points += [(at(event["at"]), count), (at(event["at"]), len(is_in))]
            count = len(is_in)
        points.append((CHART_WIDTH, count))
        lines[name] = " ".join(f"{x},{round(CHART_HEIGHT - y / total * CHART_HEIGHT, 1)}" for x, y in points)
    return lines


def render(document, lines):
    """The page. Everything in it is escaped: reasons come from hosts."""
    # Only who renders needs Jinja, which the unit tests of the rest do without.
    import jinja2
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(str(TEMPLATES)), autoescape=True, trim_blocks=True,
                             lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return env.get_template("fleet.html.j2").render(fleet=document, lines=lines, bad=BAD, width=CHART_WIDTH,
                                                    height=CHART_HEIGHT)


def write(folder, plan, journal):
    """Writes fleet.json and fleet.html to the roll-out's folder; returns the document."""
    document = make(plan, journal)
    whole_file.write(os.path.join(folder, "fleet.json"), json.dumps(document, indent=1) + "\n")
    whole_file.write(os.path.join(folder, "fleet.html"), render(document, chart(plan, journal)))
    return document
