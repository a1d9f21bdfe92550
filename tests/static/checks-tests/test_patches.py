# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import base, patches

PATCH = """From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: A Developer <a@example.com>
Subject: [PATCH] KVM: x86: Add a hook point

The mirrored page table has to hear of each change before it is made.

Upstream-Status: Pending
---
 virt/kvm/kvm_main.c | 1 +

diff --git a/virt/kvm/kvm_main.c b/virt/kvm/kvm_main.c
--- a/virt/kvm/kvm_main.c
+++ b/virt/kvm/kvm_main.c
@@ -1,2 +1,3 @@
 a
+b
 c
--\x20
2.39.5
"""


class Patches(Case):
    def patch(self, text=PATCH, name="0001-kvm-Add-a-hook.patch", series="0001-kvm-Add-a-hook.patch\n"):
        self.write("kernel/patches/" + name, text)
        self.write("kernel/patches/series", "# comment\n" + series)

    def test_a_good_patch(self):
        self.patch()
        for check in (patches.headers, patches.series, patches.size):
            self.assert_clean(check)

    def test_headers(self):
        for old, new, wanted in (
                ("The mirrored page table has to hear of each change before it is made.", "Hook.", "no reason"),
                ("Upstream-Status: Pending\n", "", "Upstream-Status"),
                ("Status: Pending", "Status: Inappropriate", "Upstream-Status"),
                ("Status: Pending", "Status: Backport v6.14", "Upstream-Status"),
                ("Subject:", "Topic:", "no Subject"),
                ("--- a/virt", "new file mode 100644\n--- a/virt", "adds a file"),
                ("@@ ", "", "changes nothing")):
            self.patch(PATCH.replace(old, new))
            self.assert_found(patches.headers, wanted)
        for status in ("Backport 0123456789ab", "Inappropriate the lab only"):
            self.patch(PATCH.replace("Status: Pending", f"Status: {status}"))
            self.assert_clean(patches.headers)

    def test_series(self):
        self.patch(series="0002-gone.patch\n0001-also-gone.patch\n")
        self.assert_found(patches.series, "lists 0002-gone.patch", "is not in the series", "order")
        self.patch(name="hook.patch", series="hook.patch\n")
        self.assert_found(patches.series, "hook.patch:1: its name")
        (self.top / "kernel/patches/series").unlink()
        self.assert_found(patches.series, "series:1: does not exist")

    def test_size(self):
        for lines, value, found in ((60, "largest 60", 0), (61, "think again", 0), (81, "think again", 1)):
            self.patch(PATCH.replace("+b\n", "+b\n" * lines))
            self.assertIn(value, patches.size(base.Tree(self.top))[0])
            self.assertEqual(len(self.findings(patches.size)), found, lines)

    def test_without_tests(self):
        include = '#include "mirror/tests/mock.h"\n'
        self.patch()
        self.write("kernel/src/virt/kvm/mirror/tests/mock.c", include)
        self.write("kernel/src/tools/testing/selftests/kvm/mirror.h", include)
        self.write("kernel/src/virt/kvm/mirror/life.c", '#include "tests.h"\n')
        self.assert_clean(patches.without_tests)
        self.write("kernel/src/virt/kvm/mirror/life.c", "\n" + include)
        self.assert_found(patches.without_tests, "kernel/src/virt/kvm/mirror/life.c:2: includes")
        self.write("kernel/src/virt/kvm/mirror/life.c", "")
        self.patch(PATCH.replace("+b\n", "+" + include))
        self.assert_found(patches.without_tests, "0001-kvm-Add-a-hook.patch:16: includes")

    def test_shadows_nothing(self):
        self.write("kernel/base.conf", "KERNEL_VERSION=6.12.1\nBASE_SHA256=0123456789abcdef0\n")
        self.write("kernel/src/virt/kvm/new.c", "")
        self.assert_skips(patches.shadows_nothing, "run kernel/scripts/fetch-base")
        self.write("cache/src/linux-6.12.1-0123456789abcdef/virt/kvm/kvm_main.c", "")
        self.assert_clean(patches.shadows_nothing)
        self.write("kernel/src/virt/kvm/kvm_main.c", "")
        self.assert_found(patches.shadows_nothing, "kernel/src/virt/kvm/kvm_main.c:1:")
