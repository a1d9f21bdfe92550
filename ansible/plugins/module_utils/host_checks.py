# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of a host that runs kernel-tdx: a table of small functions.

A check returns the value that it saw, raises Fail or raises Skip. It reads the host only through the class
Host; tests replace that by a recorded tree. Results that tdxctl check has are taken from there. The checks
here are those that tdxctl cannot do: whether the wanted kernel runs, whether that kernel logged errors,
whether libvirt answers.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import fcntl
import json
import os
import re
import stat
import subprocess

from ansible_collections.tdx.host.plugins.module_utils import boot_loader

VENDOR_MODULES = {"GenuineIntel": "kvm_intel", "AuthenticAMD": "kvm_amd", "HygonGenuine": "kvm_amd"}
NESTED_PAGING = {"kvm_intel": "ept", "kvm_amd": "npt"}

KVM_GET_API_VERSION = 0xAE00
KVM_CHECK_EXTENSION = 0xAE03
KVM_API_VERSION = 12
KVM_CAP_MEMORY_ATTRIBUTES = 233
KVM_CAP_GUEST_MEMFD = 234
KVM_CAP_VM_TYPES = 235
KVM_MEMORY_ATTRIBUTE_PRIVATE = 1 << 3
KVM_DEFAULT_VM_TYPE = 1 << 0

# Lines of the kernel log that report a bug of the kernel. A copy of tests/lib/splat.patterns, because the collection is
# installed without tests/; a unit test compares the two.
SPLAT = re.compile(
    r"BUG:|WARNING:|Oops|general protection|KASAN:|UBSAN:|possible circular|suspicious RCU|blocked for more than"
    r"|soft lockup|rcu_\w+ detected|Call Trace|unchecked MSR")
KERNEL_FACILITY = 0

# Lines that virsh version prints if libvirt answers and has found its QEMU.
VIRSH_SAYS = (r"^Running against daemon: \S+", r"^Running hypervisor: QEMU \S+")

COMMAND_TIMEOUT_S = 300
NO_PROGRAM = 127
MAX_REASON = 300


class Fail(Exception):
    """The host is not as it must be; the text is the reason."""


class Skip(Exception):
    """The check does not apply here; the text is the reason."""


class Host:
    """The host, as far as the checks look at it."""

    def __init__(self, root="/"):
        self.root = root

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def exists(self, name):
        return os.path.exists(self.path(name))

    def read(self, name):
        """The text of a file; empty if it cannot be read."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read(1 << 20).decode("utf-8", "replace")
        except OSError:
            return ""

    def release(self):
        return self.read("proc/sys/kernel/osrelease").strip()

    def run(self, argv):
        """(exit status, output); NO_PROGRAM if the program cannot be started, 124 if it does not end in time."""
        env = dict(os.environ, LC_ALL="C", PATH=os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin")
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=COMMAND_TIMEOUT_S, check=False, env=env)
        except OSError as err:
            return NO_PROGRAM, "%s: %s" % (argv[0], err.strerror)
        except subprocess.TimeoutExpired:
            return 124, "%s: no answer within %d s" % (argv[0], COMMAND_TIMEOUT_S)
        return done.returncode, done.stdout.decode("utf-8", "replace").strip()

    def kvm(self, request, argument=0):
        """The answer of /dev/kvm to an ioctl; raises OSError."""
        device = os.open(self.path("dev/kvm"), os.O_RDWR | os.O_CLOEXEC)
        try:
            return fcntl.ioctl(device, request, argument)
        finally:
            os.close(device)

    def is_device(self, name):
        try:
            return stat.S_ISCHR(os.stat(self.path(name)).st_mode)
        except OSError:
            return False

    def kernel_log(self):
        """The lines that the kernel logged since it booted, without those that user space wrote to its log."""
        lines = []
        log = os.open(self.path("dev/kmsg"), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            while True:
                try:
                    record = os.read(log, 8192).decode("utf-8", "replace")
                except OSError as err:
                    if err.errno == errno.EAGAIN:
                        return lines
                    if err.errno == errno.EPIPE:
                        # The next record was overwritten meanwhile: read the one after it.
                        continue
                    raise
                head, _sep, text = record.partition(";")
                if int(head.partition(",")[0]) >> 3 == KERNEL_FACILITY:
                    lines.append(text.partition("\n")[0])
        finally:
            os.close(log)


def vendor_module(host):
    """KVM's module for this CPU, kvm_amd or kvm_intel; None for other CPUs."""
    match = re.search(r"^vendor_id\s*:\s*(\S+)", host.read("proc/cpuinfo"), re.MULTILINE)
    return VENDOR_MODULES.get(match.group(1)) if match else None


