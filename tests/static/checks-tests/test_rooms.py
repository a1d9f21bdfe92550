# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case, SH
from checks import rooms


class Rooms(Case):
    def test_who_uses_whom(self):
        self.write("tests/user/hook/run", SH + "source ../../lib/ktap.sh\n# as tests/host/hook\n"
                   "tests/lab/vm tests/recorded/base tests/user/common\n", 0o755)
        self.write("tests/lab/vm", SH + 'source "$TOP/tests/lib/splat.sh"\nls build/tests/user\n', 0o755)
        self.write("tests/lab/base.py", '"""As tests/host."""\n\n\ndef f():\n    """As\n    tests/runner."""\n')
        self.write("tests/plan/run.toml", 'run = ["tests/lab/vm", "tests/host/hook"]\n')
        self.write("scripts/build-user", SH + "make -C tests/user/common\n", 0o755)
        self.assert_clean(rooms.rooms)

    def test_violations(self):
        self.write("tests/lab/mini", SH + "\ntests/kernel/booted/td\n", 0o755)
        self.write("tests/user/hook/run", SH + 'source "$here/../../host/lib.sh"\n', 0o755)
        self.write("tests/kernel/mirror/Makefile", "include ../../bench/x.mk\n")
        self.write("tests/runner/plan.py", 'sys.path.insert(0, TOP / "tests" / "lib")\n')
        self.write("tests/lib/json_schema.py", 'os.path.join(TOP, "tests", "lab", "vm")\n')
        self.write("tests/host/hook", SH + "tests/plan/run.toml\n", 0o755)
        self.write("tests/unit/data", "text\n")
        self.assert_found(rooms.rooms, "tests/unit/data:1: tests/unit is no folder",
                          "tests/lab/mini:5: tests/lab may not use tests/kernel",
                          "tests/user/hook/run:4: tests/user may not use tests/host",
                          "tests/kernel/mirror/Makefile:1: tests/kernel may not use tests/bench",
                          "tests/runner/plan.py:1: tests/runner may not use tests/lib",
                          "tests/lib/json_schema.py:1: tests/lib may not use tests/lab",
                          "tests/host/hook:4: tests/host may not use tests/plan")
        self.assertEqual(len(self.findings(rooms.rooms)), 7)
