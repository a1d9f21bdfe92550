# SPDX-License-Identifier: GPL-2.0-or-later
"""The lease: one holder at a time; it ends with its time or with its process."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import collection

lease = collection.load("module_utils.lease")
module = collection.load("modules.lease")


class Lease(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "var/rollout.lease")

    def test_taken_renewed_given_back(self):
        self.assertTrue(lease.take(self.path, "a@x", "r1"))
        self.assertFalse(lease.take(self.path, "a@x", "r1"))
        self.assertTrue(lease.release(self.path, "a@x", "r1"))
        self.assertFalse(lease.release(self.path, "a@x", "r1"))
        self.assertTrue(lease.take(self.path, "b@y", "r2"))

    def test_others_are_refused_with_a_sentence(self):
        lease.take(self.path, "a@x", "r1", for_s=100)
        for owner, rollout in (("b@y", "r1"), ("a@x", "r2")):
            with self.assertRaisesRegex(lease.LeaseError, r"another controller works here: a@x \(roll-out r1\), for"):
                lease.take(self.path, owner, rollout)
            with self.assertRaisesRegex(lease.LeaseError, "is another controller's"):
                lease.release(self.path, owner, rollout)

    def test_ends_with_its_time(self):
        lease.take(self.path, "a@x", "r1", for_s=100, now=1000)
        with self.assertRaises(lease.LeaseError):
            lease.take(self.path, "b@y", "r2", now=1099)
        self.assertTrue(lease.take(self.path, "b@y", "r2", now=1100))

    def test_clock_that_was_set_back_does_not_keep_it_for_years(self):
        lease.take(self.path, "a@x", "r1", for_s=100, now=10**9)
        self.assertTrue(lease.take(self.path, "b@y", "r2", now=1000))

    def test_ends_with_its_process(self):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        lease.take(self.path, "a@x", "r1", process=lease.process_mark(child.pid))
        with self.assertRaises(lease.LeaseError):
            lease.take(self.path, "b@y", "r2")
        with self.assertRaisesRegex(lease.LeaseError, "this roll-out runs already"):
            lease.take(self.path, "a@x", "r1", process=lease.process_mark(os.getpid()))
        child.communicate()
        self.assertTrue(lease.take(self.path, "b@y", "r2"))

    def test_process_of_another_boot_says_nothing_to_others(self):
        lease.take(self.path, "a@x", "r1", process="another-boot:1:1")
        with self.assertRaises(lease.LeaseError):
            lease.take(self.path, "b@y", "r2")
        self.assertFalse(lease.take(self.path, "a@x", "r1", process=lease.process_mark(os.getpid())))

    def test_many_at_once_one_gets_it(self):
        script = ("import sys; sys.path.insert(0, sys.argv[1]); import collection\n"
                  "lease = collection.load('module_utils.lease')\n"
                  "try:\n    lease.take(sys.argv[2], sys.argv[3], 'r')\n    print('got')\n"
                  "except lease.LeaseError:\n    print('not')\n")
        folder = str(Path(__file__).parent)
        children = [subprocess.Popen([sys.executable, "-c", script, folder, self.path, f"o{number}"],
                                     stdout=subprocess.PIPE, text=True) for number in range(6)]
        answers = [child.communicate()[0].strip() for child in children]
        self.assertEqual(sorted(answers), ["got"] + ["not"] * 5)

    def test_damaged_file_is_a_sentence(self):
        os.makedirs(os.path.dirname(self.path))
        for text in ("", "{", "[]", json.dumps({"owner": 1})):
            Path(self.path).write_text(text)
            with self.assertRaisesRegex(lease.LeaseError, "not a lease"):
                lease.take(self.path, "a@x", "r1")
        self.assertTrue(lease.release(self.path, "a@x", "r1", force=True))

    def test_module(self):
        lease.take(self.path, "a@x", "r1")
        shown = collection.run_module(module, {"path": self.path})
        self.assertIn("a@x (roll-out r1)", shown["holder"])
        refused = collection.run_module(module, {"path": self.path, "state": "absent"})
        self.assertIn("another controller's", refused["msg"])
        dry = collection.run_module(module, {"path": self.path, "state": "absent", "force": True}, check_mode=True)
        self.assertEqual((dry["changed"], os.path.exists(self.path)), (True, True))
        done = collection.run_module(module, {"path": self.path, "state": "absent", "force": True})
        self.assertEqual((done["changed"], os.path.exists(self.path)), (True, False))
        self.assertFalse(collection.run_module(module, {"path": self.path, "state": "absent"})["changed"])


if __name__ == "__main__":
    unittest.main()
