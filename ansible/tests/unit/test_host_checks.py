# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of a host: each passes on a good host, and fails with its reason on a bad one."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import collection

host_checks = collection.load("module_utils.host_checks")
validate_host = collection.load("modules.validate_host")

TDX = "6.12.117-0.1.0.lab.x86_64+tdx"
MACHINE = "6c61622d726442748000000000000004"
VIRSH = """Compiled against library: libvirt 12.8.0
Using library: libvirt 12.8.0
Using API: QEMU 12.8.0
Running hypervisor: QEMU 11.1.2
Running against daemon: 12.8.0
"""
FILES = {
    "etc/os-release": 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux forky/sid"\n',
    "proc/sys/kernel/osrelease": TDX + "\n",
    "proc/cpuinfo": "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\n",
    f"boot/loader/entries/{MACHINE}-{TDX}.conf": f"title x\nversion {TDX}\n",
    "boot/grub/grubenv": f"# GRUB Environment Block\nsaved_entry={MACHINE}-{TDX}\n####",
    "sys/module/kvm/refcnt": "1\n",
    "sys/module/kvm_amd/parameters/npt": "Y\n",
}
FIRMWARE = "/usr/share/ovmf/OVMF.inteltdx.ms.fd"
GOOD_KVM = {host_checks.KVM_CAP_GUEST_MEMFD: 1, host_checks.KVM_CAP_MEMORY_ATTRIBUTES: 8,
            host_checks.KVM_CAP_VM_TYPES: 3}


def tdxctl_check(check_id, value, verdict="PASS", reason=None, level="required"):
    return {"id": check_id, "level": level, "verdict": verdict, "value": value, "reason": reason}


GOOD_CHECKS = (tdxctl_check("host.libvirt.version", "12.8.0"), tdxctl_check("host.qemu.version", "11.1.2"),
               tdxctl_check("host.firmware.tdx", FIRMWARE))


def tdxctl_says(summary, status, *changes):
    """The answer with these checks instead of the good ones of the same ID."""
    checks = {check["id"]: check for check in GOOD_CHECKS + changes}
    return json.dumps({"schema": "tdx-host.check.v1", "backend": "silicon", "summary": summary, "exit_status": status,
                       "checks": list(checks.values())})


def without(check_id, reason):
    return {"tdxctl": (1, tdxctl_says("not ready", 1, tdxctl_check(check_id, None, "FAIL", reason))),
            "virsh": (0, VIRSH)}


class RecordedHost(host_checks.Host):
    """A host for tests: a tree of files, and answers of programs and of /dev/kvm."""

    def __init__(self, root):
        super().__init__(str(root))
        self.answers = {"virsh": (0, VIRSH), "tdxctl": (0, tdxctl_says("ready", 0))}
        self.log = ["Linux version 6.12.117", "kvm_amd: Nested Paging enabled"]
        self.kvm_answers = dict(GOOD_KVM)
        self.has_device = True
        self.ran = []

    def run(self, argv):
        self.ran.append(argv)
        return self.answers.get(argv[0], (127, f"{argv[0]}: No such file or directory"))

    def kvm(self, request, argument=0):
        return host_checks.KVM_API_VERSION if request == host_checks.KVM_GET_API_VERSION else self.kvm_answers[argument]

    def is_device(self, name):
        return self.has_device

    def kernel_log(self):
        return self.log


class HostTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, text in FILES.items():
            self.write(name, text)
        self.host = RecordedHost(self.root)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def checks(self, *only, modules=(), **want):
        want = {"release": "", "load": False, "dry_run": False, "changed": [], "grubenv": "/boot/grub/grubenv",
                "tdx": "report", **want}
        results = host_checks.run_checks(self.host, want, list(modules), list(only))
        return {result["id"]: result for result in results}

    def check(self, check_id, **want):
        (result,) = self.checks(check_id, **want).values()
        return result["verdict"], result["reason"] or result["value"]


