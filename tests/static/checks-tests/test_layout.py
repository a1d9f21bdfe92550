# SPDX-License-Identifier: GPL-2.0-or-later
import shutil

from case import Case, SH, TOP
from checks import layout


class Layout(Case):
    def setUp(self):
        super().setUp()
        shutil.copy(TOP / ".editorconfig", self.top)

    def test_editorconfig(self):
        self.write("a.txt", "good\n")
        self.write("a.patch", " \n")
        self.assert_clean(layout.editorconfig)
        self.write("blank.txt", "a \n")
        self.write("crlf.txt", "a\r\n")
        self.write("open.txt", "a")
        self.write("empty-end.txt", "a\n\n")
        self.write("latin.txt", b"\xe9\n")
        self.write("tab.py", "if 1:\n\tpass\n")
        self.write("tool", "#!/usr/bin/env python3\n# " + "x" * 299 + "\n", 0o755)
        self.assert_found(layout.editorconfig, "blank.txt:1: trailing", "crlf.txt:1: carriage",
                          "open.txt:0: must end", "empty-end.txt:2: must end", "latin.txt:1: not UTF-8",
                          "tab.py:2: indented", "tool:2: 301 columns")

    def test_executables(self):
        self.write("good", SH, 0o755)
        self.write("sourced.sh", "x=1\n")
        self.assert_clean(layout.executables)
        self.write("plain", SH)
        self.write("tool.sh", SH, 0o755)
        self.write("data", "text\n", 0o755)
        self.assert_found(layout.executables, "plain:1: names", "tool.sh:1: executable", "data:1: executable")
