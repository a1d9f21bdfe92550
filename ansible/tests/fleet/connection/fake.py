# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that are not there, for tests of a roll-out: a connection that answers the collection's modules by itself.

What the controller sends is what it sends to a real host. Each host's state is a file, and a log says, independently of
the controller's own journal, when which host was down.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: fake
short_description: Hosts that are not there, for tests
description: Answers the modules of a roll-out from a state in a file.
options:
  folder:
    description: Folder with the states and the log.
    vars: [{name: fake_folder}]
    required: true
  kind:
    description: good, unreachable (never answers), vanishes (does not come back from its reboot), returns (rejects the
      kernel), refuses (cannot be drained), worse (complains afterwards), no-tdx (is no host for TDs).
    vars: [{name: fake_kind}]
    default: good
  reboot_s:
    description: Seconds that a reboot takes.
    vars: [{name: fake_reboot_s}]
    type: float
    default: 0.2
  offers:
    description: Versions of kernel-tdx that its repositories have.
    vars: [{name: fake_offers}]
    type: list
    elements: str
    default: [6.12.117-0.1.0.el9]
"""

import ast
import json
import os
import re
import time

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase
from ansible_collections.tdx.host.plugins.module_utils import lease, step

HOME = "5.14.0-611.el9.x86_64"
TOOLS = ("tdx-host", "tdx-host-dracut", "tdx-host-libvirt")
NO_TDX = "machine: its CPU has no TDX"
# The line of Ansible's wrapper that has the module's arguments.
PARAMS = re.compile(rb"^\s*params\s*=\s*(b?['\"].*['\"]),?\s*$", re.MULTILINE)


class Host:
    """The state of one host; only one process at a time works on a host."""

    def __init__(self, folder, name, options):
        self.name, self.folder, self.options = name, folder, options
        self.path = os.path.join(folder, name + ".json")
        try:
            with open(self.path, encoding="utf-8") as file:
                self.state = json.load(file)
        except FileNotFoundError:
            self.state = {"running": HOME, "boots": 1, "trial": "none", "target": "", "reason": "", "installed": {},
                          "drained": False, "back_at": 0}

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.state, file)
        os.rename(self.path + ".new", self.path)

    def log(self, what):
        line = json.dumps({"at": time.time(), "host": self.name, "what": what}) + "\n"
        fd = os.open(os.path.join(self.folder, "log.jsonl"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(fd, line.encode())
        finally:
            os.close(fd)

    def observed(self):
        return {"running": self.state["running"], "boot_id": f"{self.name}-{self.state['boots']}", "complaints": 0,
                "passed": ["host.kvm.loaded"], "leaked": 0, "guests": [], "trial": self.state["trial"]}

    def come_back(self):
        """Ends a reboot whose time is over."""
        state = self.state
        if not state["back_at"]:
            return
        if time.time() < state["back_at"] or self.options["kind"] == "vanishes":
            raise AnsibleConnectionFailure("the host does not answer")
        state.update(back_at=0, boots=state["boots"] + 1)
        if self.options["kind"] == "returns":
            state.update(running=HOME, trial="rejected", reason="no-kvm")
        else:
            state.update(running=state["target"], trial="passed")
        self.save()

    # The modules.

    def preflight(self, args):
        blocked = NO_TDX if self.options["kind"] == "no-tdx" else ""
        offers = {"kernel-tdx": self.options["offers"], **{name: ["0.1.0-1.el9"] for name in TOOLS}}
        return {"blocked": blocked, "checks": [], "platform": "el9-x86_64", "offers": offers,
                "observed": self.observed(), "changed": False}

    def install(self, args):
        new = {name: version for name, version in args["packages"].items()
               if self.state["installed"].get(name) != version}
        self.state["installed"].update(new)
        return {**self.trial_report(), "changed": bool(new), "installed": sorted(new)}

    def trial_report(self):
        state = self.state
        return {"running": state["running"], "boot_id": f"{self.name}-{state['boots']}", "state": state["trial"],
                "target": state["target"], "reason": state["reason"], "detail": ""}

    def trial(self, args):
        state = self.state
        changed = False
        if args["state"] == "started" and state["running"] != args["release"]:
            state.update(trial="armed", target=args["release"], back_at=time.time() + self.options["reboot_s"])
            self.log("reboot")
            changed = True
        elif args["state"] == "settled" and state["trial"] == "passed":
            state["trial"] = "kept"
            changed = True
        return {**self.trial_report(), "changed": changed}

    def drain(self, args):
        was = self.state["drained"]
        self.state["drained"] = args["state"] == "drained"
        if self.state["drained"] and self.options["kind"] == "refuses":
            self.state["drained"] = False
            raise step.StepError("TD td1 runs, and its drain policy is refuse")
        if was != self.state["drained"]:
            self.log("down" if self.state["drained"] else "up")
        if args["state"] == "undrained" and args.get("lease"):
            lease.release(self.path + ".lease", args["lease"]["owner"], args["lease"]["rollout"])
        names = ["td1"] if was != self.state["drained"] else []
        return {"changed": bool(names), "drained": names if self.state["drained"] else [],
                "restarted": [] if self.state["drained"] else names, "refusals": []}

    def observe(self, args):
        worse = ["the kernel complains: 1 lines in its log"] if self.options["kind"] == "worse" else []
        return {"changed": False, "observed": self.observed(), "worse": worse}

    def perform(self, module, args):
        if self.options["kind"] == "unreachable":
            raise AnsibleConnectionFailure("the host does not answer")
        self.come_back()
        try:
            if args.get("lease") and module != "preflight":
                lease.take(self.path + ".lease", args["lease"]["owner"], args["lease"]["rollout"])
            answer = getattr(self, module)(args)
        except step.StepError as err:
            answer = {"failed": True, "msg": str(err)}
        self.save()
        return answer


class Connection(ConnectionBase):
    transport = "fake"
    has_pipelining = True
    has_tty = False

    def _connect(self):
        return self

    def exec_command(self, cmd, in_data=None, sudoable=True):
        params = PARAMS.search(in_data or b"")
        if not params:
            raise AnsibleConnectionFailure(f"fake hosts run modules only, not {cmd!r}")
        text = ast.literal_eval(params[1].decode())
        args = json.loads(text)["ANSIBLE_MODULE_ARGS"]
        module = args["_ansible_module_name"].rpartition(".")[2]
        options = {name: self.get_option(name) for name in ("kind", "reboot_s", "offers")}
        host = Host(self.get_option("folder"), self._play_context.remote_addr, options)
        return 0, json.dumps(host.perform(module, args)).encode(), b""

    def put_file(self, in_path, out_path):
        raise AnsibleConnectionFailure("fake hosts take no files")

    fetch_file = put_file

    def close(self):
        pass

    def reset(self):
        pass
