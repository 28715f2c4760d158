# SPDX-License-Identifier: Apache-2.0
"""Runs modules of CPython's own test suite and prints one line for each test, as TAP has them.

    outcomes.py MODULE...
"""
import sys
import unittest


class Lines(unittest.TestResult):
    """The lines come at once: a test after this one may wait for ever."""

    def __init__(self):
        super().__init__()
        self.bad = 0

    def line(self, test, bad=False, note=""):
        self.bad += bad
        print(f"{'not ' if bad else ''}ok 1 - {test.id()}{note}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, note=" # skip")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.line(test, note=" # todo")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.line(test, True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print(self.failures[-1][1], file=sys.stderr)
        self.line(test, True)

    def addError(self, test, err):
        super().addError(test, err)
        print(self.errors[-1][1], file=sys.stderr)
        self.line(test, True)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.line(test, True)


result = Lines()
unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:]).run(result)
sys.exit(result.bad != 0)
