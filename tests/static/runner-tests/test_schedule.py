# SPDX-License-Identifier: GPL-2.0-or-later
import unittest

import helper  # noqa: F401 - makes the runner's modules importable
from plan import Step
from schedule import FAIL, PASS, READY, RUNNING, SKIP, Schedule


def make(slots, **steps):
    """A schedule. The argument a={"needs": "bc", "expect_s": 5} becomes step a.a, which needs b.b and c.c."""
    made = {}
    for name, keys in steps.items():
        needs = tuple(f"{n}.{n}" for n in keys.pop("needs", ""))
        made[f"{name}.{name}"] = Step(f"{name}.{name}", "Title", ("x",), needs=needs, **keys)
    return Schedule(made, slots, {s.id: s.expect_s for s in made.values()})


def ids(steps):
    """The steps in one text: "bd" for b.b and d.d."""
    return "".join(s.id[0] for s in steps)


class ScheduleOrder(unittest.TestCase):
    def test_longest_chain_first(self):
        plan = make(2, a={"expect_s": 5}, b={"expect_s": 1}, c={"needs": "b", "expect_s": 60},
                    d={"expect_s": 7})
        self.assertEqual(ids(plan.to_start()), "bd")

    def test_slots(self):
        plan = make(3, a={"cpu": 2, "expect_s": 9}, b={"expect_s": 8}, c={"expect_s": 7})
        self.assertEqual(ids(plan.to_start()), "ab")

    def test_wide_step_is_not_overtaken(self):
        plan = make(2, a={"expect_s": 9}, b={"cpu": 2, "expect_s": 8}, c={"expect_s": 7})
        self.assertEqual(ids(plan.to_start()), "a")

    def test_step_wider_than_the_machine(self):
        plan = make(2, a={"cpu": 64})
        self.assertEqual(ids(plan.to_start()), "a")

    def test_service_takes_no_slot(self):
        plan = make(1, a={"service": True, "cpu": 0}, b={})
        self.assertEqual(ids(plan.to_start()), "ab")

    def test_lock_lets_others_pass(self):
        plan = make(4, a={"lock": "l", "expect_s": 9}, b={"lock": "l", "expect_s": 8},
                    c={"expect_s": 1})
        self.assertEqual(ids(plan.to_start()), "ac")
        plan.state["a.a"] = PASS
        self.assertEqual(ids(plan.to_start()), "bc")


class ScheduleNeeds(unittest.TestCase):
    def test_skips_say_why(self):
        plan = make(2, a={}, b={"needs": "a"}, c={"needs": "b"}, d={})
        plan.state["a.a"] = FAIL
        self.assertEqual([(s.id, r) for s, r in plan.to_skip()],
                         [("b.b", "needs a.a, which failed")])
        plan.state["b.b"] = SKIP
        self.assertEqual([(s.id, r) for s, r in plan.to_skip()],
                         [("c.c", "needs b.b, which was skipped")])
        self.assertEqual(ids(plan.to_start()), "d")

    def test_service_lives_as_long_as_anything_builds_on_it(self):
        plan = make(4, r={"service": True}, v={"service": True, "needs": "r"}, a={"needs": "v"},
                    b={"needs": "a"})
        plan.state.update({"r.r": READY, "v.v": READY, "a.a": PASS})
        self.assertEqual(ids(plan.to_stop()), "")
        plan.state["b.b"] = FAIL
        self.assertEqual(ids(plan.to_stop()), "v")
        plan.state["v.v"] = PASS
        self.assertEqual(ids(plan.to_stop()), "r")

    def test_service_for_the_whole_run(self):
        plan = make(4, s={"service": True, "stop_after_needs": False}, a={"needs": "s"}, b={})
        plan.state.update({"s.s": READY, "a.a": PASS, "b.b": RUNNING})
        self.assertEqual(ids(plan.to_stop()), "")
        plan.state["b.b"] = PASS
        self.assertEqual(ids(plan.to_stop()), "s")

    def test_stall_is_seen(self):
        plan = make(4, s={"service": True, "lock": "l"}, a={"needs": "s", "lock": "l"})
        plan.state["s.s"] = READY
        self.assertEqual(ids(plan.stalled()), "a")


class ScheduleTimeLeft(unittest.TestCase):
    def test_chain_and_work(self):
        plan = make(2, a={"expect_s": 100}, b={"needs": "a", "expect_s": 20}, c={"expect_s": 10})
        self.assertEqual(plan.left_s({}), 120)
        plan.state["a.a"] = RUNNING
        self.assertEqual(plan.left_s({"a.a": 60}), 60)
        # Step a takes longer than expected: it may take a quarter of that time more, and then comes step b.
        self.assertEqual(plan.left_s({"a.a": 500}), 125 + 20)
        wide = make(2, a={"expect_s": 10, "cpu": 2}, b={"expect_s": 10, "cpu": 2})
        self.assertEqual(wide.left_s({}), 20)

    def test_follows_what_was_seen(self):
        plan = make(1, a={"expect_s": 40}, b={"needs": "a", "expect_s": 50}, c={"needs": "b", "expect_s": 10})
        plan.state["a.a"], plan.took_s["a.a"] = PASS, 120
        self.assertEqual(plan.left_s({}), 3 * 60)
        plan.state["b.b"] = RUNNING
        self.assertEqual(plan.left_s({"b.b": 50}), 100 + 30)

    def test_short_steps_prove_nothing(self):
        plan = make(1, a={"expect_s": 1}, b={"needs": "a", "expect_s": 50})
        plan.state["a.a"], plan.took_s["a.a"] = PASS, 9
        self.assertEqual(plan.left_s({}), 50)


if __name__ == "__main__":
    unittest.main()
