# SPDX-License-Identifier: GPL-2.0-or-later
import os
import shutil
from unittest import mock

from case import Case, TOP
from checks import base, yamlfiles


class Yaml(Case):
    def setUp(self):
        super().setUp()
        shutil.copy(TOP / ".yamllint", self.top)

    def test_yamllint(self):
        self.need("yamllint")
        self.write("x.yml", "---\na: 1\n")
        self.assert_clean(yamlfiles.yamllint)
        self.write("x.yml", "---\na: 1\na: 2\n")
        self.assert_found(yamlfiles.yamllint, "x.yml:3:")

    def in_root(self, script):
        self.write("ansible/galaxy.yml", "---\n")
        self.write("tests/lab/in-root", "#!/bin/sh\n" + script + "\n", 0o755)
        patcher = mock.patch.object(os, "geteuid", lambda: 0)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_ansible_lint_findings(self):
        self.in_root("echo 'roles/x/tasks/main.yml:3: name[missing]: All tasks should be named.'; exit 2")
        self.assert_found(yamlfiles.ansible_lint, "main.yml:3:")

    def test_ansible_lint_that_does_not_run_is_no_pass(self):
        self.in_root("echo 'ansible-lint: not found' >&2; exit 127")
        self.assertRaisesRegex(base.Broken, "not found", self.findings, yamlfiles.ansible_lint)

    def test_ansible_lint_skips(self):
        self.in_root("echo 'skip: no userland here' >&2; exit 77")
        self.assert_skips(yamlfiles.ansible_lint, "no userland here")
        with mock.patch.object(os, "geteuid", lambda: 1000):
            self.assert_skips(yamlfiles.ansible_lint, "root")
