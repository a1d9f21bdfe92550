# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import python


class Python(Case):
    def test_compiles(self):
        self.write("good.py", "x = 1\n")
        self.assert_clean(python.compiles)
        self.write("bad.py", "x = = 1\n")
        self.write("tool", "#!/usr/bin/env python3\nx = (\n", 0o755)
        self.write("escape.py", "x = '\\d'\n")
        self.assert_found(python.compiles, "bad.py:1:", "tool:2:", "escape.py:1:")

    def test_pyflakes(self):
        self.need("pyflakes3", "pyflakes-3", "pyflakes")
        self.write("bad.py", "import os\nprint(nothing)\n")
        self.assert_found(python.pyflakes, "bad.py:1:", "bad.py:2:")
        self.write("bad.py", "import os  # noqa: F401 - others take it from here\n")
        self.assert_clean(python.pyflakes)
