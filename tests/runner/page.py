# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes report.html: one file that holds everything, runs no scripts and fetches nothing."""

from html import escape
from pathlib import Path

import files
import ktap
from pace import duration
from step import count

# Must be the height of .timeline li in page.css.
ROW_PX = 26
BAR_PX = 14
AXIS_PX = 26
# Keeps the shortest bar visible.
MIN_BAR_PERCENT = 0.4
# Left free at the end of the axis, so that the last grid line is inside.
MARGIN_PERCENT = 1.0
TICKS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MAX_TICKS = 8


def _ticks(total_s):
    for step_s in TICKS_S:
        if total_s / step_s <= MAX_TICKS:
            break
    return [n * step_s for n in range(int(total_s // step_s) + 1)]


def _tick_label(seconds):
    if seconds < 60 or seconds % 60:
        return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds / 3600:g} h"


def _bar_label(check, is_service):
    if check["verdict"] == "SKIP":
        return "skipped"
    took = duration(check["seconds"])
    return f"ready in {took}" if is_service else took


def _bar_text(text, left, right, y):
    """The bar's label where there is room: after the bar, in it, or before it."""
    if right < 86:
        place = f'x="{right:.3f}%" dx="7"'
    elif right - left > 14:
        place = f'x="{right:.3f}%" dx="-7" text-anchor="end" class="in"'
    else:
        place = f'x="{left:.3f}%" dx="-7" text-anchor="end"'
    return f'<text {place} y="{y}">{escape(text)}</text>'


def _row(check, row, scale):
    top = AXIS_PX + row * ROW_PX + (ROW_PX - BAR_PX) / 2
    left = check["started_s"] * scale
    end = check["ended_s"] * scale
    worked = min(left + check["seconds"] * scale, end)
    is_service = end - worked > MIN_BAR_PERCENT
    label = _bar_label(check, is_service)
    tip = escape(f'{check["id"]}: {check["verdict"]}, {label}')
    shapes = []

    def bar(start, stop, kind):
        width = max(stop - start, MIN_BAR_PERCENT)
        shapes.append(f'<rect class="{kind}" x="{start:.3f}%" y="{top:g}" width="{width:.3f}%" '
                      f'height="{BAR_PX}" rx="3"/>')
        return start + width

    verdict = check["verdict"].lower()
    if is_service:
        # Ready at `worked`, in use until `end`.
        bar(left, end, f"use {verdict}")
    right = bar(left, worked, verdict)
    shapes.append(_bar_text(label, left, right, f"{top + BAR_PX - 3:g}"))
    return f'<g><title>{tip}</title>{"".join(shapes)}</g>'


def _timeline(data):
    """One row per step, one bar from its start to its end; for the content of report.json.

    Lengths along the time axis are percentages, so the picture is as wide as the page and its text keeps its size.
    Row labels are HTML beside the SVG: they stay readable however short the bar is.
    """
    steps = sorted((c for c in data["checks"] if c["parent"] is None),
                   key=lambda c: (c["started_s"], c["ended_s"]))
    total_s = max([data["seconds"], 1.0, *(c["ended_s"] for c in steps)])
    scale = (100 - MARGIN_PERCENT) / total_s
    height = AXIS_PX + len(steps) * ROW_PX
    stripes = "".join(f'<rect class="stripe" x="0" y="{AXIS_PX + row * ROW_PX}" width="100%" '
                      f'height="{ROW_PX}"/>' for row in range(0, len(steps), 2))
    grid = "".join(
        f'<line x1="{t * scale:.3f}%" x2="{t * scale:.3f}%" y1="{AXIS_PX - 6}" y2="{height}"/>'
        f'<text class="tick" x="{t * scale:.3f}%" y="13" '
        f'text-anchor="{"start" if t == 0 else "end" if t * scale > 94 else "middle"}">'
        f'{_tick_label(t)}</text>'
        for t in _ticks(total_s))
    rows = "".join(_row(check, row, scale) for row, check in enumerate(steps))
    labels = "".join(f'<li class="{c["verdict"].lower()}" title="{escape(c["title"])}">'
                     f'<a href="#{escape(c["id"])}">{escape(c["id"])}</a></li>'
                     for c in steps)
    return (f'<div class="timeline"><ol style="padding-top:{AXIS_PX}px">{labels}</ol>'
            f'<svg role="img" aria-label="Timeline of the steps" height="{height}">'
            f'{stripes}{grid}{rows}</svg></div>')


EVIDENCE_LINES = 60
EVIDENCE_LINE_CHARS = 400

# Content security policy: text that gets into the page from a log can neither run nor fetch anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def _headline(data, counts):
    passed, failed, skipped = counts
    total = sum(counts)
    took = duration(data["seconds"])
    if data["result"] == "INTERRUPTED":
        return f"Interrupted after {took}"
    if failed:
        return f"{failed} of {total} checks failed, in {took}"
    if not passed:
        return "Nothing was checked: every check was skipped"
    if skipped:
        return f"{passed} checks passed, {skipped} skipped, in {took}"
    return f"All {passed} checks passed in {took}"


def _tiles(counts):
    names = (("pass", "passed"), ("fail", "failed"), ("skip", "skipped"))
    tiles = "".join(f'<li class="{kind if number else "none"}"><b>{number}</b> {name}</li>'
                    for (kind, name), number in zip(names, counts))
    bar = "".join(f'<i class="{kind}" style="flex:{number}"></i>'
                  for (kind, _), number in zip(names, counts) if number)
    return f'<ul class="tiles">{tiles}</ul><div class="share" aria-hidden="true">{bar}</div>'


def _facts(data):
    host = data["host"]
    facts = (
        ("Started", data["started"].replace("T", " ").replace("Z", " UTC")),
        ("Took", duration(data["seconds"])),
        ("Version", data["version"]),
        ("Commit", data["commit"]),
        ("Host", host["os"]),
        ("Host kernel", host["kernel"]),
        ("CPUs", str(host["cpus"])),
        ("Memory", f'{host["memory_gib"]} GiB'),
    )
    return "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts)


def _failures(run_checks):
    failed = [c for c in run_checks if c.verdict == "FAIL"]
    if not failed:
        return ""
    items = "".join(f'<li><a href="#{escape(c.id)}">{escape(c.id)}</a> '
                    f'<span>{escape(c.reason)}</span></li>' for c in failed)
    return f'<section class="failures"><h2>What failed</h2><ul>{items}</ul></section>'


def _evidence(check):
    if not check.log:
        return ""
    lines = [ktap.clean(line)[:EVIDENCE_LINE_CHARS] for line in
             files.tail(check.log, EVIDENCE_LINES, check.log_start, check.log_end)]
    name = escape(f"log/{check.log.name}")
    text = escape("\n".join(lines)) if lines else "(no output)"
    size = f"last {len(lines)} lines" if len(lines) == EVIDENCE_LINES else \
        "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return (f'<details{" open" if check.verdict == "FAIL" else ""}><summary>Evidence, {size}'
            f'</summary><pre>{text}</pre><p>Whole log: <a href="{name}">{name}</a></p></details>')


def _check(check, family):
    verdict = check.verdict.lower()
    sub, within = "", ""
    if check.parent:
        sub = " sub"
        if check.parent.partition(".")[0] != family:
            within = f" in {escape(check.parent)}"
    return (f'<tbody id="{escape(check.id)}" class="check {verdict}{sub}"><tr>'
            f'<td class="verdict"><b>{check.verdict}</b></td>'
            f'<td class="what">{escape(check.title)} <code>{escape(check.id)}{within}</code></td>'
            f'<td class="note">{escape(check.note)}</td>'
            f'<td class="took">{duration(check.seconds)}</td></tr>'
            f'<tr class="evidence"><td colspan="4">{_evidence(check)}</td></tr></tbody>')


def _family(name, members):
    numbers = " ".join(
        f'<span class="{kind}">{number} {word}</span>' for kind, number, word in
        zip(("pass", "fail", "skip"), count(members), ("passed", "failed", "skipped"))
        if number)
    rows = "".join(_check(c, name) for c in members)
    return (f'<tbody class="family"><tr><th colspan="4">{escape(name)} <small>{numbers}</small>'
            f'</th></tr></tbody>{rows}')


def _in_order(run_checks):
    """Steps by their start, each followed by its sub-checks."""
    starts = {c.id: c.started_s for c in run_checks}

    def key(check):
        step = check.parent or check.id
        return starts.get(step, check.started_s), step, bool(check.parent), check.started_s

    return sorted(run_checks, key=key)


def render(data, run_checks):
    """`data` is the content of report.json; `run_checks` knows where the evidence is."""
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    counts = count(run_checks)
    families = {}
    for check in _in_order(run_checks):
        families.setdefault(check.family, []).append(check)
    sections = "".join(_family(name, members) for name, members in families.items())
    result = data["result"]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{result}: {escape(data["title"])}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header class="{result.lower()}">
<p class="result">{result}</p>
<h1>{escape(data["title"])}</h1>
<p class="headline">{escape(_headline(data, counts))}</p>
{_tiles(counts)}
<dl>{_facts(data)}</dl>
</header>
{_failures(run_checks)}
<section>
<h2>Timeline <small class="legend"><span class="pass">passed</span> <span class="fail">failed</span>
<span class="skip">skipped</span> <span class="use">service in use</span></small></h2>
{_timeline(data)}
</section>
<section>
<h2>Checks</h2>
<table>
<thead><tr><th>Verdict</th><th>Check</th><th>Value or reason</th><th>Time</th></tr></thead>
{sections}
</table>
</section>
<footer>tdx-host {escape(data["version"])}, {escape(data["commit"])}</footer>
</main>
</body>
</html>
"""
