# SPDX-License-Identifier: GPL-2.0-or-later
"""What the action plugins of a roll-out share."""

from __future__ import annotations

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.tdx.host.plugins.plugin_utils import rollout as rollouts

SETTINGS = ("window", "pause_file", "hooks", "notify_url", "migrate_to", "reboot_timeout_s", "within_s", "force",
            "kernel_is_signed", "confirm", "prometheus")


class RolloutAction(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def rollout(self, task_vars):
        args = self._task.args
        return rollouts.Rollout(args["dir"], args["id"], {name: args[name] for name in SETTINGS if name in args})

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        try:
            result.update(self.perform(self.rollout(task_vars), task_vars))
        except rollouts.ERRORS as err:
            result.update(failed=True, msg=str(err))
        return result

    def module(self, name, arguments, task_vars):
        """What the module returns. An unreachable host is an answer, too: {"unreachable": True}."""
        try:
            return self._execute_module(module_name=f"tdx.host.{name}", module_args=arguments, task_vars=task_vars)
        except AnsibleConnectionFailure as err:
            return {"unreachable": True, "failed": True, "msg": f"does not answer: {err}"}

    def reset_connection(self):
        try:
            self._connection.reset()
        except (AttributeError, AnsibleConnectionFailure):
            pass
