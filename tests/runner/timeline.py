# SPDX-License-Identifier: GPL-2.0-or-later
"""The timeline picture: one row per step, one bar from its start to its end.

Lengths along the time axis are percentages, so the picture is as wide as the page and its text
keeps its size. Row labels are HTML beside the SVG: they stay readable however short the bar is.
"""

import html

import words

# As the height of .timeline li in page.css.
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
    took = words.duration(check["seconds"])
    return f"ready in {took}" if is_service else took


def _text(text, left, right, y):
    """Beside the bar, where there is room: after it, in it, or before it."""
    if right < 86:
        place = f'x="{right:.3f}%" dx="7"'
    elif right - left > 14:
        place = f'x="{right:.3f}%" dx="-7" text-anchor="end" class="in"'
    else:
        place = f'x="{left:.3f}%" dx="-7" text-anchor="end"'
    return f'<text {place} y="{y}">{html.escape(text)}</text>'


def _row(check, row, scale):
    top = AXIS_PX + row * ROW_PX + (ROW_PX - BAR_PX) / 2
    left = check["started_s"] * scale
    end = check["ended_s"] * scale
    worked = min(left + check["seconds"] * scale, end)
    is_service = end - worked > MIN_BAR_PERCENT
    label = _bar_label(check, is_service)
    tip = html.escape(f'{check["id"]}: {check["verdict"]}, {label}')
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
    shapes.append(_text(label, left, right, f"{top + BAR_PX - 3:g}"))
    return f'<g><title>{tip}</title>{"".join(shapes)}</g>'


def render(data):
    """HTML of the picture for the content of report.json."""
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
    labels = "".join(f'<li class="{c["verdict"].lower()}" title="{html.escape(c["title"])}">'
                     f'<a href="#{html.escape(c["id"])}">{html.escape(c["id"])}</a></li>'
                     for c in steps)
    return (f'<div class="timeline"><ol style="padding-top:{AXIS_PX}px">{labels}</ol>'
            f'<svg role="img" aria-label="Timeline of the steps" height="{height}">'
            f'{stripes}{grid}{rows}</svg></div>')
