# SPDX-License-Identifier: GPL-2.0-or-later
"""A throw-away checkout for each test, to feed a check bad files: a check that cannot fail is worth nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/static"))

from checks import base

# In two parts, because a whole tag here would count as this file's own.
TAG = "SPDX-License-" + "Identifier: "
SH = "#!/usr/bin/env bash\n# " + TAG + "GPL-2.0-or-later\nset -euo pipefail\n"


class Case(unittest.TestCase):
    """A throw-away checkout; write() adds files that git would track."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        where = {"TDX_HOST_BUILD": str(self.top / "build"), "TDX_HOST_CACHE": str(self.top / "cache"),
                 "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        patcher = mock.patch.dict(os.environ, where)
        patcher.start()
        self.addCleanup(patcher.stop)
        # No unit test installs packages.
        patcher = mock.patch.object(base, "_install", lambda top: "it is a test")
        patcher.start()
        self.addCleanup(patcher.stop)
        self.git("init", "-q")
        self.write(".gitignore", "/build/\n/cache/\n")

    def git(self, *args):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *args],
                       cwd=self.top, check=True, capture_output=True)

    def write(self, path, text, mode=0o644):
        target = self.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        target.chmod(mode)

    def findings(self, check):
        return check(base.Tree(self.top))[1]

    def assert_clean(self, check):
        self.assertEqual(self.findings(check), [])

    def assert_found(self, check, *parts):
        """Every part is in some finding."""
        found = self.findings(check)
        for part in parts:
            self.assertTrue(any(part in finding for finding in found), f"{part!r} not in {found}")

    def assert_skips(self, check, part):
        with self.assertRaises(base.Skip) as skip:
            self.findings(check)
        self.assertIn(part, str(skip.exception))

    def need(self, *commands):
        if not any(map(shutil.which, commands)):
            self.skipTest(f"{commands[0]} is not installed")
