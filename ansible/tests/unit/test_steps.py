# SPDX-License-Identifier: GPL-2.0-or-later
"""The steps of a roll-out on a host: packages, trial, preflight, observe. The host's programs are played by a class."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import collection

host_checks = collection.load("module_utils.host_checks")
lease = collection.load("module_utils.lease")
observe = collection.load("module_utils.observe")
packages = collection.load("module_utils.packages")
preflight = collection.load("module_utils.preflight")
step = collection.load("module_utils.step")
trial = collection.load("module_utils.trial")
modules = {name: collection.load(f"modules.{name}") for name in ("install", "trial", "preflight", "observe")}

MACHINE = "0f3f4a3a5f6e4d0f9d7c1b2a3c4d5e6f"
OLD = "5.14.0-611.el9.x86_64"
VERSION = "6.12.117-0.1.0.el9"
NEW = f"{VERSION}.x86_64+tdx"
PINS = {"kernel-tdx": VERSION, "tdx-host": "0.1.0-1.el9"}
FILES = {
    "etc/os-release": 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.6"\nPRETTY_NAME="Red Hat Enterprise Linux 9.6"\n',
    "etc/default/grub": "GRUB_DEFAULT=saved\n",
    "boot/grub2/grubenv": f"# GRUB Environment Block\nsaved_entry={MACHINE}-{OLD}\n",
    f"boot/loader/entries/{MACHINE}-{OLD}.conf": f"title RHEL\nversion {OLD}\n",
    "proc/sys/kernel/osrelease": OLD + "\n",
    "proc/sys/kernel/random/boot_id": "boot-1\n",
    "proc/sys/kernel/panic": "0\n",
    "proc/self/mountinfo": "1 0 252:1 / / rw - xfs /dev/vda3 rw\n2 1 252:2 / /boot rw - xfs /dev/vda2 rw\n",
}
METRICS = ('tdx_host_check_failed{id="host.kvm.loaded",level="required"} 0\n'
           'tdx_host_check_failed{id="host.qgs.pccs",level="advice"} 0\n'
           'tdx_host_guest_kvm{name="a",uuid="u",counter="mirror_leaked"} 3\n')
NO_VIRSH = (127, "virsh: No such file or directory")


class PlayedHost(host_checks.Host):
    """A tree of files, and programs whose answers are in a table by the beginning of their command."""

    def __init__(self, root):
        super().__init__(str(root))
        self.ran, self.log = [], ["ok"]
        self.rpms, self.offers, self.excluded = {}, {**PINS}, set()
        self.answers = {"virsh": NO_VIRSH, "systemctl show": (0, "inactive"), "tdxctl metrics": (0, METRICS),
                        "tdxctl --json trial status": (0, '{"state": "none"}'), "tdxctl origin": (0, "written"),
                        "tdxctl --dry-run": (0, ""), "grub2-editenv": (0, "")}

    def write(self, name, text):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def kernel_log(self):
        return self.log

    def run(self, argv):
        line = " ".join(argv)
        self.ran.append(line)
        if argv[0] == "rpm":
            return 0, "\n".join(f"{name} {self.rpms[name]}" for name in argv if name in self.rpms)
        if argv[0] == "systemd-run" and "dnf" in argv and "dnf" not in self.answers:
            for spec in argv[argv.index("install") + 1:]:
                name = next(name for name in sorted(PINS, key=len, reverse=True) if spec.startswith(name))
                if name not in self.excluded:
                    self.rpms[name] = spec[len(name) + 1:]
            return 0, ""
        if line.startswith("dnf --quiet repoquery") and "dnf" not in self.answers:
            return 0, "\n".join(f"{name} {version}" for name, version in self.offers.items())
        for start in sorted(self.answers, key=len, reverse=True):
            if line.startswith(start) or (start == "dnf" and " dnf " in line):
                return self.answers[start]
        return 127, f"{argv[0]}: No such file or directory"


class StepTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.host = PlayedHost(folder.name)
        for name, text in FILES.items():
            self.host.write(name, text)
        for patch in (mock.patch.object(host_checks, "Host", lambda: self.host),
                      mock.patch.object(lease, "HOST_LEASE", self.host.path("var/lib/tdx-host/rollout.lease"))):
            patch.start()
            self.addCleanup(patch.stop)

    def module(self, name, check_mode=False, **params):
        return collection.run_module(modules[name], params, check_mode=check_mode)

    def status(self, **fields):
        self.host.answers["tdxctl --json trial status"] = (0, json.dumps({"state": "none", **fields}))

    def transactions(self):
        return [line.partition(" dnf ")[2] for line in self.host.ran if line.startswith("systemd-run")]


class Install(StepTest):
    def install(self, **params):
        return self.module("install", packages=PINS, **params)

    def test_fresh_host(self):
        result = self.install()
        self.assertEqual((result["changed"], result["installed"]), (True, ["kernel-tdx", "tdx-host"]))
        self.assertEqual(self.transactions(), ["--assumeyes install tdx-host-0.1.0-1.el9",
                                               f"--assumeyes install kernel-tdx-{VERSION}"])
        # What the host was like is written down before the kernel comes.
        ran = [line for line in self.host.ran if line == "tdxctl origin" or line.endswith(f"kernel-tdx-{VERSION}")]
        self.assertEqual(ran[0], "tdxctl origin")

    def test_second_time_changes_nothing(self):
        self.install()
        self.host.ran.clear()
        self.assertFalse(self.install()["changed"])
        self.assertEqual(self.transactions(), [])

    def test_install_in_check_mode(self):
        result = self.install(check_mode=True)
        self.assertEqual((result["changed"], result["installed"], self.transactions()),
                         (True, ["kernel-tdx", "tdx-host"], []))

    def test_transaction_of_a_lost_connection_is_waited_for(self):
        answers = iter(["activating", "active", "inactive"])
        run = self.host.run

        def slow(argv):
            return (0, next(answers, "inactive")) if argv[:2] == ["systemctl", "show"] else run(argv)
        self.host.run = slow
        sleep = mock.Mock()
        packages.wait_unit(self.host, sleep)
        self.assertEqual(sleep.call_count, 2)

    def test_default_entry_is_what_it_was_even_if_dnf_fails(self):
        self.host.rpms["tdx-host"] = PINS["tdx-host"]
        run = self.host.run

        def moves_default(argv):
            if argv[0] == "systemd-run":
                self.host.write(f"boot/loader/entries/{MACHINE}-{NEW}.conf", f"version {NEW}\n")
                self.host.write("boot/grub2/grubenv", f"# GRUB Environment Block\nsaved_entry={MACHINE}-{NEW}\n")
                self.host.write(packages.LOG, "Error: Transaction failed\n")
                return 1, ""
            return run(argv)
        self.host.run = moves_default
        self.assertIn("Error: Transaction failed", self.install()["msg"])
        self.assertIn(f"grub2-editenv {self.host.path('boot/grub2/grubenv')} set saved_entry={MACHINE}-{OLD}",
                      self.host.ran)

    def test_excluded_package_is_a_sentence(self):
        self.host.excluded = {"kernel-tdx"}
        self.assertIn(f"kernel-tdx-{VERSION} is not installed: a package is excluded", self.install()["msg"])

    def test_password_in_a_url_is_not_told(self):
        self.host.answers["dnf"] = (1, "Error: cannot fetch https://me:s3cret@example.com/x")
        said = self.install()["msg"]
        self.assertNotIn("s3cret", said)
        self.assertIn("https://me:********@example.com", said)

    def test_lease_of_another_is_respected(self):
        lease.take(lease.HOST_LEASE, "a@x", "r1")
        result = self.install(lease={"owner": "b@y", "rollout": "r2"})
        self.assertIn("another controller works here", result["msg"])
        self.assertEqual(self.host.ran, [])


class Trial(StepTest):
    def started(self, **params):
        return self.module("trial", state="started", release=NEW, **params)

    def settled(self, **params):
        return self.module("trial", state="settled", release=NEW, **params)

    def asked(self):
        return [line for line in self.host.ran if "trial start" in line or "trial keep" in line]

    def test_start_looks_first(self):
        self.host.answers["tdxctl --confirm"] = (0, "The host reboots")
        result = self.started(within_s=300, force=True)
        self.assertEqual((result["changed"], result["boot_id"]), (True, "boot-1"))
        words = f"--confirm=operator --within=300 --force trial start {NEW}"
        self.assertEqual(self.asked(), [f"tdxctl --dry-run {words}", f"tdxctl {words}"])

    def test_refusal_is_said_and_nothing_is_started(self):
        self.host.answers["tdxctl --dry-run"] = (1, "error: this host cannot try a kernel: grubenv-not-written: ...")
        self.assertIn("grubenv-not-written", self.started()["msg"])
        self.assertEqual(len(self.asked()), 1)

    def test_start_in_check_mode(self):
        result = self.started(check_mode=True)
        self.assertEqual((result["changed"], len(self.asked())), (True, 1))

    def test_no_tdxctl(self):
        del self.host.answers["tdxctl --dry-run"]
        self.assertIn("install the package tdx-host", self.started()["msg"])

    def test_nothing_to_do(self):
        self.host.write("proc/sys/kernel/osrelease", NEW)
        self.status(state="kept", target_release=NEW)
        self.assertFalse(self.started()["changed"])
        self.assertEqual(self.asked(), [])

    def test_trial_that_is_on_goes_on(self):
        self.status(state="trying", target_release=NEW)
        self.assertFalse(self.started()["changed"])
        self.status(state="trying", target_release="6.0+tdx")
        self.assertIn("a trial of 6.0+tdx is running on this host (trying)", self.started()["msg"])

    def test_keeps_what_has_passed(self):
        self.host.write("proc/sys/kernel/osrelease", NEW)
        self.host.answers["tdxctl trial keep"] = (0, "kept")
        for state, keeps in (("trying", False), ("passed", True), ("kept", False), ("rejected", False)):
            with self.subTest(state=state):
                self.host.ran.clear()
                self.status(state=state, target_release=NEW)
                self.assertEqual(self.settled()["changed"], keeps)
                self.assertEqual(bool(self.asked()), keeps)

    def test_never_keeps_another_kernel(self):
        self.status(state="passed", target_release=NEW)
        self.assertFalse(self.settled()["changed"])
        self.assertEqual(self.asked(), [])

    def test_state_that_cannot_be_read_is_none(self):
        for answer in ((2, "error"), (0, "no JSON"), (0, "[]")):
            self.host.answers["tdxctl --json trial status"] = answer
            self.assertEqual(self.settled()["state"], "none")


class Preflight(StepTest):
    def look(self, **params):
        return self.module("preflight", **params)

    def checks(self, **params):
        return {row["id"]: row for row in self.look(**params)["checks"]}

    def test_ready_host(self):
        result = self.look()
        self.assertEqual((result["blocked"], result["platform"], result["changed"]), ("", "el9-x86_64", False))
        self.assertEqual(result["offers"], {name: [version] for name, version in PINS.items()})
        self.assertEqual(result["observed"]["passed"], ["host.kvm.loaded"])

    def test_platforms(self):
        for text, wanted in (
                ('ID=fedora\nVERSION_ID=44\n', "fc44-x86_64"),
                ('ID=debian\nVERSION_ID="13"\n', "debian13-x86_64"),
                ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="10.1"\n', "el10-x86_64")):
            self.host.write("etc/os-release", text)
            self.assertEqual(self.look()["platform"], wanted)

    # What is changed on the ready host, the check that blocks it, and what it says.
    FILES = [
        ("etc/os-release", "ID=arch\nPRETTY_NAME=Arch\n", "machine", "Arch is not supported"),
        ("etc/os-release", "", "machine", "without /etc/os-release"),
        ("etc/default/grub", "GRUB_DEFAULT=0\n", "one-shot-boot", "GRUB_DEFAULT is '0'"),
        ("proc/self/mountinfo", "1 0 0:1 / / rw - btrfs /dev/vda3 rw\n", "one-shot-boot", "btrfs"),
        ("proc/self/mountinfo", "2 1 9:0 / /boot rw - ext4 /dev/md0 rw\n", "one-shot-boot", "/dev/md0"),
        ("proc/self/mountinfo", "2 1 9:0 / /boot rw - xfs /dev/mapper/rhel-boot rw\n", "one-shot-boot", "rhel-boot"),
        ("proc/self/mountinfo", "2 1 9:0 / /boot ro,nosuid - xfs /dev/vda2 rw\n", "one-shot-boot", "read-only"),
        ("etc/dnf/dnf.conf", "[main]\nexclude=kernel*\n", "dnf-excludes", "dnf excludes kernel*"),
        ("etc/dnf/dnf.conf", "[main]\nexcludepkgs = foo,\n  tdx-h*\n", "dnf-excludes", "tdx-h*"),
        ("etc/yum.repos.d/x.repo", "[x]\nexclude=*tdx*\n", "dnf-excludes", "*tdx*"),
        (f"var/lib/tdx-host/rejected/{NEW}", "no-kvm\n", "rejected", f"it rejected {NEW} before (no-kvm)"),
        ("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\6\0\0\0\1", "secure-boot",
         "Secure Boot is on"),
    ]

    def test_blocked_by_files_table(self):
        for name, text, check, words in self.FILES:
            with self.subTest(name=name, words=words):
                before = Path(self.host.path(name))
                old = before.read_text() if before.exists() else None
                self.host.write(name, text)
                row = self.checks(release=NEW)[check]
                self.assertEqual(row["verdict"], "blocked")
                self.assertIn(words, row["value"])
                before.unlink()
                if old is not None:
                    before.write_text(old)
                self.assertEqual(self.checks(release=NEW)[check]["verdict"], "ready")

    def test_rejected_may_be_forced_and_signed_may_boot(self):
        for row in self.FILES:
            if row[2] in ("rejected", "secure-boot"):
                self.host.write(row[0], row[1])
        self.assertEqual(self.look(release=NEW, force=True, kernel_is_signed=True)["blocked"], "")

    def test_no_boot_loader_entries(self):
        for path in Path(self.host.path("boot/loader/entries")).iterdir():
            path.unlink()
        Path(self.host.path("boot/loader/entries")).rmdir()
        self.assertIn("no boot loader entries", self.checks()["one-shot-boot"]["value"])

    def test_clock(self):
        now = int(preflight.time.time())
        self.assertEqual(self.checks(now=now)["clock"]["verdict"], "ready")
        self.assertIn("s behind the controller's", self.checks(now=now + 5000)["clock"]["value"])
        self.assertIn("s before the controller's", self.checks(now=now - 5000)["clock"]["value"])

    def test_room_in_boot(self):
        small = mock.Mock(f_bavail=100, f_frsize=1 << 20)
        with mock.patch.object(preflight.os, "statvfs", lambda _path: small):
            self.assertEqual(self.checks()["boot-space"]["value"], "/boot has 100 MiB left, a kernel needs 200")
            self.host.write("boot/vmlinuz-" + NEW, "")
            self.assertEqual(self.checks(release=NEW)["boot-space"]["verdict"], "ready")

    def test_lease(self):
        lease.take(lease.HOST_LEASE, "a@x", "r1")
        self.assertIn("another controller works on it: a@x", self.look()["blocked"])
        self.assertEqual(self.look(lease={"owner": "a@x", "rollout": "r1"})["blocked"], "")

    def test_trial_of_something_else(self):
        self.status(state="trying", target_release="6.0+tdx")
        self.assertIn("a trial of 6.0+tdx is running (trying)", self.look(release=NEW)["blocked"])
        self.status(state="trying", target_release=NEW)
        self.assertEqual(self.look(release=NEW)["blocked"], "")

    def test_guests(self):
        self.host.answers.update({"virsh": (0, ""), "virsh --connect qemu:///system --quiet list": (0, "td1"),
                                  "virsh --connect qemu:///system --quiet dumpxml":
                                  (0, "<domain><launchSecurity type='tdx'/></domain>")})
        self.assertIn("TD td1 runs, and its drain policy is refuse", self.look(release=NEW)["blocked"])
        self.assertEqual(self.checks(release=NEW, drain_policy="shutdown")["guests"]["value"], "1 to drain")
        self.host.write("proc/sys/kernel/osrelease", NEW)
        self.assertEqual(self.look(release=NEW)["blocked"], "")

    def test_repositories(self):
        self.host.answers["dnf"] = (1, "Error: Failed to download metadata for repo 'x' from http://u:pw1@example.com/")
        said = self.look()["blocked"]
        self.assertIn("repositories: dnf repoquery: Error: Failed to download", said)
        self.assertNotIn("pw1", said)

    def test_depsolve(self):
        self.host.answers["dnf --assumeno"] = (1, "Error: \n Problem: nothing provides libfoo needed by kernel-tdx")
        self.assertIn("nothing provides libfoo", self.look(pins=PINS)["blocked"])
        self.host.answers["dnf --assumeno"] = (1, "Operation aborted.")
        self.assertEqual(self.look(pins=PINS)["blocked"], "")


class Observe(StepTest):
    def test_same_host_is_not_worse(self):
        before = self.module("observe")["observed"]
        self.assertEqual(self.module("observe", before=before)["worse"], [])

    def test_what_is_worse(self):
        before = self.module("observe")["observed"]
        self.host.log = ["WARNING: CPU: 0"]
        self.host.answers["tdxctl metrics"] = (
            0, METRICS.replace('"required"} 0', '"required"} 1').replace("} 3", "} 4"))
        worse = self.module("observe", before=before, restarted=["td1"])["worse"]
        self.assertEqual(worse, ["checks that passed before fail now: host.kvm.loaded",
                                 "the kernel complains: 1 lines in its log", "4 pages of guests are leaked",
                                 "guests that were started again do not run: td1"])

    def test_old_complaints_of_the_same_boot_are_known(self):
        self.host.log = ["WARNING: CPU: 0"]
        before = self.module("observe")["observed"]
        self.assertEqual(self.module("observe", before=before)["worse"], [])
        self.host.write("proc/sys/kernel/random/boot_id", "boot-2\n")
        self.assertEqual(self.module("observe", before=before)["worse"], ["the kernel complains: 1 lines in its log"])

    def test_without_tdxctl(self):
        del self.host.answers["tdxctl metrics"]
        self.assertEqual(self.module("observe")["observed"]["passed"], [])


if __name__ == "__main__":
    unittest.main()
