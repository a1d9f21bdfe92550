# SPDX-License-Identifier: GPL-2.0-or-later
from unittest import mock

from case import Case
from checks import base, spelling


class Spelling(Case):
    # Joined here so that this file does not hold them.
    BAD = "a sep" + "erate word\n"

    def setUp(self):
        super().setUp()
        self.need("codespell")

    def test_misspelled(self):
        self.write("a.txt", "a separate word\n")
        self.assert_clean(spelling.codespell)
        self.write("b.c", "x\n" + self.BAD)
        self.assert_found(spelling.codespell, "b.c:2: ")

    def test_only_own_lines_of_a_patch_count(self):
        self.write("a.patch", "diff --git a/x b/x\n " + self.BAD + "+x\n")
        self.assert_clean(spelling.codespell)
        self.write("a.patch", "diff --git a/x b/x\n+" + self.BAD)
        self.assert_found(spelling.codespell, "a.patch:2: ")

    def test_exceptions(self):
        self.write("here/a.txt", self.BAD)
        self.write("b.txt", "an IP" + "UT of the kernel\n")
        self.assertEqual(len(self.findings(spelling.codespell)), 1)
        with mock.patch.object(base, "table", lambda name: {"here/*": "bad input", "filp": "a name"}):
            self.assert_found(spelling.codespell, "b.txt:1: ")
            self.assertEqual(len(self.findings(spelling.codespell)), 1)
