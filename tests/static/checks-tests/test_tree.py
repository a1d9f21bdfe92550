# SPDX-License-Identifier: GPL-2.0-or-later
import shutil
from unittest import mock

from case import Case, SH
from checks import base


class Base(Case):
    def test_ignored_deleted_and_linked_files_are_left_out(self):
        self.write("build/x.sh", SH)
        self.write("gone.sh", SH)
        self.git("add", "gone.sh")
        (self.top / "gone.sh").unlink()
        (self.top / "link.sh").symlink_to("nowhere")
        self.assertEqual(base.Tree(self.top).files, [".gitignore"])

    def test_interpreters(self):
        for first, wanted in (("#!/bin/sh -e", "sh"), ("#!/usr/bin/env bash", "bash"),
                              ("#! /bin/busybox sh", "sh"), ("#!/usr/bin/env -S python3 -B", "python3"),
                              ("#!", ""), ("# text", "")):
            self.write("x", first + "\n")
            self.assertEqual(base.Tree(self.top).interpreter("x"), wanted, first)

    def test_globs(self):
        for path, pattern, wanted in (("a/b.c", "*.c", True), ("a/b.c", "*.{h,c}", True),
                                      ("a/b/c.h", "a/**.{c,h}", True), ("a/b/c.h", "a/*.h", False),
                                      ("a/x/golden/y", "**/golden/**", True), ("b.cc", "*.c", False)):
            self.assertEqual(base.matches(path, pattern), wanted, (path, pattern))

    def test_a_table_row_without_reason_is_refused(self):
        with mock.patch.object(base, "HERE", self.top):
            self.write("t", "# comment\nkey\treason\n")
            self.assertEqual(base.table("t"), {"key": "reason"})
            self.write("t", "key\n")
            self.assertRaisesRegex(base.Broken, "t:1: key has no reason", base.table, "t")

    def test_a_missing_tool_skips_and_names_the_package(self):
        with self.assertRaisesRegex(base.Skip, "install the package a-package"):
            base.need_tool(base.Tree(self.top), "a-package", "no-such-tool-of-tdx-host")

    def test_a_failing_tool_without_findings_is_broken(self):
        done = base.run(["sh", "-c", "echo no config; exit 3"], self.top)
        self.assertRaisesRegex(base.Broken, "no config", base.tool_findings, done, r"^x:\d")

    def test_outside_git_is_one_clear_line(self):
        shutil.rmtree(self.top / ".git")
        self.assertRaisesRegex(base.Broken, "run this in a git checkout", base.Tree, self.top)
