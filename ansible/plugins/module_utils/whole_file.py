# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are written whole or not at all."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os


def write(path, text):
    """Replaces the file. A full disk or a power cut leaves the old one. Raises IOError or OSError."""
    with io.open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)
