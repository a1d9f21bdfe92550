# SPDX-License-Identifier: GPL-2.0-or-later
"""What the modules of a roll-out share: each is a step that takes the host's lease and fails with one sentence."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible.module_utils.basic import AnsibleModule


class StepError(Exception):
    """Says, as a sentence, why the step cannot be done."""


def run_step(argument_spec, perform):
    """The main() of a module. perform(params, dry_run) returns what the module returns, or raises StepError."""
    # Imported here, because lease raises StepError.
    from ansible_collections.tdx.host.plugins.module_utils import lease
    module = AnsibleModule(argument_spec=dict(argument_spec, lease={"type": "dict"}), supports_check_mode=True)
    try:
        if module.params["lease"] and not module.check_mode:
            lease.take(lease.HOST_LEASE, module.params["lease"]["owner"], module.params["lease"]["rollout"])
        answer = perform(module.params, module.check_mode)
    except StepError as err:
        module.fail_json(msg=str(err))
    except (IOError, OSError) as err:
        module.fail_json(msg="%s: %s" % (err.filename or "this host", err.strerror or err))
    module.exit_json(**answer)
