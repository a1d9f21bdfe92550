# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a folder of unittest tests as KTAP: python3 unittest_ktap.py DIR FAMILY_PREFIX

Each test becomes a check FAMILY_PREFIX.<file>-<test>, without test_ and in kebab-case. A folder
without tests is a failure, and so are two tests of one name: a check ID stands for one thing.
"""

import re
import sys
import unittest
from collections import Counter


def check_name(test):
    """test_plan.Errors.test_unknown_key -> plan-unknown-key"""
    # unittest names what is no test (a file that cannot be imported, setUpClass) in another form.
    parts = test.id().split(".") if isinstance(test, unittest.TestCase) else [test.id()]
    words = [re.sub(r"^test_", "", part) for part in (parts[0], parts[-1])][-len(parts):]
    if parts[0] == "unittest":
        words[0] = "import"
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")


class KtapResult(unittest.TestResult):
    def __init__(self, prefix):
        super().__init__()
        self.prefix = prefix
        self.number = 0
        # Print the output of a test only if it fails, and marked: it could look like a result line.
        self.buffer = True
        # Failures of the test that runs now, as (headline, full text).
        self._errors = []

    def _say(self, text):
        print(text, file=sys.__stdout__, flush=True)

    def _result(self, test, ok, note):
        self.number += 1
        note = f" # {note}" if note else ""
        self._say(f"{ok} {self.number} - {self.prefix}.{check_name(test)}{note}")

    def _fail(self, test, error):
        lines = str(error[1]).strip().splitlines() or [error[0].__name__]
        full = self._exc_info_to_string(error, test)
        # Do not print the captured output a second time, unmarked.
        self._mirrorOutput = False
        if isinstance(test, unittest.TestCase):
            self._errors.append((lines[0], full))
        else:
            # setUpClass and the like have no stopTest().
            self._not_ok(test, [(lines[0], full)])

    def _not_ok(self, test, errors):
        for _, full in errors:
            for line in full.splitlines():
                self._say(f"# {line}")
        self._result(test, "not ok", errors[0][0])

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(test, err)
            headline, full = self._errors.pop()
            self._errors.append((f"{subtest._subDescription()}: {headline}", full))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._result(test, "ok", f"SKIP {reason}")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._errors.append(("passed, but is marked as an expected failure", ""))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._result(test, "ok", "fails as expected")

    def addSuccess(self, test):
        super().addSuccess(test)
        self._result(test, "ok", "")

    def stopTest(self, test):
        errors, self._errors = self._errors, []
        super().stopTest(test)
        if errors:
            self._not_ok(test, errors)


def _tests(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _tests(test)
        else:
            yield test


def main(folder, prefix):
    suite = unittest.defaultTestLoader.discover(folder)
    names = Counter(check_name(test) for test in _tests(suite))
    twice = [name for name, number in names.items() if number > 1]
    if not names or twice:
        why = f"{len(twice)} names are used twice, as {twice[0]}; rename" if twice else \
            "no tests; add test_*.py"
        print(f"error: unit tests in {folder}: {why}", file=sys.stderr)
        return 1
    print(f"KTAP version 1\n1..{sum(names.values())}", flush=True)
    result = KtapResult(prefix)
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("error: usage: unittest_ktap.py DIR FAMILY_PREFIX; give both")
    sys.exit(main(*sys.argv[1:]))
