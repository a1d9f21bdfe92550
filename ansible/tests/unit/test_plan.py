# SPDX-License-Identifier: GPL-2.0-or-later
"""The planner: what must hold for every fleet, on fleets made at random; and what it refuses."""

import random
import unittest

import collection

plan = collection.load("plugin_utils.plan")

SEED = 20261130
FLEETS = 300
OFFERS = {"kernel-tdx": ["6.12.117-0.1.0.el9"], "tdx-host": ["0.1.0-1.el9"]}


def host(name, domain="", offers=None, platform="el9-x86_64"):
    return {"name": name, "domain": domain, "platform": platform, "offers": OFFERS if offers is None else offers,
            "running": "5.14.0"}


def random_fleet(random_):
    count = random_.choice([1, 2, 3, 7, 40, 150])
    racks = random_.choice([0, 1, 3, 20])
    hosts = [host(f"h{number}", f"rack{random_.randrange(racks)}" if racks else "") for number in range(count)]
    options = {
        "at_once": random_.choice([1, 2, 5, 50]),
        "domain_max": random_.choice([1, 2, 10]),
        "waves": random_.choice([[1, "5%", "20%", "50%", "100%"], ["100%"], [3, "100%"], ["10%", "10%", "100%"]]),
        "canaries": random_.sample([one["name"] for one in hosts], random_.choice([0, 0, min(2, count)])),
        "max_fail": random_.choice([0, 3, "1%", "50%"]),
    }
    return hosts, options


def make(hosts, blocked=None, version="latest", **options):
    return plan.make_plan("r1", version, hosts, blocked or {}, options)


class Properties(unittest.TestCase):
    """Each property is looked at on the same random fleets."""

    def fleets(self):
        random_ = random.Random(SEED)
        for number in range(FLEETS):
            hosts, options = random_fleet(random_)
            with self.subTest(fleet=number, hosts=len(hosts), **options):
                yield hosts, options, make(hosts, **options), random_

    def test_each_host_is_in_one_batch(self):
        for hosts, _options, made, _random in self.fleets():
            names = [name for wave in made["waves"] for name in plan.hosts_of(wave)]
            self.assertEqual(sorted(names), sorted(one["name"] for one in hosts))

    def test_budget_of_hosts_at_once(self):
        for _hosts, options, made, _random in self.fleets():
            for wave in made["waves"]:
                self.assertLessEqual(max(map(len, wave["batches"])), options["at_once"])

    def test_failure_domains(self):
        for _hosts, options, made, _random in self.fleets():
            for wave in made["waves"]:
                for batch in wave["batches"]:
                    racks = [made["hosts"][name]["domain"] for name in batch if made["hosts"][name]["domain"]]
                    self.assertLessEqual(max((racks.count(rack) for rack in racks), default=0), options["domain_max"])

    def test_canaries_first_and_one_by_one(self):
        for hosts, options, made, _random in self.fleets():
            first = plan.hosts_of(made["waves"][0])
            if options["canaries"]:
                self.assertEqual(first, options["canaries"])
            self.assertEqual({len(batch) for batch in made["waves"][0]["batches"]}, {1})
            self.assertEqual(made["waves"][0]["name"], "canary")

    def test_waves_grow_to_all(self):
        for hosts, options, made, _random in self.fleets():
            done, ends = 0, []
            for wave in made["waves"]:
                self.assertTrue(plan.hosts_of(wave))
                done += len(plan.hosts_of(wave))
                ends.append(done)
            self.assertEqual(ends[-1], len(hosts))
            wanted = {min(plan.parse_share(wave, len(hosts), "", up=True), len(hosts)) for wave in options["waves"]}
            self.assertLessEqual(set(ends[1:]), wanted)

    def test_order_of_hosts_does_not_matter(self):
        for hosts, options, made, random_ in self.fleets():
            shuffled = random_.sample(hosts, len(hosts))
            self.assertEqual(plan.to_text(make(shuffled, **options)), plan.to_text(made))

    def test_text_comes_back(self):
        for _hosts, _options, made, _random in self.fleets():
            self.assertEqual(plan.from_text(plan.to_text(made), "x"), made)

    def test_predecessors_are_the_batches_before(self):
        for _hosts, _options, made, _random in self.fleets():
            for wave in made["waves"]:
                before = []
                for batch in wave["batches"]:
                    for name in batch:
                        self.assertEqual(plan.predecessors(made, name), before)
                    before = before + batch


