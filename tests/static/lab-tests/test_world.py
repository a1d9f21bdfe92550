# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tests/lab/lab_world.py: a lab host runs by KVM only if KVM gives its guests all that TDs need."""

import errno
import os
import struct
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/lab"))

import lab_machine
import lab_world
from lab_base import LabError

SVM, VMX = 1 << 2, 1 << 5
EPT, UNRESTRICTED = 1 << 33, 1 << 39


class FakeKvm:
    """A KVM that answers as told, or fails with an errno."""

    path = "/dev/kvm"

    def __init__(self, svm=0, npt=1, vmx=0, controls=EPT | UNRESTRICTED, bits=48, fails=0, runs=True):
        self.leaves = {1: (0, 0, vmx, 0), 0x80000001: (0, 0, svm, 0), 0x80000008: (0x3000 | bits, 0, 0, 0),
                       0x8000000a: (1, 8, 0, npt)}
        self.controls, self.fails, self.runs = controls, fails, runs

    def cpuid(self):
        if self.fails:
            raise OSError(self.fails, os.strerror(self.fails))
        return self.leaves

    def msr(self, index):
        return self.controls if index == 0x48b else 0

    def runs_a_guest(self):
        return self.runs


CASES = (
    # KVM, accelerator, what is said
    (FakeKvm(svm=SVM), "kvm", "AMD-V, nested in this machine's KVM"),
    (FakeKvm(vmx=VMX), "kvm", "VMX, nested in this machine's KVM"),
    (FakeKvm(svm=SVM, bits=52), "kvm", "AMD-V, nested in this machine's KVM"),
    (FakeKvm(), "tcg", "AMD-V, emulated (/dev/kvm: its guests get neither AMD-V nor VMX: nesting is off)"),
    (FakeKvm(svm=SVM, npt=0), "tcg", "AMD-V, emulated (/dev/kvm: its guests get AMD-V without nested paging)"),
    (FakeKvm(vmx=VMX, controls=EPT), "tcg",
     "AMD-V, emulated (/dev/kvm: its guests get VMX without EPT or unrestricted guests)"),
    (FakeKvm(vmx=VMX, controls=UNRESTRICTED), "tcg",
     "AMD-V, emulated (/dev/kvm: its guests get VMX without EPT or unrestricted guests)"),
    (FakeKvm(vmx=VMX, bits=39), "tcg",
     "AMD-V, emulated (/dev/kvm: its CPUs have 39 physical address bits, and TDs need 48)"),
    (FakeKvm(svm=SVM, runs=False), "tcg",
     "AMD-V, emulated (/dev/kvm: it runs no guest: one that only halts did not halt)"),
    (FakeKvm(fails=errno.ENOENT), "tcg", "AMD-V, emulated (/dev/kvm: it cannot be used: No such file or directory)"),
    (FakeKvm(fails=errno.EACCES), "tcg", "AMD-V, emulated (/dev/kvm: it cannot be used: Permission denied)"),
)


class World(unittest.TestCase):
    def test_choice(self):
        for kvm, accel, says in CASES:
            with self.subTest(says=says):
                world = lab_world.choose(kvm, "")
                self.assertEqual(world.accel.split(",")[0], accel)
                self.assertEqual(world.says, says)
                self.assertEqual(world.cpu.split(",")[0], "host" if accel == "kvm" else "EPYC-Milan")
                self.assertIn("phys-bits=48", world.cpu.split(","))

    def test_qemu_gets_what_was_chosen(self):
        for kvm, accel, _says in CASES:
            argv = lab_machine.qemu_argv("name", 22, "1G", 1, lab_world.choose(kvm, ""))
            self.assertEqual(argv[argv.index("-accel") + 1].split(",")[0], accel)

    def test_emulator_on_request_does_not_touch_kvm(self):
        kvm = FakeKvm(svm=SVM)
        kvm.cpuid = mock.Mock(side_effect=AssertionError)
        with mock.patch.dict(os.environ, {"TDX_HOST_LAB_WORLD": "tcg"}):
            world = lab_world.choose(kvm)
        self.assertEqual(world.accel, "tcg,thread=multi")
        self.assertEqual(world.says, "AMD-V, emulated (TDX_HOST_LAB_WORLD=tcg)")

    def test_unknown_world(self):
        with self.assertRaisesRegex(LabError, "^TDX_HOST_LAB_WORLD=xen: no such world; set it to tcg.*or unset it$"):
            lab_world.choose(FakeKvm(svm=SVM), "xen")


class Ioctls(unittest.TestCase):
    """How the answers of the kernel are read, from bytes as the kernel writes them."""

    def ask(self, answer):
        def ioctl(_fd, _request, buffer):
            buffer[:len(answer)] = answer
        return mock.patch.object(lab_world.fcntl, "ioctl", ioctl)

    def test_cpuid(self):
        answer = struct.pack("<2I20I", 2, 0, 7, 0, 1, 10, 11, 12, 13, 0, 0, 0, 7, 1, 1, 20, 21, 22, 23, 0, 0, 0)
        with self.ask(answer):
            self.assertEqual(lab_world.Kvm("/dev/null").cpuid(), {7: (10, 11, 12, 13)})

    def test_msr(self):
        with self.ask(struct.pack("<2I2IQ", 1, 0, 0x48b, 0, EPT)):
            self.assertEqual(lab_world.Kvm("/dev/null").msr(0x48b), EPT)

    def test_no_device(self):
        world = lab_world.choose(lab_world.Kvm("/nowhere/kvm"), "")
        self.assertEqual(world.says, "AMD-V, emulated (/nowhere/kvm: it cannot be used: No such file or directory)")


if __name__ == "__main__":
    unittest.main()