class GoodHost(HostTest):
    def test_all_pass(self):
        results = self.checks()
        self.assertEqual({c["id"]: c["reason"] for c in results.values() if c["verdict"] != "PASS"}, {})
        self.assertEqual(list(results), [
            "host.os", "kernel.running", "kernel.default-entry", "kernel.module.kvm", "kernel.module.kvm-amd",
            "kernel.kvm-device", "kernel.nested-paging", "kernel.private-memory", "kernel.no-splat",
            "host.libvirt-version", "host.qemu-version", "host.firmware-inteltdx", "host.tdx-ready"])

    def test_values(self):
        values = {check_id: result["value"] for check_id, result in self.checks().items()}
        self.assertEqual(values["host.os"], "Debian GNU/Linux forky/sid")
        self.assertEqual(values["kernel.running"], TDX)
        self.assertEqual(values["kernel.private-memory"], "guest_memfd 1, attributes 0x8, VM types 0x3")
        self.assertEqual((values["host.libvirt-version"], values["host.qemu-version"]), ("12.8.0", "11.1.2"))
        self.assertEqual(values["host.firmware-inteltdx"], FIRMWARE)

    def test_virsh_and_tdxctl_are_asked_once(self):
        self.checks()
        self.assertEqual(sorted(argv[0] for argv in self.host.ran), ["tdxctl", "virsh"])

    def test_tdxctl_has_the_checks_that_are_asked_for(self):
        table = (collection.ROOT.parent / "tdxctl/checks.c").read_text(encoding="utf-8")
        for check in GOOD_CHECKS:
            self.assertIn(f'{{ "{check["id"]}",', table)

    def test_selection_is_by_family(self):
        self.assertEqual(list(self.checks("kernel.module")), ["kernel.module.kvm", "kernel.module.kvm-amd"])
        self.assertEqual(list(self.checks("kernel.mod")), [])

    def test_intel(self):
        self.write("proc/cpuinfo", "vendor_id\t: GenuineIntel\n")
        self.write("sys/module/kvm_intel/parameters/ept", "Y\n")
        self.assertEqual(self.check("kernel.nested-paging"), ("PASS", "kvm_intel.ept=Y"))
        self.assertIn("kernel.module.kvm-intel", self.checks())

    def test_other_cpu_is_skipped_with_a_reason(self):
        self.write("proc/cpuinfo", "vendor_id\t: Other\n")
        self.assertEqual(self.check("kernel.nested-paging"), ("SKIP", "KVM does not support this CPU"))


class HostWithoutTdx(HostTest):
    """host.tdx-ready is skipped, or fails if the option tdx is require."""

    def setUp(self):
        super().setUp()
        failed = tdxctl_check("host.cpu.vendor", "a CPU", "FAIL", "no TDX in this CPU")
        advice = tdxctl_check("host.virt.caps-cache", None, "FAIL", "stale", "advice")
        self.host.answers["tdxctl"] = (1, tdxctl_says("not ready", 1, advice, failed))

    def test_is_noted(self):
        self.assertEqual(self.check("host.tdx-ready"),
                         ("SKIP", "tdxctl check: not ready; host.cpu.vendor: no TDX in this CPU"))

    def test_is_a_fault_where_tdx_is_required(self):
        self.assertEqual(self.check("host.tdx-ready", tdx="require")[0], "FAIL")

    def test_undecided_is_not_ready(self):
        self.host.answers["tdxctl"] = (2, tdxctl_says("undecided", 2))
        self.assertEqual(self.check("host.tdx-ready", tdx="require"), ("FAIL", "tdxctl check: undecided"))


class OldHost(HostTest):
    """A version that is too old for TDX guests only fails host.tdx-ready, and only if tdx is require."""

    def setUp(self):
        super().setUp()
        old = tdxctl_check("host.qemu.version", "9.1.0", "FAIL", "older than 10.1")
        self.host.answers["tdxctl"] = (1, tdxctl_says("not ready", 1, old))

    def test_version_is_told(self):
        self.assertEqual(self.check("host.qemu-version"), ("PASS", "9.1.0"))

    def test_old_is_noted_or_a_fault(self):
        reason = "tdxctl check: not ready; host.qemu.version: older than 10.1"
        self.assertEqual(self.check("host.tdx-ready"), ("SKIP", reason))
        self.assertEqual(self.check("host.tdx-ready", tdx="require"), ("FAIL", reason))


