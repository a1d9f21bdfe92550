# SPDX-License-Identifier: GPL-2.0-or-later
"""Chooses what runs a lab host: the KVM of this machine, if KVM gives its guests what the software TDX module
needs to run TDs in them (nesting), else the emulator TCG, which has AMD-V on any machine."""

import ctypes
import fcntl
import mmap
import os
import struct
from dataclasses import dataclass

from lab_base import LabError

VARIABLE = "TDX_HOST_LAB_WORLD"

# A TD's shared bit is bit 47 of its addresses.
ADDRESS_BITS = 48

# erms, fsrm: without these features a kernel copies by wide instructions, which the emulator executes several
# times faster than byte-wise string instructions. monitor: with it, the firmware parks CPUs in MWAIT until a
# kernel starts them, and the emulator executes MWAIT in a busy loop.
TCG_CPU = f"EPYC-Milan,phys-bits={ADDRESS_BITS},erms=off,fsrm=off,monitor=off"
KVM_CPU = f"host,host-phys-bits=off,phys-bits={ADDRESS_BITS}"


@dataclass(frozen=True)
class World:
    # For people: what runs TDs, and why this was chosen.
    says: str
    accel: str
    cpu: str


class Kvm:
    """What this machine's KVM can give to its guests."""

    GET_SUPPORTED_CPUID = 0xC008AE05
    GET_MSRS = 0xC008AE88
    CREATE_VM = 0xAE01
    GET_VCPU_MMAP_SIZE = 0xAE04
    SET_USER_MEMORY_REGION = 0x4020AE46
    CREATE_VCPU = 0xAE41
    RUN = 0xAE80
    EXIT_HLT = 5

    MAX_ENTRIES = 512
    ENTRY = struct.Struct("<10I")

    def __init__(self, path="/dev/kvm"):
        self.path = path

    def _ask(self, request, buffer):
        fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(fd, request, buffer)
        finally:
            os.close(fd)

    def cpuid(self):
        """Returns {leaf: (EAX, EBX, ECX, EDX)}, of leaves with subleaves the first."""
        buffer = bytearray(struct.pack("<2I", self.MAX_ENTRIES, 0) + bytes(self.MAX_ENTRIES * self.ENTRY.size))
        self._ask(self.GET_SUPPORTED_CPUID, buffer)
        count = struct.unpack_from("<I", buffer)[0]
        found = {}
        for i in range(count):
            leaf, _index, _flags, *registers = self.ENTRY.unpack_from(buffer, 8 + i * self.ENTRY.size)
            found.setdefault(leaf, tuple(registers[:4]))
        return found

    def msr(self, index):
        """Returns a feature MSR."""
        buffer = bytearray(struct.pack("<2I2IQ", 1, 0, index, 0, 0))
        self._ask(self.GET_MSRS, buffer)
        return struct.unpack_from("<Q", buffer, 16)[0]

    def runs_a_guest(self):
        """Runs a guest whose first instruction, at the reset vector, is HLT. Returns whether it got there: a KVM may
        answer all questions and run nothing."""
        page, hlt, reset_vector = 0xFFFFF000, 0xF4, 0xFF0
        fds = [os.open(self.path, os.O_RDWR | os.O_CLOEXEC)]
        try:
            fds.append(fcntl.ioctl(fds[0], self.CREATE_VM, 0))
            memory = mmap.mmap(-1, mmap.PAGESIZE)
            memory[reset_vector] = hlt
            address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            fcntl.ioctl(fds[1], self.SET_USER_MEMORY_REGION, struct.pack("<2I3Q", 0, 0, page, len(memory), address))
            fds.append(fcntl.ioctl(fds[1], self.CREATE_VCPU, 0))
            with mmap.mmap(fds[2], fcntl.ioctl(fds[0], self.GET_VCPU_MMAP_SIZE, 0)) as run:
                fcntl.ioctl(fds[2], self.RUN, 0)
                return struct.unpack_from("<I", run, 8)[0] == self.EXIT_HLT
        finally:
            for fd in reversed(fds):
                os.close(fd)


def _amd_lacks(cpuid, _kvm):
    return None if cpuid.get(0x8000000a, (0,) * 4)[3] & 1 else "its guests get AMD-V without nested paging"


def _intel_lacks(_cpuid, kvm):
    # IA32_VMX_PROCBASED_CTLS2: the upper half says which controls may be set; EPT and unrestricted guests.
    wanted = 1 << 33 | 1 << 39
    return None if kvm.msr(0x48b) & wanted == wanted else "its guests get VMX without EPT or unrestricted guests"


# Name; leaf and bit of ECX that announces it; what KVM lacks to nest it.
_WORLDS = (
    ("AMD-V", 0x80000001, 2, _amd_lacks),
    ("VMX", 1, 5, _intel_lacks),
)


def _nested(kvm):
    """Returns the name of what KVM nests, and None; or None, and the reason why it does not."""
    try:
        cpuid = kvm.cpuid()
        for name, leaf, bit, lacks in _WORLDS:
            if not cpuid.get(leaf, (0,) * 4)[2] >> bit & 1:
                continue
            bits = cpuid.get(0x80000008, (0,) * 4)[0] & 0xff
            if bits < ADDRESS_BITS:
                return None, f"its CPUs have {bits} physical address bits, and TDs need {ADDRESS_BITS}"
            reason = lacks(cpuid, kvm)
            if not reason and not kvm.runs_a_guest():
                reason = "it runs no guest: one that only halts did not halt"
            return (None, reason) if reason else (name, None)
    except OSError as err:
        return None, f"it cannot be used: {err.strerror}"
    return None, "its guests get neither AMD-V nor VMX: nesting is off"


def choose(kvm=None, wanted=None):
    """Returns the world for lab hosts. `wanted`, or the environment: tcg takes the emulator, without a look at KVM."""
    wanted = os.environ.get(VARIABLE, "") if wanted is None else wanted
    if wanted not in ("", "tcg"):
        raise LabError(f"{VARIABLE}={wanted}: no such world; set it to tcg, for the emulator, or unset it")
    kvm = kvm or Kvm()
    name, reason = (None, f"{VARIABLE}=tcg") if wanted else _nested(kvm)
    if name:
        return World(f"{name}, nested in this machine's KVM", "kvm", KVM_CPU)
    reason = reason if wanted else f"{kvm.path}: {reason}"
    return World(f"AMD-V, emulated ({reason})", "tcg,thread=multi", TCG_CPU)
