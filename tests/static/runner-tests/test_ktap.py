# SPDX-License-Identifier: GPL-2.0-or-later
import unittest

import helper  # noqa: F401 - makes the runner's modules importable
import ktap
from plan import Step
from step import MAX_LINE, Said, verdict

RESULTS = (
    # (line, name, verdict, text, is_check)
    (b"ok 1 - virsh.guest-starts # running", "virsh.guest-starts", "PASS", "running", True),
    (b"not ok 2 - virsh.guest-stops # left", "virsh.guest-stops", "FAIL", "left", True),
    (b"ok 3 - x.y # SKIP no TDX", "x.y", "SKIP", "no TDX", True),
    (b"not ok 3 - x.y # skip: no TDX", "x.y", "SKIP", "no TDX", True),
    (b"ok 3 - x.y # SKIP", "x.y", "SKIP", "no reason given", True),
    (b"ok 4 - x.y # SKIPPER is a name", "x.y", "PASS", "SKIPPER is a name", True),
    (b"    ok 5 x.y", "x.y", "PASS", "", True),
    (b"\tok - x.y\r\n", "x.y", "PASS", "", True),
    (b"ok x.y", "x.y", "PASS", "", True),
    (b"ok 6 - unit.runner.plan-errors", "unit.runner.plan-errors", "PASS", "", True),
    (b"not ok 7 kvm: a_test # exit=1", "kvm: a_test", "FAIL", "exit=1", False),
)
NOTHING = (b"", b"okay", b"ok", b"not okay 1 - x.y", b"# ok 1 - x.y", b"1..3", b"KTAP version 1",
           b"a value: x", b"already", b"\xff\xfe\x00", b"x" * 100000)
WORDS = (
    (b"value: 3 files", "value", "3 files"),
    (b"error: a: b; c\n", "error", "a: b; c"),
    (b"  skip: no TDX", "skip", "no TDX"),
    (b"ready\r\n", "ready", ""),
    (b"value: \x1b[31mred\x1b[0m \xff\x07", "value", "red \ufffd\ufffd"),
    (b"value: " + b"x" * 999, "value", "x" * 297 + "..."),
)


class Ktap(unittest.TestCase):
    def test_results(self):
        for line, *expected in RESULTS:
            with self.subTest(line):
                self.assertEqual(ktap.parse(line), ktap.Result(*expected))

    def test_nothing(self):
        for line in NOTHING:
            with self.subTest(line[:20]):
                self.assertIsNone(ktap.parse(line))

    def test_words(self):
        for line, *expected in WORDS:
            with self.subTest(line[:20]):
                self.assertEqual(ktap.parse(line), ktap.Word(*expected))

    def test_clean_keeps_what_was_drawn_last(self):
        self.assertEqual(ktap.clean(b"10%\r50%\r100%\n"), "100%")


class SaidByAStep(unittest.TestCase):
    def test_lines_in_pieces(self):
        what = Said(0)
        found = []
        for now, byte in enumerate(b"value: 1\nok 1 - a.b\nvalue: 2\nnot ok 2 - a.c # no"):
            found += what.feed(bytes([byte]), now)
        found += what.finish(99)
        self.assertEqual([(s.result.name, s.result.verdict) for s in found],
                         [("a.b", "PASS"), ("a.c", "FAIL")])
        self.assertEqual([(s.started, s.ended) for s in found], [(0, 19), (19, 99)])
        self.assertEqual([(s.log_start, s.log_end) for s in found], [(0, 20), (20, 48)])
        self.assertEqual((what.value, what.failed), ("2", ["a.c"]))

    def test_endless_line_is_cut(self):
        what = Said(0)
        for _ in range(100):
            what.feed(b"x" * 65536, 0)
        self.assertLessEqual(len(what._line), MAX_LINE)
        what.feed(b"\nvalue: after\n", 0)
        self.assertEqual(what.value, "after")

    def test_last_line_is_the_last_non_empty_one(self):
        what = Said(0)
        what.feed(b"one\ntwo\n\n  \n", 0)
        self.assertEqual(what.last_line, b"two")


class Verdict(unittest.TestCase):
    def of(self, output, status, stopped="", **keys):
        what = Said(0)
        what.feed(output, 0)
        what.finish(0)
        step = Step("a.b", "Title", ("x",), still_s=5, **keys)
        return verdict(step, what, status, stopped, 5.0)

    def test_table(self):
        for output, status, expected in (
            (b"", 0, ("PASS", "")),
            (b"value: x\n", 0, ("PASS", "")),
            (b"error: only said\n", 0, ("PASS", "")),
            (b"skip: no KVM\n", 77, ("SKIP", "no KVM")),
            (b"", 77, ("SKIP", "no reason given")),
            (b"error: one\nerror: two: x; y\nbye\n", 1, ("FAIL", "two: x; y")),
            (b"one\ntwo\n\n", 3, ("FAIL", "two")),
            (b"", 3, ("FAIL", "exit code 3, no output")),
            (b"last\n", -11, ("FAIL", "killed by SIGSEGV; last line: last")),
            (b"", -9, ("FAIL", "killed by SIGKILL")),
            (b"", -40, ("FAIL", "killed by signal 40")),
            (b"not ok 1 - x.y\n", 0, ("FAIL", "1 not ok: x.y")),
            (b"not ok 1 some name\n", 0, ("FAIL", "1 not ok: some name")),
            (b"not ok 1 - x.y\nskip: rest\n", 77, ("FAIL", "1 not ok: x.y")),
            (b"not ok 1 - x.y\nerror: why\n", 1, ("FAIL", "why")),
        ):
            with self.subTest(output=output, status=status):
                self.assertEqual(self.of(output, status), expected)

    def test_stopped(self):
        self.assertEqual(self.of(b"x\n", -15, "still"),
                         ("FAIL", "stood still: nothing new for 5.0 s; last: x"))
        self.assertEqual(self.of(b"x\n", 0, "interrupted"), ("SKIP", "interrupted"))

    def test_services(self):
        for output, status, stopped, expected in (
            (b"ready\n", 0, "done", ("PASS", "")),
            (b"ready\n", -15, "done", ("PASS", "")),
            (b"ready\n", 0, "interrupted", ("PASS", "")),
            (b"", -15, "interrupted", ("SKIP", "interrupted")),
            (b"", -15, "still", ("FAIL", "stood still: nothing new for 5.0 s; no output")),
            (b"ready\noops\n", 1, "", ("FAIL", "ended before it was stopped: oops")),
            (b"oops\n", 0, "", ("FAIL", "ended before it was ready: oops")),
            (b"skip: no port\n", 77, "", ("SKIP", "no port")),
            (b"ready\nnot ok 1 - x.y\n", 0, "done", ("FAIL", "1 not ok: x.y")),
        ):
            with self.subTest(output=output, status=status, stopped=stopped):
                self.assertEqual(self.of(output, status, stopped, service=True), expected)


if __name__ == "__main__":
    unittest.main()
