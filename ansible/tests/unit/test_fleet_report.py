# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of a roll-out: what it says of which events, and that it fits its schema."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

import collection

fleet_report = collection.load("plugin_utils.fleet_report")
journal = collection.load("plugin_utils.journal")
plan = collection.load("plugin_utils.plan")
TOP = collection.ROOT.parent
sys.path.insert(0, str(TOP / "tests/lib"))
import json_schema  # noqa: E402  needs the path above

OFFERS = {"kernel-tdx": ["6.12.117-0.1.0.el9"]}


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.journal = journal.Journal(str(Path(folder.name) / "journal.jsonl"))
        hosts = [{"name": name, "domain": "", "platform": "el9-x86_64", "offers": OFFERS, "running": "5.14.0"}
                 for name in ("a", "b", "c")]
        options = {"max_blocked": 1, "waves": [1, "100%"]}
        self.plan = plan.make_plan("r1", "latest", hosts, {"d": "unreachable"}, options)

    def add(self, event, **fields):
        self.journal.append(event, **fields)
        self.journal.refresh()

    def make(self):
        document = fleet_report.make(self.plan, self.journal)
        schema = json_schema.load(TOP / "docs/schema/tdx-host.fleet.v1.json")
        self.assertEqual(list(json_schema.faults(document, schema)), [])
        # What is written is what was looked at.
        self.assertEqual(json.loads(json.dumps(document)), document)
        return document

    def counts(self, document):
        return {row["verdict"]: row["hosts"] for row in document["counts"] if row["hosts"]}

    def test_plan_only(self):
        document = self.make()
        self.assertEqual((document["state"], document["began"]), ("planned", ""))
        self.assertEqual(self.counts(document), {"waiting": 3, "blocked": 1})
        self.assertIsNone(fleet_report.chart(self.plan, self.journal))

    def test_plan_fits_its_schema(self):
        schema = json_schema.load(TOP / "docs/schema/tdx-host.rollout.v1.json")
        self.assertEqual(list(json_schema.faults(json.loads(plan.to_text(self.plan)), schema)), [])

    def test_stopped_in_the_middle(self):
        self.add("run")
        self.add("begin", host="a", baseline=None)
        self.add("end", host="a", verdict="kept", reason="", after="6.12", drained=["td1"], restarted=["td1"],
                 phases=[{"name": "install", "seconds": 3}])
        self.add("gate", wave=0, passed=True, reason="")
        self.add("wave", reason="")
        self.assertEqual(self.make()["state"], "running")
        self.add("begin", host="b", baseline=None)
        self.add("end", host="b", verdict="returned", reason="no-kvm", after="5.14.0", phases=[])
        self.add("begin", host="c", baseline=None)
        self.add("stop", reason="too many")
        document = self.make()
        self.assertEqual((document["state"], document["reason"]), ("stopped", "too many"))
        self.assertEqual(self.counts(document), {"kept": 1, "returned": 1, "begun": 1, "blocked": 1})
        self.assertEqual([(wave["done"], wave["bad"], wave["gate"]) for wave in document["waves"]],
                         [(1, 0, "passed"), (0, 1, "")])
        host = document["hosts"][0]
        self.assertEqual((host["before"], host["after"], host["restarted"]), ("5.14.0", "6.12", ["td1"]))

    def test_chart_ends_with_what_is(self):
        for name, verdict in (("a", "kept"), ("b", "unknown"), ("b", "kept"), ("c", "returned")):
            self.add("end", host=name, verdict=verdict)
        lines = fleet_report.chart(self.plan, self.journal)
        heights = {name: float(points.split()[-1].split(",")[1]) for name, points in lines.items()}
        third = fleet_report.CHART_HEIGHT / 3
        self.assertAlmostEqual(heights["done"], fleet_report.CHART_HEIGHT - 2 * third, delta=0.2)
        self.assertAlmostEqual(heights["bad"], fleet_report.CHART_HEIGHT - third, delta=0.2)

    def test_page_escapes_what_hosts_say(self):
        try:
            import jinja2  # noqa: F401  only whether it is there
        except ImportError:
            self.skipTest("Jinja is not installed here; the roll-outs of ansible/tests/fleet render the page, too")
        self.add("run")
        self.add("end", host="a", verdict="failed", reason="<script>alert(1)</script>")
        page = fleet_report.render(self.make(), fleet_report.chart(self.plan, self.journal))
        self.assertNotIn("<script>", page)
        self.assertIn("&lt;script&gt;", page)


if __name__ == "__main__":
    unittest.main()