class Pins(unittest.TestCase):
    def test_newest_by_version_not_by_text(self):
        offers = {"kernel-tdx": ["6.12.9-1.el9", "6.12.117-0.1.0.el9", "6.12.117-0.2.0~rc1.el9"],
                  "tdx-host": ["0.1.0-1.el9"]}
        made = make([host("a", offers=offers)])
        self.assertEqual(made["pins"]["el9-x86_64"]["kernel-tdx"], "6.12.117-0.2.0~rc1.el9")
        self.assertEqual(plan.release_of(made, "a"), "6.12.117-0.2.0~rc1.el9.x86_64+tdx")

    def test_tilde_is_older(self):
        self.assertLess(plan.version_key("1.0~rc1-1"), plan.version_key("1.0-1"))
        self.assertLess(plan.version_key("1.9-1"), plan.version_key("1.10-1"))

    def test_wanted_version(self):
        offers = {"kernel-tdx": ["6.12.9-1.el9", "6.12.117-0.1.0.el9"], "tdx-host": ["0.1.0-1.el9", "0.2.0-1.el9"]}
        pins = make([host("a", offers=offers)], version="6.12.9-1.el9")["pins"]["el9-x86_64"]
        self.assertEqual(pins, {"kernel-tdx": "6.12.9-1.el9", "tdx-host": "0.2.0-1.el9"})

    def test_each_platform_has_its_own(self):
        ten = {"kernel-tdx": ["6.12.117-0.1.0.el10"]}
        made = make([host("a"), host("b", offers=ten, platform="el10-x86_64")])
        self.assertEqual(sorted(made["pins"]), ["el10-x86_64", "el9-x86_64"])

    def test_host_with_stale_repositories_is_blocked(self):
        newer = {**OFFERS, "kernel-tdx": ["6.12.118-0.1.0.el9"]}
        with self.assertRaisesRegex(plan.PlanError, "1 of 2 hosts are not ready.*a: its repositories do not offer"):
            make([host("a"), host("b", offers=newer)])
        made = make([host("a"), host("b", offers=newer)], max_blocked=1)
        self.assertEqual(list(made["blocked"]), ["a"])
        self.assertEqual(list(made["hosts"]), ["b"])


class Refused(unittest.TestCase):
    TABLE = [
        ([], {}, {}, "there is no host to roll out to"),
        (["a"], {}, {"waves": []}, "waves is empty"),
        (["a"], {}, {"waves": [1, "50%"]}, "last of tdx_host_rollout_waves must be '100%'"),
        (["a"], {}, {"waves": ["many", "100%"]}, "a number of hosts or a percentage.*'many'"),
        (["a"], {}, {"max_fail": "200%"}, "at most 100%"),
        (["a"], {}, {"at_once": 0}, "tdx_host_rollout_at_once must be a number of hosts, at least 1"),
        (["a"], {}, {"domain_max": "x"}, "tdx_host_rollout_domain_max"),
        (["a"], {}, {"soak_s": -1}, "tdx_host_rollout_soak_s must be a number of seconds"),
        (["a"], {}, {"canaries": ["b"]}, "canaries names b, which this roll-out does not have"),
        (["a"], {"b": "unreachable"}, {}, "1 of 2 hosts are not ready.*max_blocked is 0; b: unreachable"),
        ([], {"b": "unreachable"}, {"max_blocked": 9}, "1 of 1 hosts are not ready"),
        (["a"], {}, {"colour": 1}, "no option colour"),
    ]

    def test_bad_input_table(self):
        for names, blocked, options, words in self.TABLE:
            with self.subTest(words=words), self.assertRaisesRegex(plan.PlanError, words):
                make([host(name) for name in names], blocked, **options)

    def test_no_kernel_in_any_repository(self):
        with self.assertRaisesRegex(plan.PlanError, "offer no kernel-tdx of the wanted version for el9-x86_64"):
            make([host("a")], version="9.9-1")

    def test_many_are_named_shortly(self):
        self.assertEqual(plan.some(f"h{n}" for n in range(12)), "h0, h1, h2, h3, h4 and 7 more")

    def test_no_plan(self):
        for text in ("", "{", "[]", "{}", '{"schema": "tdx-host.rollout.v1"}'):
            with self.subTest(text=text), self.assertRaisesRegex(plan.PlanError, "p: no plan of a roll-out"):
                plan.from_text(text, "p")
        with self.assertRaisesRegex(plan.PlanError, "another version of this collection"):
            plan.from_text('{"schema": "tdx-host.rollout.v9"}', "p")


class Frozen(unittest.TestCase):
    def setUp(self):
        self.made = make([host("a"), host("b")], {"c": "unreachable"}, max_blocked=1)

    def test_same(self):
        self.assertEqual(plan.check_same(self.made, ["c", "b", "a"], "latest", {"max_blocked": 1}, "p"), [])

    def test_other_hosts(self):
        with self.assertRaisesRegex(plan.PlanError, r"made for other hosts \(b only in the plan; d only in this run\)"):
            plan.check_same(self.made, ["a", "c", "d"], "latest", {}, "p")

    def test_other_options_are_told(self):
        self.assertEqual(plan.check_same(self.made, ["a", "b", "c"], "6-1", {"max_blocked": 1, "soak_s": 5}, "p"),
                         ["soak_s", "version"])


if __name__ == "__main__":
    unittest.main()
