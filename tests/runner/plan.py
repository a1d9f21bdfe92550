# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan is a TOML table of steps. A plan with a fault is refused before any step starts.

The times in it were measured on one machine; pace.py converts them to this one.
"""

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")
PREFIX = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*")
NAME = re.compile(r"[a-z][a-z0-9-]*")
PLAN_KEYS = ("title", "include", "budget_s", "step")


class PlanError(Exception):
    """The plan has a fault; the text is `plan FILE: WHERE: WHAT; FIX`."""


@dataclass(frozen=True)
class Step:
    # family.name, unique in the plan.
    id: str
    # What the step does, in plain words.
    title: str
    # Argument vector, as executed.
    run: tuple
    # IDs of steps that must have passed (services: be ready) before this one starts.
    needs: tuple = ()
    # The step is ended when nothing new came from it for this many seconds; a service only until it is ready.
    still_s: float = 600
    # Estimate of the duration until a real one is known.
    expect_s: float = 10
    # Runs until it is stopped; usable once it printed `ready`.
    service: bool = False
    # Job slots taken while running; always 0 for a service.
    cpu: int = 1
    # Variables added to the step's environment.
    env: dict = field(default_factory=dict)
    # The step needs root: without it the whole run is refused before it starts.
    root: bool = False
    # Put before the names of the step's KTAP lines, with a dot between, to make IDs of them.
    prefix: str = ""
    # Steps with the same lock never run at the same time.
    lock: str = ""
    # Service: stop when no unfinished step depends on it, else at the end of the run.
    stop_after_needs: bool = True
    # Plan file that defines the step, for messages.
    file: str = ""


@dataclass(frozen=True)
class Plan:
    title: str
    # Steps by ID, in the order of the files.
    steps: dict
    # The file that was asked for, for messages.
    file: str
    # The whole run is ended after this many seconds; None: a multiple of the estimate (run.py).
    budget_s: float | None = None

    def only(self, ids):
        """The named steps and everything that they need."""
        keep = set()
        todo = list(ids)
        while todo:
            step_id = todo.pop()
            if step_id not in self.steps:
                raise PlanError(f"plan {self.file}: step {step_id}: is not in the plan; "
                                f"use one of: {', '.join(self.steps)}")
            if step_id not in keep:
                keep.add(step_id)
                todo.extend(self.steps[step_id].needs)
        steps = {k: v for k, v in self.steps.items() if k in keep}
        return Plan(self.title, steps, self.file, self.budget_s)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e9


def _is_strings(value):
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _is_run(value):
    if isinstance(value, str):
        return bool(value.strip())
    return _is_strings(value) and bool(value) and bool(value[0])


# Key -> (what it must be in words, test for it). Every key of a step is here.
STEP_KEYS = {
    "id": ("family.name in lower case with dashes",
           lambda v: isinstance(v, str) and ID.fullmatch(v)),
    "title": ("a text in one line", lambda v: isinstance(v, str) and v.strip() and "\n" not in v),
    "run": ("a list of texts, or one text for bash -c", _is_run),
    "needs": ("a list of step IDs", _is_strings),
    "still_s": ("a number of seconds above 0", _is_number),
    "expect_s": ("a number of seconds above 0", _is_number),
    "service": ("true or false", lambda v: isinstance(v, bool)),
    "cpu": ("a whole number, 0 or more", lambda v: type(v) is int and v >= 0),
    "env": ("a table of texts",
            lambda v: isinstance(v, dict) and all(isinstance(x, str) for x in v.values())),
    "root": ("true or false", lambda v: isinstance(v, bool)),
    "lock": ("a name in lower case with dashes",
             lambda v: isinstance(v, str) and NAME.fullmatch(v)),
    "prefix": ("names in lower case with dashes and dots between",
               lambda v: isinstance(v, str) and PREFIX.fullmatch(v)),
    "stop_after_needs": ("true or false", lambda v: isinstance(v, bool)),
}


def _read(path, name):
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise PlanError(f"plan {name}: cannot be read: {error.strerror}; fix the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"plan {name}: is not TOML: {error}; fix the syntax") from None
    for key in data:
        if key not in PLAN_KEYS:
            raise PlanError(f'plan {name}: unknown key "{key}"; use {", ".join(PLAN_KEYS)}')
    if not isinstance(data.get("title", ""), str):
        raise PlanError(f"plan {name}: title is not a text; put it in quotes")
    if not _is_number(data.get("budget_s", 1)):
        raise PlanError(f"plan {name}: budget_s is no number of seconds above 0; fix it")
    if not _is_strings(data.get("include", [])):
        raise PlanError(f"plan {name}: include is not a list of files; write include = [...]")
    tables = data.get("step", [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise PlanError(f"plan {name}: step is not a list of tables; write [[step]]")
    return data


def _step(table, number, name, top):
    where = f"plan {name}: step {table.get('id', f'number {number}')}"
    for key, value in table.items():
        if key not in STEP_KEYS:
            raise PlanError(f'{where}: unknown key "{key}"; use {", ".join(STEP_KEYS)}')
        words, test = STEP_KEYS[key]
        if not test(value):
            raise PlanError(f"{where}: {key} is {value!r}; make it {words}")
    for key in ("id", "title", "run"):
        if key not in table:
            raise PlanError(f"{where}: has no {key}; add {STEP_KEYS[key][0]}")
    if "stop_after_needs" in table and not table.get("service"):
        raise PlanError(f"{where}: stop_after_needs without service; add service = true")

    run = table["run"]
    if isinstance(run, str):
        run = ["bash", "-euo", "pipefail", "-c", run]
    elif "/" in run[0] and not os.access(top / run[0], os.X_OK):
        what = "is not executable" if (top / run[0]).exists() else "does not exist"
        raise PlanError(f"{where}: {run[0]} {what}; fix run")
    values = {**table, "run": tuple(run), "needs": tuple(table.get("needs", ())), "file": name}
    if table.get("service"):
        values["cpu"] = 0
    return Step(**values)


def _check_needs(steps):
    for step in steps.values():
        for need in step.needs:
            if need not in steps:
                raise PlanError(f"plan {step.file}: step {step.id}: needs {need}, "
                                "which is in no plan file; fix needs or include its file")
    done = set()
    for first in steps:
        # Depth first; `path` is the chain of needs that led here.
        path, todo = [], [(first, False)]
        while todo:
            step_id, leave = todo.pop()
            if leave:
                path.pop()
                done.add(step_id)
            elif step_id in path:
                chain = " -> ".join(path[path.index(step_id):] + [step_id])
                raise PlanError(f"plan {steps[step_id].file}: step {step_id}: "
                                f"needs itself: {chain}; remove one of these needs")
            elif step_id not in done:
                path.append(step_id)
                todo.append((step_id, True))
                todo.extend((need, False) for need in steps[step_id].needs)


def load(file, top):
    """Reads FILE and what it includes. Each file is read once, however often it is included."""
    steps, seen, title, budget_s = {}, set(), "", None
    todo = [(Path(file), str(file))]
    while todo:
        path, name = todo.pop(0)
        if path.resolve() in seen:
            continue
        data = _read(path, name)
        seen.add(path.resolve())
        title = title or data.get("title", "")
        budget_s = budget_s or data.get("budget_s")
        for number, table in enumerate(data.get("step", []), 1):
            step = _step(table, number, name, top)
            if step.id in steps:
                raise PlanError(f"plan {name}: step {step.id}: is already in "
                                f"{steps[step.id].file}; rename one of them")
            steps[step.id] = step
        todo.extend((path.parent / i, str(path.parent / i)) for i in data.get("include", []))
    if not title:
        raise PlanError(f'plan {file}: has no title; add title = "..."')
    if not steps:
        raise PlanError(f"plan {file}: has no steps, a run of nothing proves nothing; add [[step]]")
    _check_needs(steps)
    return Plan(title, steps, str(file), budget_s)