class HostWithoutTdxctl(HostTest):
    """Without tdxctl the checks that need it are skipped with the reason; the others run."""

    LINE = "tdxctl is not installed: install the package tdx-host"

    def setUp(self):
        super().setUp()
        del self.host.answers["tdxctl"]

    def test_one_line_says_it(self):
        other = {result["id"]: (result["verdict"], result["reason"]) for result in self.checks().values()
                 if result["verdict"] != "PASS"}
        self.assertEqual(other, {check_id: ("SKIP", self.LINE) for check_id in (
            "host.libvirt-version", "host.qemu-version", "host.firmware-inteltdx", "host.tdx-ready")})

    def test_missing_tdxctl_is_a_fault_where_tdx_is_required(self):
        self.assertEqual(self.check("host.tdx-ready", tdx="require"), ("FAIL", self.LINE))

    def test_libvirt_has_to_answer(self):
        self.host.answers["virsh"] = (1, "error: failed to connect")
        self.assertEqual(self.check("host.libvirt-version"), ("FAIL", "virsh version: error: failed to connect"))


class BadHost(HostTest):
    """Rows: files to change (None removes one), attributes of the host to change, the check that fails, its reason."""

    TABLE = [
        ({"etc/os-release": None}, {}, "host.os", "does not name the system"),
        ({"proc/sys/kernel/osrelease": "7.2.12+deb14-cloud-amd64"}, {}, "kernel.running", "which is not a kernel-tdx"),
        ({"proc/sys/kernel/osrelease": "6.12.116+tdx"}, {}, "kernel.default-entry", "runs 6.12.116"),
        ({"boot/grub/grubenv": "# GRUB Environment Block\nsaved_entry=0\n"}, {}, "kernel.default-entry", "'0'"),
        ({"boot/grub/grubenv": None}, {}, "kernel.default-entry", "no GRUB environment block"),
        ({"sys/module/kvm_amd/parameters/npt": "N\n"}, {}, "kernel.nested-paging", "npt is N"),
        ({"sys/module/kvm_amd/parameters/npt": None}, {}, "kernel.nested-paging", "is missing"),
        ({}, {"has_device": False}, "kernel.kvm-device", "no device /dev/kvm"),
        ({}, {"kvm_answers": {**GOOD_KVM, 234: 0}}, "kernel.private-memory", "guest_memfd 0"),
        ({}, {"kvm_answers": {**GOOD_KVM, 233: 0}}, "kernel.private-memory", "attributes 0x0"),
        ({}, {"kvm_answers": {**GOOD_KVM, 235: 1}}, "kernel.private-memory", "VM types 0x1"),
        ({}, {"log": []}, "kernel.no-splat", "empty"),
        ({}, {"log": ["ok", "WARNING: CPU: 0 PID: 1 at mm/x.c"]}, "kernel.no-splat", "1, the first: WARNING"),
        ({}, {"log": ["BUG: KASAN: use-after-free"]}, "kernel.no-splat", "KASAN"),
        ({}, {"answers": {"virsh": (1, "error: failed to connect")}}, "host.libvirt-version", "failed to connect"),
        ({}, {"answers": {"virsh": (0, "Running against daemon: 1.0")}}, "host.libvirt-version", "virsh version"),
        ({}, {"answers": {}}, "host.libvirt-version", "No such file"),
        ({}, {"answers": without("host.libvirt.version", "libvirt is not installed")}, "host.libvirt-version",
         "tdxctl check: host.libvirt.version: libvirt is not installed"),
        ({}, {"answers": without("host.qemu.version", "QEMU is not installed")}, "host.qemu-version",
         "tdxctl check: host.qemu.version: QEMU is not installed"),
        ({}, {"answers": without("host.firmware.tdx", "no firmware descriptor")}, "host.firmware-inteltdx",
         "tdxctl check: host.firmware.tdx: no firmware descriptor"),
        ({}, {"answers": {"tdxctl": (0, tdxctl_says("ready", 0).replace("host.qemu", "host.emu"))}},
         "host.qemu-version", "versions of tdxctl and of this collection differ"),
        ({}, {"answers": {"tdxctl": (0, "[]")}}, "host.qemu-version", "[]"),
        ({}, {"answers": {"tdxctl": (0, "[]")}}, "host.tdx-ready", "[]"),
        ({}, {"answers": {"tdxctl": (139, "")}}, "host.tdx-ready", "tdxctl check: exit status 139"),
    ]

    def test_complaints_are_those_of_the_lab(self):
        lines = (collection.ROOT.parent / "tests/lib/splat.patterns").read_text().splitlines()
        self.assertEqual(host_checks.SPLAT.pattern.split("|"), [line for line in lines if not line.startswith("#")])

    def test_bad_host_table(self):
        for files, change, check_id, reason in self.TABLE:
            with self.subTest(check=check_id, reason=reason):
                for name, text in {**FILES, **files}.items():
                    if text is None:
                        (self.root / name).unlink()
                    else:
                        self.write(name, text)
                self.host = RecordedHost(self.root)
                vars(self.host).update(change)
                verdict, said = self.check(check_id)
                self.assertEqual(verdict, "FAIL")
                self.assertIn(reason, said)

    def test_expected_release(self):
        self.assertEqual(self.check("kernel.running", release=TDX)[0], "PASS")
        self.assertEqual(self.check("kernel.running", release="9.9"), ("FAIL", f"runs {TDX} instead of 9.9"))