def default_modules(host):
    vendor = vendor_module(host)
    return ["kvm", vendor] if vendor else ["kvm"]


def check_os(host, _want):
    match = re.search(r'^PRETTY_NAME="?([^"\n]+)', host.read("etc/os-release"), re.MULTILINE)
    if not match:
        raise Fail("/etc/os-release does not name the system")
    return match.group(1)


def check_running(host, want):
    release = host.release()
    if want["release"]:
        if release != want["release"]:
            raise Fail("runs %s instead of %s" % (release, want["release"]))
    elif not boot_loader.is_tdx(release):
        raise Fail("runs %s, which is not a kernel-tdx" % release)
    return release


def check_default_entry(host, want):
    release = host.release()
    try:
        entries = boot_loader.read_entries(host.path("boot/loader/entries"))
        saved = boot_loader.read_env(host.path(want["grubenv"])).get("saved_entry", "")
    except boot_loader.BootError as err:
        raise Fail(str(err))
    entry = boot_loader.find(entries, saved)
    if not entry:
        raise Fail("the default boot entry %r does not exist" % saved)
    if entry["version"] != release:
        raise Fail("boots %s by default, runs %s" % (entry["version"], release))
    return entry["id"]


def check_module(name):
    def check(host, want):
        folder = "sys/module/%s" % name
        known = host.exists(folder)
        # The folder is there before the module has started, which takes kvm_amd and kvm_intel seconds on a host with
        # TDX. modprobe waits until the module runs. A module that is built in has no such file.
        if known and host.read(folder + "/initstate").strip() in ("", "live"):
            return "loaded"
        # --dry-run: in check mode only find out whether the module could be loaded.
        argv = ["modprobe"] + (["--dry-run"] if want["dry_run"] else []) + [name]
        if want["load"]:
            code, said = host.run(argv)
            if code:
                raise Fail(said.splitlines()[-1] if said else "modprobe %s: exit status %d" % (name, code))
            if want["dry_run"]:
                return "can be loaded"
            if known:
                return "loaded"
            if host.exists(folder):
                want["changed"].append(name)
                return "loaded now"
        raise Fail("module %s is %s" % (name, "still starting" if known else "not loaded"))
    return check


def check_kvm_device(host, _want):
    if not host.is_device("dev/kvm"):
        raise Fail("no device /dev/kvm")
    try:
        version = host.kvm(KVM_GET_API_VERSION)
    except OSError as err:
        raise Fail("/dev/kvm: %s" % err.strerror)
    if version != KVM_API_VERSION:
        raise Fail("/dev/kvm: API version %d instead of %d" % (version, KVM_API_VERSION))
    return "API version %d" % version


def check_nested_paging(host, _want):
    module = vendor_module(host)
    if not module:
        raise Skip("KVM does not support this CPU")
    name = "/sys/module/%s/parameters/%s" % (module, NESTED_PAGING[module])
    value = host.read(name).strip()
    if value not in ("Y", "1"):
        raise Fail("%s is %s" % (name, value or "missing"))
    return "%s.%s=%s" % (module, NESTED_PAGING[module], value)


def check_private_memory(host, _want):
    """Asks /dev/kvm, not a VM: the answer is what the kernel supports, a single VM may have less."""
    try:
        memfd, attributes, types = (host.kvm(KVM_CHECK_EXTENSION, capability) for capability in (
            KVM_CAP_GUEST_MEMFD, KVM_CAP_MEMORY_ATTRIBUTES, KVM_CAP_VM_TYPES))
    except OSError as err:
        raise Fail("/dev/kvm: %s" % err.strerror)
    value = "guest_memfd %d, attributes 0x%x, VM types 0x%x" % (memfd, attributes, types)
    if memfd <= 0 or not attributes & KVM_MEMORY_ATTRIBUTE_PRIVATE or not types & ~KVM_DEFAULT_VM_TYPE:
        raise Fail("KVM does not support private memory: " + value)
    return value


