# SPDX-License-Identifier: GPL-2.0-or-later
"""The two files that make dnf use a signed repository: what they must contain, and which of them a host lacks.

Changes nothing itself, so that tests run it on a tree of files without a host.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import stat

FILE_MODE = 0o644
FOLDER_MODE = 0o755
# Read limit. A key with many signatures is large, but a larger file is neither a key nor a repository file.
MAX_BYTES = 1 << 20

REPO = """\
[%(name)s]
name = TDX host packages
baseurl = %(baseurl)s
enabled = %(enabled)d
gpgkey = file://%(key_file)s
gpgcheck = 1
repo_gpgcheck = 1
skip_if_unavailable = 0
"""


def wanted_files(name, baseurl, key, enabled, key_folder, repo_folder):
    """[(path, text)]. The key comes first, so that dnf never finds a repository without its key."""
    key_file = os.path.join(key_folder, "RPM-GPG-KEY-" + name)
    repo = REPO % {"name": name, "baseurl": baseurl, "enabled": bool(enabled), "key_file": key_file}
    return [(key_file, key.strip() + "\n"), (os.path.join(repo_folder, name + ".repo"), repo)]


def present_text(path):
    """The text of the file; empty if it does not exist or cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace")
    except (IOError, OSError):
        return ""


def has_mode(path, mode):
    try:
        return stat.S_IMODE(os.stat(path).st_mode) == mode
    except OSError:
        return False


def lacking(files):
    """The files of wanted_files() that are missing on the host, or that have another text, mode or type there."""
    return [(path, text) for path, text in files
            if os.path.islink(path) or present_text(path) != text or not has_mode(path, FILE_MODE)]


def lacking_folders(files):
    """The folders that have to be made, parents before children."""
    found = []
    for path, _text in files:
        folder = os.path.dirname(path)
        while folder and not os.path.isdir(folder):
            if folder not in found:
                found.append(folder)
            folder = os.path.dirname(folder)
    return sorted(found)
