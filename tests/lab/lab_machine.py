# SPDX-License-Identifier: GPL-2.0-or-later
"""The virtual machine of a lab host: QEMU's command line and ssh's configuration. QEMU runs in the host's folder."""

import glob
import os
import shlex

from lab_base import BUILD, CACHE

# A fault of the emulator: its first CPU loses changes of its global interrupt flag (GIF) while another CPU loads
# x87 state, because both write one word of the first CPU. A hypervisor that runs on that CPU dies, or its guest
# does. So the machine has one CPU more than asked for, and the kernel's argument isolcpus=0 keeps programs, and so
# guests, off the first one.
KERNELS_OWN_CPUS = 1

# Another fault of the emulator (QEMU 10.0.2 as Debian has it): a CPU that uses a register in memory, while another CPU
# moves or disables a PCI device's memory at a lower address, uses another device's register. When that was the end of
# an interrupt (EOI), the CPU has no timer any more and the host hangs at boot. So no PCI device has memory below the
# local APIC: no built-in disk controller and SMBus, and virtio devices without MSI-X (vectors=0), whose tables are
# there. Their other memory is above 4 GiB.
MACHINE = "q35,smm=off,sata=off,smbus=off"
NO_MSIX = "vectors=0"


def image_dir():
    return os.path.realpath(os.path.join(BUILD, "lab", "image"))


def guest_disks():
    """Arguments for the disks of tests/lab/build-guest: read-only, /dev/disk/by-id/virtio-guest-SUITE in the host."""
    argv = []
    for path in sorted(glob.glob(os.path.join(BUILD, "lab", "guest-*", "disk.qcow2"))):
        name = os.path.basename(os.path.dirname(path))
        argv += ["-drive", f"if=none,id={name},format=qcow2,file={os.path.realpath(path)},readonly=on",
                 "-device", f"virtio-blk-pci,drive={name},serial={name},{NO_MSIX}"]
    return argv


def qemu_argv(name, port, memory, cpus, world):
    code = os.path.join(image_dir(), "OVMF_CODE_4M.fd")
    return [
        "qemu-system-x86_64", "-name", name, "-no-user-config", "-nodefaults",
        "-display", "none", "-machine", MACHINE, "-accel", world.accel, "-cpu", world.cpu,
        "-smp", str(cpus + KERNELS_OWN_CPUS), "-m", memory,
        "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
        "-drive", "if=pflash,unit=1,format=raw,file=vars.fd",
        "-drive", "if=none,id=disk,format=qcow2,file=disk.qcow2,cache=unsafe,discard=unmap",
        "-device", f"virtio-blk-pci,drive=disk,bootindex=0,{NO_MSIX}",
        "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:22",
        "-device", f"virtio-net-pci,netdev=net,romfile=,{NO_MSIX}",
        "-chardev", "socket,id=console,path=console.sock,server=on,wait=off,logfile=console.log",
        "-serial", "chardev:console",
        "-qmp", "unix:qmp.sock,server=on,wait=off",
    ] + guest_disks() + shlex.split(os.environ.get("TDX_HOST_LAB_QEMU_ARGS", ""))


def ssh_config(name, port):
    return "\n".join((
        f"Host {name}",
        "  HostName 127.0.0.1",
        f"  Port {port}",
        "  User root",
        f"  IdentityFile \"{os.path.join(CACHE, 'keys', 'ssh')}\"",
        "  IdentitiesOnly yes",
        "  PreferredAuthentications publickey",
        "  HostKeyAlias tdx-host-lab",
        f"  UserKnownHostsFile \"{os.path.join(image_dir(), 'known_hosts')}\"",
        "  GlobalKnownHostsFile none",
        "  StrictHostKeyChecking yes",
        "  UpdateHostKeys no",
        "  KexAlgorithms curve25519-sha256",
        "  LogLevel ERROR",
        "  ConnectTimeout 60",
        "  ServerAliveInterval 10",
        "  ServerAliveCountMax 12",
        ""))