def check_no_splat(host, _want):
    try:
        lines = host.kernel_log()
    except OSError as err:
        raise Fail("/dev/kmsg: %s" % err.strerror)
    if not lines:
        raise Fail("the kernel log is empty, so it cannot be judged")
    found = [line for line in lines if SPLAT.search(line)]
    if found:
        raise Fail("lines that report a bug of the kernel: %d, the first: %s" % (len(found), found[0]))
    return "%d lines" % len(lines)


def tdxctl_check(host, want):
    """The answer of tdxctl check. It runs only once, because it takes seconds on an emulated host."""
    if "tdxctl" not in want:
        want["tdxctl"] = host.run(["tdxctl", "check", "--json"])
    code, said = want["tdxctl"]
    if code == NO_PROGRAM:
        raise Skip("tdxctl is not installed: install the package tdx-host")
    try:
        answer = json.loads(said)
        return {"ready": answer["exit_status"] == 0, "summary": answer["summary"], "backend": answer["backend"],
                "checks": {check["id"]: check for check in answer["checks"]}}
    except (KeyError, TypeError, ValueError):
        raise Fail("tdxctl check: " + (" ".join(said.split()) or "exit status %d" % code))


def check_known(tdxctl_id):
    """Takes the value of a check of tdxctl. If the version is too old for TDX guests, only host.tdx-ready fails."""
    def check(host, want):
        known = tdxctl_check(host, want)["checks"].get(tdxctl_id)
        if not known:
            raise Fail("tdxctl check has no check %s: the versions of tdxctl and of this collection differ" % tdxctl_id)
        if not known.get("value"):
            raise Fail("tdxctl check: %s: %s" % (tdxctl_id, known.get("reason")))
        return known["value"]
    return check


def check_libvirt(host, want):
    """Asks libvirt whether it answers and finds its QEMU: tdxctl only sees that a socket listens."""
    code, said = host.run(["virsh", "--connect", "qemu:///system", "version", "--daemon"])
    if code or not all(re.search(line, said, re.MULTILINE) for line in VIRSH_SAYS):
        raise Fail("virsh version: " + (" ".join(said.split()) or "exit status %d" % code))
    return check_known("host.libvirt.version")(host, want)


def check_tdx_ready(host, want):
    """A host that is not ready for TDX guests fails if the option tdx is require; otherwise the check is skipped."""
    unready = Fail if want["tdx"] == "require" else Skip
    try:
        answer = tdxctl_check(host, want)
    except Skip as err:
        raise unready(str(err))
    if answer["ready"]:
        return "%s, TDX module: %s" % (answer["summary"], answer["backend"])
    failed = [check for check in answer["checks"].values()
              if check.get("verdict") == "FAIL" and check.get("level") == "required"]
    reason = "tdxctl check: %s" % answer["summary"]
    if failed:
        reason += "; %s: %s" % (failed[0]["id"], failed[0].get("reason"))
    raise unready(reason)


def table(modules):
    """[(check ID, function)] in the order of the results."""
    checks = [("host.os", check_os),
              ("kernel.running", check_running),
              ("kernel.default-entry", check_default_entry)]
    checks += [("kernel.module." + name.replace("_", "-"), check_module(name)) for name in modules]
    checks += [("kernel.kvm-device", check_kvm_device),
               ("kernel.nested-paging", check_nested_paging),
               ("kernel.private-memory", check_private_memory),
               ("kernel.no-splat", check_no_splat),
               ("host.libvirt-version", check_libvirt),
               ("host.qemu-version", check_known("host.qemu.version")),
               ("host.firmware-inteltdx", check_known("host.firmware.tdx")),
               ("host.tdx-ready", check_tdx_ready)]
    return checks


def selected(check_id, only):
    """The list only has IDs, or beginnings of IDs up to a dot: kernel.module selects kernel.module.kvm."""
    return not only or any(check_id == name or check_id.startswith(name + ".") for name in only)


def run_checks(host, want, modules, only):
    """Runs the selected checks; returns [{"id", "verdict", "reason", "value"}]."""
    results = []
    for check_id, check in table(modules or default_modules(host)):
        if not selected(check_id, only):
            continue
        result = {"id": check_id, "verdict": "PASS", "reason": "", "value": ""}
        try:
            result["value"] = check(host, want)
        except Fail as err:
            result.update(verdict="FAIL", reason=str(err)[:MAX_REASON])
        except Skip as err:
            result.update(verdict="SKIP", reason=str(err)[:MAX_REASON])
        results.append(result)
    return results
