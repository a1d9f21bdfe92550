# SPDX-License-Identifier: GPL-2.0-or-later
import shutil

from case import Case, TAG, TOP
from checks import base, cfiles
from test_patches import PATCH


class C(Case):
    def test_clang_format(self):
        self.need("clang-format")
        shutil.copy(TOP / ".clang-format", self.top)
        self.write("kernel/src/a.c", "int  f( void ){return 1;}\n")
        self.assert_skips(cfiles.clang_format, "no user-space C file")
        self.write("common/a.c", "int f(void)\n{\n    return 1;\n}\n")
        self.assert_clean(cfiles.clang_format)
        self.write("common/a.c", "int  f( void ){return 1;}\n")
        self.assert_found(cfiles.clang_format, "common/a.c:1:")

    def test_checkpatch(self):
        self.need("perl")
        self.write("kernel/src/a.c", "int f(void)\n")
        self.assert_skips(cfiles.checkpatch_src, "run kernel/scripts/prepare-tree")
        self.write("build/kernel/tree/scripts/checkpatch.pl",
                   'print "$ARGV[-1]:1: WARNING:X: bad\\n"; exit 1;\n')
        self.assert_found(cfiles.checkpatch_src, "kernel/src/a.c:1: WARNING")
        self.write("kernel/patches/0001-a.patch", PATCH)
        self.assert_found(cfiles.checkpatch_patches, "0001-a.patch:1: WARNING")

    def test_checkpatch_ignored_here_only(self):
        row = [["SPACING", "kernel/src/a/**"]]
        found = "kernel/src/a/b.c:1: ERROR:SPACING: space required"
        self.assertTrue(cfiles._is_ignored(found, row))
        self.assertFalse(cfiles._is_ignored(found.replace("src/a", "src/b"), row))
        self.assertFalse(cfiles._is_ignored(found.replace("SPACING", "OTHER"), row))

    def test_real_checkpatch(self):
        script = TOP / "build/kernel/tree/scripts/checkpatch.pl"
        if not script.exists():
            self.skipTest("no prepared kernel tree")
        self.write("build/kernel/tree/scripts/checkpatch.pl", script.read_bytes())
        self.write("kernel/src/a.c", "/* " + TAG + "GPL-2.0-only */\nint f( void ){ return 1; }\n")
        self.assert_found(cfiles.checkpatch_src, "kernel/src/a.c:1:", "kernel/src/a.c:2:")
        self.write("kernel/patches/0001-a.patch", PATCH)
        self.assert_clean(cfiles.checkpatch_patches)

    def sparse_tree(self, said):
        self.write("kernel/src/arch/m/a.c", "int f;\n")
        self.write("build/kernel/lab/.config", "")
        self.write("kernel/scripts/common.sh", f"kmake() {{ {said}; }}\n")

    def test_sparse(self):
        self.need("sparse")
        self.sparse_tree("echo '../tree/arch/m/a.c:1:5: warning: symbol f was not declared' >&2;"
                         "echo 'include/linux/x.h:1:5: warning: not ours' >&2")
        self.assert_found(cfiles.sparse, "kernel/src-objects:1: does not exist")
        self.write("kernel/src-objects", "arch/m lab\n")
        self.assertEqual(len(self.findings(cfiles.sparse)), 1)
        self.assert_found(cfiles.sparse, "kernel/src/arch/m/a.c:1:5: warning")
        self.write("kernel/src/other/b.c", "int g;\n")
        self.assert_found(cfiles.sparse, "kernel/src/other/b.c:1: its folder is not in")
        self.write("kernel/src-objects", "arch/m lab other\n")
        self.assertEqual(len(self.findings(cfiles.sparse)), 1)

    def test_sparse_of_a_single_object(self):
        self.need("sparse")
        self.sparse_tree('echo "$*" >>goals')
        self.write("build/kernel/debug/.config", "")
        self.write("kernel/src-objects", "arch/m lab\narch/m/tests/b.o debug\n")
        self.assert_clean(cfiles.sparse)
        goals = (self.top / "goals").read_text().splitlines()
        self.assertEqual([line.split()[-1] for line in goals], ["arch/m/", "arch/m/tests/b.o"])

    def test_sparse_on_a_tree_that_does_not_build(self):
        self.need("sparse")
        self.sparse_tree("echo 'include/x.h:1:5: error: broken' >&2; false")
        self.write("kernel/src-objects", "arch/m lab\n")
        self.assertRaisesRegex(base.Broken, "broken", self.findings, cfiles.sparse)
        self.write("kernel/src-objects", "arch/m debug\n")
        self.assert_skips(cfiles.sparse, "merge-config debug")
