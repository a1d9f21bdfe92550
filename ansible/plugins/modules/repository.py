#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-or-later
"""tdx.host.repository"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: repository
short_description: A signed dnf repository on a host
version_added: 0.1.0
description:
  - Writes the public key and the repository file, and makes their folders if they are missing, in one round trip.
  - dnf checks the signatures of packages and of metadata. It imports the key when it first needs it.
options:
  name:
    description: ID of the repository and name of its file.
    type: str
    required: true
  baseurl:
    description: URL of the repository.
    type: str
    required: true
  key:
    description: The public key, ASCII-armoured.
    type: str
    required: true
  enabled:
    description: Whether dnf uses the repository.
    type: bool
    default: true
  key_folder:
    description: Folder of the key.
    type: path
    default: /etc/pki/rpm-gpg
  repo_folder:
    description: Folder of the repository file.
    type: path
    default: /etc/yum.repos.d
attributes:
  check_mode:
    support: full
    description: Reports what would change, changes nothing.
  diff_mode:
    support: full
    description: Shows the files that change.
author:
  - tdx-host developers (@tdx-host)
"""

EXAMPLES = r"""
- name: Use the repository
  tdx.host.repository:
    name: tdx-host
    baseurl: https://packages.example.com/tdx-host/el9/x86_64
    key: "{{ lookup('ansible.builtin.file', 'RPM-GPG-KEY-tdx-host') }}"
"""

RETURN = r"""
files:
  description: The files that were changed, or would be in check mode.
  returned: always
  type: list
  elements: str
"""

import os
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tdx.host.plugins.module_utils import repo_files


def write(module, path, text):
    """Writes a file whole or not at all; atomic_move() sets the owner and SELinux context that are right for path."""
    fd, new = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(fd, "wb") as file:
        file.write(text.encode("utf-8"))
    os.chmod(new, repo_files.FILE_MODE)
    if os.path.islink(path):
        os.unlink(path)
    module.atomic_move(new, path)
    os.chmod(path, repo_files.FILE_MODE)


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "baseurl": {"type": "str", "required": True},
            "key": {"type": "str", "required": True, "no_log": False},
            "enabled": {"type": "bool", "default": True},
            "key_folder": {"type": "path", "default": "/etc/pki/rpm-gpg"},
            "repo_folder": {"type": "path", "default": "/etc/yum.repos.d"},
        },
        supports_check_mode=True,
    )
    if "BEGIN PGP PUBLIC KEY BLOCK" not in module.params["key"]:
        module.fail_json(msg="key: not an ASCII-armoured public key")
    files = repo_files.wanted_files(**{name: module.params[name] for name in (
        "name", "baseurl", "key", "enabled", "key_folder", "repo_folder")})
    changes = repo_files.lacking(files)
    diff = [{"before_header": path, "after_header": path, "before": repo_files.present_text(path), "after": text}
            for path, text in changes]
    if not module.check_mode:
        try:
            for folder in repo_files.lacking_folders(files):
                os.mkdir(folder)
                os.chmod(folder, repo_files.FOLDER_MODE)
            for path, text in changes:
                write(module, path, text)
        except (IOError, OSError) as err:
            module.fail_json(msg="%s: %s" % (err.filename, err.strerror))
    module.exit_json(changed=bool(changes), files=[path for path, _text in changes], diff=diff)


if __name__ == "__main__":
    main()
