# SPDX-License-Identifier: GPL-2.0-or-later
import re
import unittest
from html.parser import HTMLParser

import helper
import files
import page
from helper import step

CHECK_KEYS = {"id": str, "title": str, "verdict": str, "reason": str, "value": str,
              "seconds": float, "log": (str, type(None)), "started_s": float, "ended_s": float,
              "parent": (str, type(None))}
VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Checks that elements are closed in order; collects names, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.attributes, self.text = [], set(), [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text += data


class Report(helper.RunnerTest):
    def page(self):
        text = (self.build / "report/report.html").read_text()
        page = Page(text)
        self.assertEqual(page.open, [])
        return page

    def test_schema(self):
        self.run_plan(step("a.b", "echo ok 1 - a.c"), step("a.d", "false"),
                      step("a.e", needs=["a.d"]))
        self.assertEqual(set(self.report), {"schema", "title", "started", "seconds", "host",
                                            "commit", "version", "result", "checks"})
        self.assertEqual(self.report["schema"], 1)
        self.assertEqual(self.report["title"], "Test")
        self.assertEqual(self.report["result"], "FAIL")
        self.assertRegex(self.report["started"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(set(self.report["host"]), {"kernel", "cpus", "memory_gib", "os"})
        for check in self.report["checks"]:
            self.assertEqual(set(check), set(CHECK_KEYS))
            for key, kind in CHECK_KEYS.items():
                self.assertIsInstance(check[key], kind, key)
            if check["log"]:
                self.assertTrue((self.build / "report" / check["log"]).is_file())
        self.assertIsNone(self.checks["a.e"]["log"])
        self.assertEqual(self.checks["a.c"]["parent"], "a.b")

    def test_folder_option_and_old_logs(self):
        folder = self.dir / "elsewhere"
        options = ["--report", str(folder)]
        self.run_plan(step("a.old"), options=options)
        self.run_plan(step("a.new", "echo first"), options=options)
        old = (folder / "log/a.new.log").stat().st_ino
        self.assertEqual(sorted(p.name for p in folder.iterdir()),
                         ["log", "report.html", "report.json"])
        self.assertEqual([p.name for p in (folder / "log").iterdir()], ["a.new.log"])
        self.run_plan(step("a.new", "echo second"))
        # The report of an earlier run keeps its log: a later run writes a new file.
        self.assertEqual((folder / "log/a.new.log").read_text(), "first\n")
        self.assertEqual((folder / "log/a.new.log").stat().st_ino, old)

    def test_evil_log(self):
        evil = "</pre><script>alert(1)</script><img src=x onerror=alert(1)> &amp; \" '"
        (self.dir / "evil").write_text(
            f"{evil}\nvalue: {evil}\nok 1 - a.sub # {evil}\nnot ok 2 - a.bad # {evil}\n"
            f"error: {evil}\n")
        self.run_plan(step("a.b", "cat $D/evil; exit 1", title=f"Title {evil}"))
        page = self.page()
        self.assertFalse(page.names & {"script", "img"})
        self.assertFalse([a for a in page.attributes if a[0].startswith("on") and a[0] != "one"])
        self.assertGreater(page.text.count(evil), 5)
        for name, value in page.attributes:
            if name in ("href", "src"):
                self.assertRegex(value, r"^(#[a-z.-]+|log/[a-z.-]+\.log|data:,)$")

    def test_binary_log(self):
        self.run_plan(step("a.b", "head -c 100000 /dev/urandom; "
                           "printf '\\n\\0\\033[2J\\377 end\\n'; exit 1"))
        self.assertEqual(self.checks["a.b"]["reason"], "\ufffd\ufffd end")
        self.assertEqual((self.build / "log/a.b.log").stat().st_size, 100000 + 12)
        for text in self.out, (self.build / "report/report.html").read_text():
            self.assertFalse(re.search(r"[\x00-\x08\x0b-\x1f]", text))
        self.page()

    def test_huge_log(self):
        # A log of 64 MiB, half of it one line: the runner must need less memory than that.
        self.run_plan(step("a.b", "head -c 32M /dev/zero | tr '\\0' x; echo; "
                           "head -c 32M <(yes 'not for the runner'); echo value: the end; "
                           "echo value: peak $(awk '/VmHWM/ {print $2}' /proc/$PPID/status)"))
        self.assertEqual(self.code, 0, self.out)
        peak_kib = int(self.checks["a.b"]["value"].split()[1])
        self.assertLess(peak_kib, 60 * 1024)
        self.assertIn("value: the end", self.page().text)
        self.assertLess((self.build / "report/report.html").stat().st_size, 100_000)

    def test_evidence_of_a_sub_check_is_its_part_of_the_log(self):
        self.run_plan(step("a.b", "echo first part; echo ok 1 - a.one; "
                           "echo second part; echo ok 2 - a.two"))
        html = (self.build / "report/report.html").read_text()
        part = re.search(r'<tbody id="a.two".*?</tbody>', html, re.DOTALL)[0]
        self.assertIn("second part\nok 2 - a.two", part)
        self.assertNotIn("first part", part)


class Tail(unittest.TestCase):
    def test_tail(self):
        with helper.tempfile.NamedTemporaryFile() as file:
            file.write(b"one\ntwo\nthree\nfour\n")
            file.flush()
            for arguments, expected in (
                ((2,), [b"three", b"four"]),
                ((9,), [b"one", b"two", b"three", b"four"]),
                ((9, 4, 14), [b"two", b"three"]),
                ((9, 0, None, 8), [b"four"]),
                ((9, 4, 4), []),
                ((9, 99, None), []),
            ):
                with self.subTest(arguments):
                    self.assertEqual(files.tail(file.name, *arguments), expected)


class Timeline(unittest.TestCase):
    def test_any_length_has_readable_ticks(self):
        for seconds in (0, 0.2, 1, 7, 59, 60, 61, 600, 1500, 3599, 7200, 90000, 900000):
            ticks = page._ticks(max(seconds, 1.0))
            self.assertTrue(1 <= len(ticks) <= 12, (seconds, ticks))

    def test_bars_stay_inside(self):
        def check(check_id, start, seconds, end, verdict="PASS"):
            return {"id": check_id, "title": "T", "verdict": verdict, "seconds": seconds,
                    "started_s": start, "ended_s": end, "parent": None, "log": "x"}
        html = page._timeline({"seconds": 100, "checks": [
            check("a.short", 0, 0.001, 0.001), check("a.late", 100, 0, 100, "SKIP"),
            check("a.service", 10, 5, 99), check("a.long", 0, 100, 100, "FAIL")]})
        bars = re.findall(r'<rect class="(?!stripe)[^>]*x="([\d.]+)%"[^>]*width="([\d.]+)%"', html)
        self.assertEqual(len(bars), 5)
        for x, width in bars:
            self.assertLessEqual(float(x) + float(width), 100)
            self.assertGreater(float(width), 0)
        self.assertIn("ready in 5.0 s", html)
        self.assertIn("skipped", html)


if __name__ == "__main__":
    unittest.main()
