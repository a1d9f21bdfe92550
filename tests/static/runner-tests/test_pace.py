# SPDX-License-Identifier: GPL-2.0-or-later
import os
import signal
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import helper  # noqa: F401 - makes the runner's modules importable
import pace
from ktap import MAX_LINES, News, WatchedFile, parse
from plan import Step
from run import Refused, Settings
from step import Process


class PaceClock(unittest.TestCase):
    def clock(self, speed, load):
        self.load = load
        return pace.Pace(100.0, speed=speed, cpus=2, read_load=lambda: self.load)

    def test_slow_machine(self):
        clock = self.clock(3, 0)
        self.assertEqual(clock.advance(130.0), 10)

    def test_load_that_comes_and_goes(self):
        clock = self.clock(1, 0)
        self.assertEqual(clock.advance(110.0), 10)
        self.load = 8
        self.assertEqual(clock.advance(150.0), 20)
        self.load = 1
        self.assertEqual(clock.advance(160.0), 30)

    def test_fast_machine_gets_no_shorter_limits(self):
        self.assertEqual(self.clock(0.5, 0).advance(110.0), 10)

    def test_absurd_measurement_is_bounded(self):
        self.assertEqual(self.clock(1e9, 0).slowness(), pace.MAX_SLOWNESS)

    def test_expectation_counts_what_runs_beside(self):
        # One busy loop per CPU: half of the machine is left.
        self.assertEqual(self.clock(1, 2).expected_slowness(jobs=2), 2)
        self.assertEqual(self.clock(1, 0).expected_slowness(jobs=2), 1)

    def test_given_slowness_is_taken_as_it_is(self):
        clock = pace.Pace(100.0, given=2, cpus=2, read_load=lambda: 99)
        self.assertEqual(clock.advance(110.0), 5)
        self.assertEqual(clock.expected_slowness(jobs=2), 2)

    def test_measure_is_about_this_machine(self):
        self.assertGreater(pace.measure(), 0)
        self.assertGreaterEqual(pace.load(), 0)

    def test_given_slowness(self):
        for text in ("0", "x", "nan", "inf", "-3", "1e9"):
            with mock.patch.dict(os.environ, TDX_HOST_SLOWNESS=text), \
                    self.assertRaisesRegex(Refused, "TDX_HOST_SLOWNESS: is .*; make it a number from 1 to 50"):
                Settings.from_environment()
        with mock.patch.dict(os.environ, TDX_HOST_SLOWNESS="2.5"):
            self.assertEqual(Settings.from_environment().slowness, 2.5)


class StandingStill(unittest.TestCase):
    """A process that does nothing; the test sets its output and the time."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        step = Step("a.b", "Title", ("sleep", "999"), still_s=10)
        self.process = Process(step, self.dir / "log", dict(os.environ), self.dir, pace_s=0)
        self.addCleanup(self.end)

    def end(self):
        os.kill(self.process.pid, signal.SIGKILL)
        os.waitpid(self.process.pid, 0)
        self.process.reaped(-9, 0)
        self.process.close()

    def after(self, pace_s, said=b""):
        """Why the step is ended `pace_s` seconds of the plan's machine after its start, when it has printed lines."""
        self.process.said.feed(said, pace_s)
        self.process.tick(self.process.started + pace_s, pace_s)
        return self.process.stopped

    def test_whole_life(self):
        # Six times as long as it may be silent.
        lines = (b"one", b"ok 1 - a.x", b"ok 2 - a.y", b"progress: 1 of 2", b"progress: 2 of 2", b"two")
        for n, text in enumerate(lines):
            self.assertEqual(self.after(9 * n, text + b"\n"), "")
        self.assertEqual(self.after(45 + 9), "")
        self.assertEqual(self.after(45 + 11), "still")

    def test_repeated_text(self):
        self.assertEqual(self.after(1, b"waiting since 1 s\n"), "")
        self.assertEqual(self.after(9, b"waiting since 9 s\n"), "")
        self.assertEqual(self.after(12, b"waiting since 12 s\n"), "still")

    def test_console(self):
        console = self.dir / "console"
        self.after(1, b"watch: %s\n" % bytes(console))
        console.write_text("stage one\n")
        self.assertEqual(self.after(9), "")
        console.write_text("stage one\nstage two\n")
        self.assertEqual(self.after(18), "")
        self.assertEqual(self.after(29), "still")


class NewsLines(unittest.TestCase):
    def new(self, *lines):
        news = News()
        return [news.is_new(line, parse(line)) for line in lines]

    def test_repeated_line(self):
        self.assertEqual(self.new(b"a", b"b", b"a", b"", b"  "), [True, True, False, False, False])

    def test_line_that_differs_in_numbers(self):
        self.assertEqual(self.new(b"[  1.5] cpu1: stuck 0xdead1", b"[ 99.2] cpu2: stuck 0xbeef2"), [True, False])

    def test_result_lines_count_each(self):
        self.assertEqual(self.new(b"ok 1 - a.b-1", b"ok 2 - a.b-2", b"not ok 2 - a.b-2"), [True] * 3)

    def test_progress_counts_as_it_is(self):
        self.assertEqual(self.new(b"progress: 1 of 9", b"progress: 2 of 9", b"progress: 2 of 9"),
                         [True, True, False])

    def test_memory_is_bounded(self):
        news = News()
        for n in range(MAX_LINES + 10):
            line = b"progress: %d" % n
            news.is_new(line, parse(line))
        self.assertLessEqual(len(news._seen), MAX_LINES)


class NewsFile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "console"
        self.file = WatchedFile(str(self.path))

    def test_grows(self):
        self.assertFalse(self.file.look())
        self.path.write_bytes(b"one\ntw")
        self.assertTrue(self.file.look())
        self.assertFalse(self.file.look())
        self.path.write_bytes(b"one\ntwo\n")
        self.assertTrue(self.file.look())
        self.assertEqual(self.file.last_line, b"two")
        self.path.write_bytes(b"one\ntwo\none\n")
        self.assertFalse(self.file.look())

    def test_begun_anew(self):
        self.path.write_bytes(b"a long line of the first boot\n")
        self.file.look()
        self.path.write_bytes(b"second\n")
        self.assertTrue(self.file.look())

    def test_what_is_no_file(self):
        os.mkfifo(self.path)
        self.assertFalse(self.file.look())
        self.assertFalse(WatchedFile("/dev/zero").look())
        self.assertFalse(WatchedFile("/").look())


if __name__ == "__main__":
    unittest.main()
