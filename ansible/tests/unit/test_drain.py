# SPDX-License-Identifier: GPL-2.0-or-later
"""Draining a host: each policy, what cannot be drained, that nothing stays half-done. A class plays virsh."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import collection

drain = collection.load("module_utils.drain")
module = collection.load("modules.drain")

TD = "<launchSecurity type='tdx'/>"


class Libvirt:
    """Guests and how they take a shutdown. Time passes only by sleep()."""

    def __init__(self):
        self.time, self.calls, self.guests = 0, [], {}
        self.cannot_start, self.is_installed = set(), True

    def add(self, name, is_td=True, ends_after=0, is_persistent=True, own=""):
        """ends_after: seconds from the shutdown on, or from now on if the guest ends by itself; None: never."""
        self.guests[name] = {"is_td": is_td, "ends_after": ends_after, "is_persistent": is_persistent, "own": own,
                             "asked": None, "runs": True}

    def sleep(self, seconds):
        self.time += seconds
        for guest in self.guests.values():
            if guest["asked"] is not None and guest["ends_after"] is not None:
                guest["runs"] = guest["runs"] and self.time < guest["asked"] + guest["ends_after"]

    def now(self):
        self.sleep(0)
        return self.time

    def xml(self, name):
        guest = self.guests[name]
        return f"<domain><name>{name}</name><metadata>{guest['own']}</metadata>{TD if guest['is_td'] else ''}</domain>"

    def run(self, argv):
        self.sleep(0)
        if argv == ["virsh", "--version"]:
            return (0, "12.0") if self.is_installed else (127, "virsh: No such file")
        verb, words = argv[4], argv[5:]
        self.calls.append(" ".join([verb] + words))
        if verb == "list":
            return 0, "\n".join(name for name, guest in self.guests.items() if guest["runs"] and (
                guest["is_persistent"] or "--persistent" not in words))
        if verb == "dumpxml":
            return 0, self.xml(words[0])
        if verb == "shutdown":
            self.guests[words[0]]["asked"] = self.time
        if verb in ("destroy", "migrate"):
            self.guests[words[-1 if verb == "destroy" else -2]]["runs"] = False
        if verb == "start":
            if words[0] in self.cannot_start:
                return 1, f"error: cannot start {words[0]}"
            self.guests[words[0]].update(runs=True, asked=None)
        return 0, ""


class DrainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.libvirt = Libvirt()
        self.guests = drain.Guests(self.libvirt.run, str(self.root), self.libvirt.sleep, self.libvirt.now)

    def module(self, check_mode=False, **params):
        with mock.patch.object(drain, "Guests", lambda _run: self.guests):
            return collection.run_module(module, {"reason": "by me", "timeout_s": 60, **params}, check_mode=check_mode)

    def drained(self, **params):
        return self.module(state="drained", **params)

    def running(self):
        return sorted(name for name, guest in self.libvirt.guests.items() if guest["runs"])

    def cordon(self):
        path = self.root / drain.CORDON
        return path.read_text() if path.exists() else None


class Policies(DrainTest):
    def test_host_without_guests(self):
        result = self.drained()
        self.assertEqual((result["changed"], result["drained"], self.cordon()), (True, [], "by me\n"))
        self.assertFalse(self.drained()["changed"])

    def test_host_without_libvirt(self):
        self.libvirt.is_installed = False
        self.assertNotIn("failed", self.drained())

    def test_refuse_is_the_default_and_changes_nothing(self):
        self.libvirt.add("td1")
        result = self.drained()
        self.assertEqual(result["msg"], "TD td1 runs, and its drain policy is refuse")
        self.assertEqual((self.running(), self.cordon()), (["td1"], None))
        self.assertFalse([call for call in self.libvirt.calls if call.startswith(("shutdown", "destroy"))])

    def test_wait_until_it_ends_by_itself(self):
        self.libvirt.add("td1", ends_after=30)
        self.libvirt.guests["td1"]["asked"] = 0
        self.assertEqual(self.drained(policy="wait")["drained"], ["td1"])
        self.assertNotIn("shutdown td1", self.libvirt.calls)
        # It ended by itself, so nobody starts it again.
        self.assertEqual(self.module(state="undrained")["restarted"], [])

    def test_wait_too_long(self):
        self.libvirt.add("td1", ends_after=None)
        self.assertEqual(self.drained(policy="wait")["msg"], "TD td1 did not end within 60 s (drain policy wait)")
        self.assertIsNone(self.cordon())

    def test_shutdown_and_back(self):
        self.libvirt.add("td1", ends_after=10)
        self.libvirt.add("td2", ends_after=50)
        self.assertEqual(self.drained(policy="shutdown")["drained"], ["td1", "td2"])
        self.assertEqual(self.running(), [])
        result = self.module(state="undrained")
        self.assertEqual((result["changed"], result["restarted"], self.running(), self.cordon()),
                         (True, ["td1", "td2"], ["td1", "td2"], None))
        self.assertFalse(self.module(state="undrained")["changed"])

    def test_shutdown_that_a_guest_ignores_puts_the_others_back(self):
        self.libvirt.add("deaf", ends_after=None)
        self.libvirt.add("td2", ends_after=10)
        result = self.drained(policy="shutdown")
        self.assertIn("TD deaf did not end within 60 s (drain policy shutdown)", result["msg"])
        self.assertEqual((self.running(), self.cordon()), (["deaf", "td2"], None))

    def test_destroy_only_when_the_time_is_over(self):
        self.libvirt.add("deaf", ends_after=None)
        self.libvirt.add("td2", ends_after=10)
        self.assertEqual(self.drained(policy="destroy")["drained"], ["deaf", "td2"])
        self.assertIn("destroy deaf", self.libvirt.calls)
        self.assertNotIn("destroy td2", self.libvirt.calls)
        self.assertGreaterEqual(self.libvirt.time, 60)

    def test_override_of_a_domain(self):
        self.libvirt.add("td1", ends_after=10)
        self.libvirt.add("mine", own="<t:drain xmlns:t='urn:tdx-host:1' policy='refuse'/>")
        self.assertEqual(self.drained(policy="shutdown")["msg"], "TD mine runs, and its drain policy is refuse")
        self.libvirt.guests["mine"]["own"] = "<t:drain xmlns:t='urn:tdx-host:1' policy='destroy' timeout='4'/>"
        self.libvirt.guests["mine"]["ends_after"] = None
        self.assertEqual(self.drained(policy="shutdown")["drained"], ["mine", "td1"])
        self.assertLess(self.libvirt.time, 60)

    def test_override_that_is_wrong_is_a_sentence(self):
        for own in ("policy='migrate'", "policy='maybe'", "policy='wait' timeout='soon'"):
            self.libvirt.add("td1", own=f"<t:drain xmlns:t='urn:tdx-host:1' {own}/>")
            self.assertIn("domain td1: <tdx:drain> in its metadata needs", self.drained()["msg"])

    def test_transient_is_always_refused(self):
        self.libvirt.add("td1", is_persistent=False)
        self.assertIn("TD td1 is transient", self.drained(policy="destroy")["msg"])

    def test_ordinary_guests_have_their_own_policy(self):
        self.libvirt.add("vm1", is_td=False)
        self.assertEqual(self.drained(policy="destroy")["msg"], "guest vm1 runs, and its drain policy is refuse")
        self.assertIn("no host to migrate to is set", self.drained(ordinary="migrate")["msg"])
        result = self.drained(ordinary="migrate", migrate_to="qemu+ssh://other.example.com/system")
        self.assertEqual(result["drained"], ["vm1"])
        # It runs there now.
        self.assertEqual(self.module(state="undrained")["restarted"], [])


class Interrupted(DrainTest):
    def test_record_is_written_before_a_guest_is_stopped(self):
        self.libvirt.add("td1")
        run = self.libvirt.run

        def dies(argv):
            if "shutdown" in argv:
                raise KeyboardInterrupt
            return run(argv)
        with mock.patch.object(self.guests, "run", dies), self.assertRaises(KeyboardInterrupt):
            self.drained(policy="shutdown")
        self.assertEqual(json.loads((self.root / drain.RECORD).read_text())["start"], ["td1"])
        self.libvirt.guests["td1"]["runs"] = False
        self.assertEqual(self.module(state="undrained")["restarted"], ["td1"])

    def test_again_after_half_a_drain(self):
        self.libvirt.add("td1")
        self.drained(policy="shutdown")
        self.libvirt.add("td2")
        self.assertEqual(self.drained(policy="shutdown")["drained"], ["td2"])
        self.assertEqual(self.module(state="undrained")["restarted"], ["td1", "td2"])

    def test_guest_that_does_not_start_again_is_not_forgotten(self):
        self.libvirt.add("td1")
        self.drained(policy="shutdown")
        self.libvirt.cannot_start = {"td1"}
        said = self.module(state="undrained")["msg"]
        self.assertIn("not started again: virsh start td1: error: cannot start td1", said)
        self.libvirt.cannot_start = set()
        self.assertEqual(self.module(state="undrained")["restarted"], ["td1"])

    def test_damaged_record_is_a_sentence(self):
        (self.root / drain.RECORD).parent.mkdir(parents=True)
        (self.root / drain.RECORD).write_text("{")
        self.assertIn("is damaged: start the guests by hand", self.module(state="undrained")["msg"])

    def test_guest_that_starts_meanwhile(self):
        self.libvirt.add("td1", ends_after=4)
        names, before = self.guests.names, []

        def late(*which):
            before.append(1)
            if len(before) == 4:
                self.libvirt.add("sneaky")
            return names(*which)
        with mock.patch.object(self.guests, "names", late):
            self.assertIn("started while the host was drained: sneaky", self.drained(policy="shutdown")["msg"])


class CheckMode(DrainTest):
    def test_says_and_changes_nothing(self):
        self.libvirt.add("td1")
        result = self.drained(check_mode=True, policy="shutdown")
        self.assertEqual((result["changed"], result["drained"], self.cordon(), self.running()),
                         (True, ["td1"], None, ["td1"]))
        self.assertIn("refuse", self.drained(check_mode=True)["msg"])

    def test_look(self):
        self.libvirt.add("td1")
        result = self.module(state="look")
        self.assertFalse(result["changed"])
        self.assertEqual(result["refusals"], ["TD td1 runs, and its drain policy is refuse"])

    def test_undrain(self):
        self.libvirt.add("td1")
        self.drained(policy="shutdown")
        result = self.module(state="undrained", check_mode=True)
        self.assertEqual((result["changed"], result["restarted"], self.running()), (True, ["td1"], []))
        self.assertIsNotNone(self.cordon())


if __name__ == "__main__":
    unittest.main()
