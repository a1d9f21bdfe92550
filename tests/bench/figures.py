# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads and writes the file of figures that all benchmarks share, and draws its chart."""

import json
import math
from html import escape

ROW = 22
LABEL_WIDTH, BAR_WIDTH = 300, 360


def figure(name, value, unit, how, goal=None, more_is_better=False):
    """A figure. `goal`: the largest value that is good enough; the smallest one if more_is_better."""
    return {"id": name, "value": value, "unit": unit, "goal": goal, "more_is_better": more_is_better, "how": how}


def is_missed(fig):
    if fig["goal"] is None:
        return False
    return fig["value"] < fig["goal"] if fig.get("more_is_better") else fig["value"] > fig["goal"]


def goal_text(fig):
    return f"goal: at {'least' if fig.get('more_is_better') else 'most'} {fig['goal']}"


def read_figures(path):
    if not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["figures"]


def add_figures(path, figures):
    """Adds figures to those that other programs have written to the file; writes the chart beside it."""
    known = {fig["id"]: fig for fig in [*read_figures(path), *figures]}
    merged = [known[name] for name in sorted(known)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schema": 1, "figures": merged}, indent=2) + "\n", encoding="utf-8")
    path.with_suffix(".svg").write_text(chart(merged), encoding="utf-8")


def say_figures(figures):
    """Prints the figures; returns the exit status: 1 if a goal is missed or there are no figures."""
    for fig in figures:
        goal = "" if fig["goal"] is None else f", {goal_text(fig)}{': missed' if is_missed(fig) else ''}"
        print(f"# {fig['id']} {fig['value']} {fig['unit']}{goal}")
    missed = sum(map(is_missed, figures))
    print(f"value: {len(figures)} figures, {missed} miss their goals")
    return 1 if missed or not figures else 0


def bars(unit, figures, top):
    """Yields SVG: one bar for each figure, and a tick where its goal is."""
    def length(value):
        return round(BAR_WIDTH * math.log10(1 + value) / math.log10(1 + longest), 1)

    longest = max(max(fig["value"], fig["goal"] or 0) for fig in figures) or 1
    yield f'<text x="0" y="{top + 15}" font-weight="bold">{escape(unit)}</text>'
    for i, fig in enumerate(figures, 1):
        y = top + i * ROW
        colour = "#b03a2e" if is_missed(fig) else "#4472a8"
        yield f'<text x="0" y="{y + 14}">{escape(fig["id"])}</text>'
        yield f'<rect x="{LABEL_WIDTH}" y="{y + 2}" width="{length(fig["value"])}" height="14" fill="{colour}"/>'
        yield f'<text x="{LABEL_WIDTH + 8 + length(fig["value"])}" y="{y + 14}">{fig["value"]}</text>'
        if fig["goal"] is not None:
            yield (f'<rect x="{LABEL_WIDTH + length(fig["goal"])}" y="{y}" width="2" height="18" fill="#222">'
                   f'<title>{goal_text(fig)}</title></rect>')


def chart(figures):
    """The chart as SVG: one block for each unit; bar lengths are logarithmic."""
    blocks, top = [], 30
    for unit in sorted({fig["unit"] for fig in figures}):
        rows = [fig for fig in figures if fig["unit"] == unit]
        blocks += bars(unit, rows, top)
        top += (len(rows) + 2) * ROW
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{top}" '
                      'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>',
                      '<text x="0" y="18">Less is better but for shares; lengths are logarithms, ticks goals</text>',
                      *blocks, "</svg>", ""])
