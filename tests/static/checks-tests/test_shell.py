# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case, SH
from checks import shell


class Shell(Case):
    def test_shellcheck(self):
        self.need("shellcheck")
        self.write("good", SH + 'echo "$1"\n', 0o755)
        self.assert_clean(shell.shellcheck)
        self.write("bad", SH + "echo $1\n", 0o755)
        self.assert_found(shell.shellcheck, "bad:4:")

    def test_posix_scripts_are_judged_as_sh(self):
        self.need("shellcheck")
        self.write("hook.sh", "#!/bin/busybox sh\n[[ -e /x ]]\n")
        self.assert_found(shell.shellcheck, "hook.sh:2:")

    def test_strict(self):
        self.write("sourced.sh", "x=1\n")
        self.write("good", SH, 0o755)
        self.assert_clean(shell.strict)
        self.write("bad", "#!/bin/bash\n# set -euo pipefail\n", 0o755)
        self.assert_found(shell.strict, "bad:1:")

    def test_length(self):
        self.write("x.sh", ":\n" * 150)
        self.assert_clean(shell.length)
        self.write("x.sh", ":\n" * 151)
        self.assert_found(shell.length, "x.sh:150: 151 lines")

    def test_no_file_of_the_kind_skips(self):
        self.assert_skips(shell.length, "no shell script")
