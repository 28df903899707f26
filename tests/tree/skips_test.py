#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of skips.py."""
import unittest

from skips import find_faults, read_rules

RULES = read_rules("# a comment\nalways a\\.Chip/(x|y): it has no trim\nmaybe b\\..*: needs root\n")


def faults(name, output=None):
    skipped = "" if output is None else f'<skipped message="S"/><system-out>{output}</system-out>'
    return list(find_faults(f'<testsuite><testcase name="{name}" status="run">{skipped}</testcase></testsuite>', RULES))


class Skips(unittest.TestCase):
    def test_one_that_is_listed_with_its_reason_is_allowed(self):
        self.assertEqual(faults("a.Chip/x  # GetParam() = 1", "Skipped\nit has no trim\n"), [])
        self.assertEqual(faults("b.Any", "needs root"), [])

    def test_one_that_is_not_listed_is_a_fault(self):
        self.assertEqual(len(faults("c.Any", "needs root")), 1)
        self.assertEqual(len(faults("a.Chip/z", "it has no trim")), 1)

    def test_one_without_its_reason_is_a_fault(self):
        self.assertEqual(len(faults("b.Any", "")), 1)
        self.assertEqual(len(faults("b.Any", "it has no trim")), 1)

    def test_one_that_must_be_skipped_and_runs_is_a_fault(self):
        self.assertEqual(len(faults("a.Chip/y")), 1)
        self.assertEqual(faults("b.Any"), [])
        self.assertEqual(faults("c.Any"), [])

    def test_a_rule_that_is_neither_is_refused(self):
        with self.assertRaises(ValueError):
            read_rules("often a: b")


if __name__ == "__main__":
    unittest.main()
