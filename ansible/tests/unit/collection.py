# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets the tests import the collection's plugins where Ansible is not installed."""

import importlib
import os
import sys
import types
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True


class Exit(Exception):
    """How a module ended: what it would have printed."""

    def __init__(self, result):
        super().__init__(result)
        self.result = result


class FakeModule:
    """The part of AnsibleModule that the collection uses. Parameters come from the test."""

    params = {}
    check_mode = False
    run_command = None

    def __init__(self, argument_spec, **_kwargs):
        given = type(self).params
        unknown = set(given) - set(argument_spec)
        assert not unknown, f"no such option: {unknown}"
        missing = [name for name, spec in argument_spec.items() if spec.get("required") and name not in given]
        assert not missing, f"required: {missing}"
        self.params = {name: given.get(name, spec.get("default")) for name, spec in argument_spec.items()}

    tmpdir = None

    def atomic_move(self, new, path):
        os.rename(new, path)

    def get_bin_path(self, name, required=False):
        return name

    def exit_json(self, **result):
        raise Exit(result)

    def fail_json(self, **result):
        raise Exit(dict(result, failed=True))


def _package(name, path=None):
    module = types.ModuleType(name)
    module.__path__ = [str(path)] if path else []
    sys.modules.setdefault(name, module)


for _name in ("ansible", "ansible.module_utils", "ansible_collections", "ansible_collections.tdx"):
    _package(_name)
_package("ansible_collections.tdx.host", ROOT)
sys.modules.setdefault("ansible.module_utils.basic", types.ModuleType("ansible.module_utils.basic"))
sys.modules["ansible.module_utils.basic"].AnsibleModule = FakeModule


def load(name):
    """load("module_utils.boot_loader")"""
    return importlib.import_module(f"ansible_collections.tdx.host.plugins.{name}")


def run_module(module, params, check_mode=False, run_command=None):
    """What the module's main() ends with."""
    with mock.patch.multiple(FakeModule, params=params, check_mode=check_mode, run_command=run_command):
        try:
            module.main()
        except Exit as end:
            return end.result
    raise AssertionError("the module did not end")
