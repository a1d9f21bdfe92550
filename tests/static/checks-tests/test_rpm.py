# SPDX-License-Identifier: GPL-2.0-or-later
from case import Case
from checks import rpm


class Rpm(Case):
    def test_spec(self):
        self.need("rpmlint")
        self.write("SPECS/bad.spec", "Name: bad\nVersion: 1\nRelease: 1\nSummary: Bad.\n"
                                     "License: GPL-2.0-or-later\n%description\nx\n%prep\n%files\n")
        self.assert_found(rpm.specs, "bad.spec: W: ")

    def test_no_packages_skips(self):
        self.assert_skips(rpm.built, "run kernel/scripts/build-rpms")

    def test_a_broken_package(self):
        self.need("rpmlint")
        self.write("build/kernel/out/rpms/x-1-1.noarch.rpm", b"no package")
        self.assert_skips(rpm.built, "run tests/lab/in-root scripts/build-host-rpms")
        self.write("build/host/rpms/y-1-1.noarch.rpm", b"no package")
        self.assert_found(rpm.built, "error reading package header")
