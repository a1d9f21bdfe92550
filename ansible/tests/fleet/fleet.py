# SPDX-License-Identifier: GPL-2.0-or-later
"""A fleet of fake hosts and the playbooks run on it, for tests. Runs where ansible-playbook is (tests/lab/in-root)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ANSIBLE = Path(__file__).resolve().parents[2]
TOP = ANSIBLE.parent
sys.path.insert(0, str(TOP / "tests/lib"))
import json_schema  # noqa: E402  needs the path above

SCHEMAS = TOP / "docs/schema"
VERSION = "6.12.117-0.1.0.el9"
RELEASE = f"{VERSION}.x86_64+tdx"
HOME = "5.14.0-611.el9.x86_64"
SETTINGS = {"tdx_host_rollout_soak_s": 0, "tdx_host_rollout_ask_s": 0.1, "tdx_host_rollout_id": "r1"}


class Wrong(Exception):
    """A check fails; the text is the reason."""


class Ran:
    """How a playbook ended."""

    def __init__(self, code, output, record):
        self.code, self.output = code, output
        self.changed = record.get("changed", [])
        self.failures = record.get("failures", [])
        self.hosts = record.get("hosts", {})

    @property
    def said(self):
        return " ".join(failure["msg"] for failure in self.failures) or self.output


class Fleet:
    """hosts: {name: {"kind": ..., "rack": ...}}; settings: variables of the group."""

    def __init__(self, folder, hosts, **settings):
        self.folder, self.hosts = Path(folder), hosts
        self.states, self.rollouts = self.folder / "hosts", self.folder / "rollouts"
        self.states.mkdir(parents=True, exist_ok=True)
        self.settings = {**SETTINGS, "tdx_host_rollout_dir": str(self.rollouts), **settings}

    def inventory(self, backwards=False):
        names = list(self.hosts)[::-1 if backwards else 1]
        hosts = {name: {"fake_" + key if key in ("kind", "reboot_s", "offers") else key: value
                        for key, value in self.hosts[name].items()} for name in names}
        variables = {"ansible_connection": "fake", "ansible_python_interpreter": "/usr/bin/python3",
                     "fake_folder": str(self.states), **self.settings}
        path = self.folder / "inventory.json"
        path.write_text(json.dumps({"tdx_hosts": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
        return path

    def command(self, playbook, *words, backwards=False):
        return ["ansible-playbook", "--inventory", str(self.inventory(backwards)), playbook, *words]

    def environment(self):
        return {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ANSIBLE / ".collections"), "ANSIBLE_PIPELINING": "1",
                "ANSIBLE_CONNECTION_PLUGINS": str(ANSIBLE / "tests/fleet/connection"),
                "ANSIBLE_CALLBACK_PLUGINS": str(ANSIBLE / "tests/callback"), "ANSIBLE_CALLBACKS_ENABLED": "record",
                "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0", "TDX_HOST_RECORD": str(self.folder / "record.json"),
                "ANSIBLE_LOCALHOST_WARNING": "0", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *words, playbook="tdx.host.rollout", backwards=False, **settings):
        before, self.settings = self.settings, {**self.settings, **settings}
        record = self.folder / "record.json"
        record.unlink(missing_ok=True)
        try:
            done = subprocess.run(self.command(playbook, *words, backwards=backwards), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                                  env=self.environment(), cwd=self.folder, errors="replace")
        finally:
            self.settings = before
        known = json.loads(record.read_text()) if record.exists() else {}
        (self.folder / "output").write_text(done.stdout, encoding="utf-8")
        return Ran(done.returncode, done.stdout, known)

    # What there is to see afterwards.

    def state(self, name):
        path = self.states / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else {"running": HOME, "boots": 1, "installed": {}}

    def log(self):
        path = self.states / "log.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def rebooted(self):
        return [event["host"] for event in self.log() if event["what"] == "reboot"]

    def plan(self, rollout="r1"):
        return json.loads((self.rollouts / rollout / "plan.json").read_text())

    def journal(self, rollout="r1"):
        path = self.rollouts / rollout / "journal.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines() if line] if path.exists() else []

    def report(self, rollout="r1"):
        """The report, after a look at its schema and at what the page links to."""
        report = json.loads((self.rollouts / rollout / "fleet.json").read_text())
        faults = list(json_schema.faults(report, json_schema.load(SCHEMAS / "tdx-host.fleet.v1.json")))
        faults += list(json_schema.faults(self.plan(rollout), json_schema.load(SCHEMAS / "tdx-host.rollout.v1.json")))
        if faults:
            raise Wrong(f"not as in its schema: {faults[0]}")
        page = (self.rollouts / rollout / "fleet.html").read_text()
        links = re.findall(r"(?:src|href)=|url\(|@import|https?://", page)
        if links:
            raise Wrong(f"the page is not self-contained: {links[0]}")
        return report

    def counts(self, rollout="r1"):
        return {row["verdict"]: row["hosts"] for row in self.report(rollout)["counts"] if row["hosts"]}


def expect(what, is_so, otherwise=""):
    if not is_so:
        raise Wrong(f"{what}{': ' if otherwise else ''}{otherwise}")


class Ktap:
    """One line for each check."""

    def __init__(self):
        self.number, self.failed = 0, []
        print("KTAP version 1", flush=True)

    def check(self, name, function, *args):
        self.number += 1
        try:
            note, verdict = function(*args) or "", "ok"
        except Wrong as err:
            note, verdict = str(err), "not ok"
            self.failed.append(f"{name}: {err}")
        note = " ".join(str(note).split()).replace("#", "%")[:300]
        print(f"{verdict} {self.number} - {name} # {note}", flush=True)

    def end(self):
        print(f"1..{self.number}", flush=True)
        if self.failed:
            print(f"error: {self.failed[0]}; {len(self.failed)} of {self.number} checks failed, see above",
                  file=sys.stderr)
            return 1
        return 0