class Modules(HostTest):
    def setUp(self):
        super().setUp()
        self.only = "kernel.module.nbd"

    def check_nbd(self, **want):
        (result,) = self.checks(self.only, modules=["nbd"], **want).values()
        return result["verdict"], result["reason"] or result["value"]

    def test_read_only_unless_asked(self):
        self.assertEqual(self.check_nbd(), ("FAIL", "module nbd is not loaded"))
        self.assertEqual(self.host.ran, [])

    def test_load(self):
        def run(argv):
            self.assertEqual(argv, ["modprobe", "nbd"])
            self.write("sys/module/nbd/refcnt", "0")
            return 0, ""
        changed = []
        with mock.patch.object(self.host, "run", run):
            self.assertEqual(self.check_nbd(load=True, changed=changed), ("PASS", "loaded now"))
        self.assertEqual(changed, ["nbd"])

    def test_load_waits_for_a_module_that_starts(self):
        self.write("sys/module/nbd/initstate", "coming\n")
        self.assertEqual(self.check_nbd(), ("FAIL", "module nbd is still starting"))
        self.host.answers["modprobe"] = (0, "")
        changed = []
        self.assertEqual(self.check_nbd(load=True, changed=changed), ("PASS", "loaded"))
        self.assertEqual((self.host.ran, changed), ([["modprobe", "nbd"]], []))
        self.write("sys/module/nbd/initstate", "live\n")
        self.assertEqual(self.check_nbd(), ("PASS", "loaded"))

    def test_load_in_check_mode_only_asks(self):
        self.host.answers["modprobe"] = (0, "")
        changed = []
        self.assertEqual(self.check_nbd(load=True, dry_run=True, changed=changed), ("PASS", "can be loaded"))
        self.assertEqual((self.host.ran, changed), ([["modprobe", "--dry-run", "nbd"]], []))

    def test_module_that_is_missing(self):
        self.host.answers["modprobe"] = (1, "modprobe: FATAL: Module nbd not found in directory /lib/modules/x")
        self.assertEqual(self.check_nbd(load=True),
                         ("FAIL", "modprobe: FATAL: Module nbd not found in directory /lib/modules/x"))


class Module(HostTest):
    def run_it(self, **params):
        params.setdefault("grubenv", "/boot/grub/grubenv")
        with mock.patch.object(host_checks, "Host", lambda: self.host):
            return collection.run_module(validate_host, params)

    def test_good_host(self):
        result = self.run_it()
        self.assertEqual((result["changed"], result["problems"], result["msg"]), (False, [], "13 checks, none failed"))

    def test_problems_are_data_and_words(self):
        self.host.has_device = False
        result = self.run_it(only=["kernel.kvm-device", "host.os"])
        self.assertNotIn("failed", result)
        self.assertEqual(result["problems"], ["kernel.kvm-device: no device /dev/kvm"])
        self.assertEqual(result["msg"], "kernel.kvm-device: no device /dev/kvm")

    def test_selecting_nothing_fails(self):
        self.assertTrue(self.run_it(only=["no-such-check"])["failed"])


class RealHost(unittest.TestCase):
    """Runs Host on the machine that runs the tests, as far as that needs no privileges."""

    def test_missing_program(self):
        self.assertEqual(host_checks.Host().run(["no-such-program"])[0], 127)

    def test_program(self):
        self.assertEqual(host_checks.Host().run(["echo", "x"]), (0, "x"))

    def test_release(self):
        self.assertTrue(host_checks.Host().release())


if __name__ == "__main__":
    unittest.main()
