# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import commits


class Commits(Case):
    def commit(self, message):
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def test_no_commit_skips(self):
        self.assert_skips(commits.subjects, "no commit yet")

    def test_subjects(self):
        for good in ("tests: Check commit subjects", "kernel/patches: Add a hook", "KVM: x86/mmu: Split it now",
                     "scripts, tests: Bring it up"):
            self.commit(good + "\n\nWhy it is so.")
        self.assert_clean(commits.subjects)
        for bad, wanted in (("fix it", "is not 'area"), ("tests: add x", "is not 'area"),
                            ("tests: Added a check", "imperative"), ("tests: Add a check.", "full stop"),
                            ("tests: Add " + "x" * 80, "characters")):
            self.commit(bad)
            self.assert_found(commits.subjects, wanted)

    def test_messages(self):
        self.commit("tests: Add a check\n\nAs asked in issue" + " #7.")
        self.assert_found(commits.messages, "message has")
