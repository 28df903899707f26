#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that the check of docs/security.md finds each kind of fault."""

import pathlib
import tempfile
import unittest

from security_page import CLASSES, faults


class SecurityPage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("tests/policy/client_test.cpp", "TEST(Client, Doubts) {\n}\nTEST_F(Keys, Bind) {\n}\n")
        self.write("tests/fuzz/client_fuzz.cpp", "")
        self.write("tests/soak/run", "")
        self.write("tests/firmware/device_test.py", "class Device:\n    def test_doubts(self):\n")
        self.names = ["`Client.Doubts`"] * CLASSES
        self.rule = "`Keys.Bind`"

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def faults(self):
        rows = (f"| {number} | A fault | A promise | {names} |" for number, names in enumerate(self.names, start=1))
        rules = f"| rule | tests |\n| --- | --- |\n| A rule | {self.rule} |\n\n"
        classes = "| | What | Promise | Tests |\n|---|---|---|---|\n" + "\n".join(rows)
        self.write("docs/security.md", "# Page\n\n" + rules + classes)
        return list(faults(self.root))

    def test_accepts_tests_fuzz_targets_and_programs_that_are_there(self):
        self.names[6] = "`Keys.Bind` `client_fuzz` `tests/soak/run` `device_test.test_doubts`"
        self.assertEqual(self.faults(), [])

    def test_names_a_test_that_is_gone(self):
        for gone in ("`Client.Trusts`", "`server_fuzz`", "`tests/soak/walk`", "`device_test.test_trusts`"):
            self.names[2] = f"`Client.Doubts` {gone}"
            self.assertEqual(self.faults(), [f"class 3: there is no {gone.strip('`')}"])

    def test_names_a_test_of_a_rule_that_is_gone(self):
        self.rule = "`Keys.Bind` `Keys.Fly`"
        self.assertEqual(self.faults(), ['"A rule": there is no Keys.Fly'])

    def test_wants_a_test_for_each_rule(self):
        self.rule = "none yet"
        self.assertEqual(self.faults(), ['"A rule": it has no test'])

    def test_wants_a_test_for_each_class(self):
        self.names[21] = "none yet"
        self.assertEqual(self.faults(), ["class 22: it has no test"])

    def test_wants_every_class(self):
        self.names.pop()
        self.assertEqual(len(self.faults()), 1)
        self.assertIn("from 1 to 22", self.faults()[0])


if __name__ == "__main__":
    unittest.main()
