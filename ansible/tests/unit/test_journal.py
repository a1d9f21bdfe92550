# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal of a roll-out: what the events add up to, torn lines, the budget."""

import os
import random
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import collection

journal = collection.load("plugin_utils.journal")


class JournalTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "journal.jsonl"
        self.journal = journal.Journal(str(self.path))

    def add(self, *events):
        for kind, host, verdict in events:
            fields = {"host": host, **({"verdict": verdict, "reason": ""} if verdict else {})} if host else {}
            self.journal.append(kind, **fields)
        self.journal.refresh()


class State(JournalTest):
    def test_last_verdict_counts(self):
        self.add(("run", "", ""), ("begin", "a", ""), ("end", "a", "unknown"))
        self.assertEqual((self.journal.verdict("a"), self.journal.bad()), ("unknown", ["a"]))
        self.add(("run", "", ""), ("begin", "a", ""), ("end", "a", "kept"))
        self.assertEqual((self.journal.verdict("a"), self.journal.bad()), ("kept", []))

    def test_who_has_ended(self):
        self.add(("run", "", ""), ("begin", "a", ""), ("end", "a", "kept"), ("begin", "b", ""), ("end", "b", "failed"),
                 ("begin", "c", ""))
        self.assertEqual([self.journal.has_ended(name) for name in "abcd"], [True, True, False, False])
        # The next run waits for those that it takes again.
        self.add(("run", "", ""))
        self.assertEqual([self.journal.has_ended(name) for name in "abcd"], [True, False, False, False])

    def test_first_baseline_stays(self):
        self.journal.append("begin", host="a", baseline={"running": "old"})
        self.journal.append("begin", host="a", baseline={"running": "new"})
        self.journal.refresh()
        self.assertEqual(self.journal.baselines["a"], {"running": "old"})

    def test_another_process_reads_the_same(self):
        self.add(("run", "", ""), ("begin", "a", ""), ("end", "a", "returned"))
        other = journal.Journal(str(self.path))
        self.assertEqual((other.hosts, other.runs), (self.journal.hosts, 1))
        self.assertFalse(other.refresh())


class Torn(JournalTest):
    def test_line_that_was_cut_is_ignored_and_the_next_one_is_whole(self):
        self.add(("run", "", ""), ("begin", "a", ""))
        with open(self.path, "ab") as file:
            file.write(b'{"at": 1, "event": "end", "host": "a", "verd')
        self.add(("end", "b", "kept"))
        other = journal.Journal(str(self.path))
        self.assertEqual((other.verdict("a"), other.verdict("b")), ("begun", "kept"))

    def test_half_a_line_is_not_taken_in_yet(self):
        with open(self.path, "ab") as file:
            file.write(b'{"at": 1, "event": "run"')
            file.flush()
            self.assertFalse(self.journal.refresh())
            file.write(b"}\n")
            file.flush()
        self.assertTrue(self.journal.refresh())
        self.assertEqual(self.journal.runs, 1)

    def test_foreign_lines_are_ignored(self):
        self.path.write_bytes(b'[]\n{"event": "end"}\n\xff\n{"event": "run", "at": 1}\n')
        self.assertEqual(journal.Journal(str(self.path)).runs, 1)

    def test_full_disk_leaves_no_half_line(self):
        self.add(("run", "", ""))
        before = self.path.read_bytes()
        write = os.write
        with mock.patch.object(os, "write", lambda fd, data: write(fd, data[:10])):
            with self.assertRaisesRegex(journal.JournalError, "no space left"):
                self.journal.append("begin", host="a")
        self.assertEqual(self.path.read_bytes(), before)

    def test_folder_that_is_gone_is_a_sentence(self):
        with self.assertRaisesRegex(journal.JournalError, "No such file"):
            journal.Journal("/nowhere/journal").append("run")


class Budget(JournalTest):
    def test_canary_allows_none(self):
        self.add(("end", "a", "returned"))
        self.assertIn("a canary is returned: a", self.journal.may_begin("b", True, 5))

    def test_limit(self):
        self.add(("end", "a", "returned"), ("end", "b", "unknown"))
        self.assertEqual(self.journal.may_begin("c", False, 2), "")
        self.assertIn("2 hosts did not get the kernel, more than", self.journal.may_begin("c", False, 1))

    def test_who_is_bad_already_may_be_tried_again(self):
        self.add(("end", "a", "failed"), ("end", "b", "unknown"))
        self.assertEqual(self.journal.may_begin("a", False, 0), "")

    def test_random_rollouts_never_go_beyond(self):
        """Whatever hosts do: beyond the limit only those become bad that were in work when it was reached."""
        for seed in range(200):
            random_ = random.Random(seed)
            self.path.unlink(missing_ok=True)
            self.journal = journal.Journal(str(self.path))
            limit, at_once = random_.randrange(4), random_.randrange(1, 5)
            working, waiting = [], [f"h{number}" for number in range(30)]
            self.add(("run", "", ""))
            while waiting or working:
                with self.subTest(seed=seed):
                    if waiting and len(working) < at_once:
                        if self.journal.may_begin(waiting[0], False, limit):
                            waiting = []
                            continue
                        working.append(waiting.pop(0))
                        self.add(("begin", working[-1], ""))
                    else:
                        name = working.pop(random_.randrange(len(working)))
                        self.add(("end", name, random_.choice(list(journal.VERDICTS))))
                    self.assertEqual(sorted(self.journal.in_flight()), sorted(working))
            self.assertLessEqual(len(self.journal.bad()), limit + at_once)


if __name__ == "__main__":
    unittest.main()
