#!/usr/bin/env python3
"""Tests that the check of --help and man pages finds each kind of fault."""

import pathlib
import tempfile
import unittest

from help_and_man import faults

HELP = """Usage: clock [OPTIONS] HOST

  -p,--port N    where to ask
  --json         one object a line

Example: clock --json 192.0.2.1
"""

PAGE = """.Dd November 1, 2026
.Bl -tag -width Ds
.It Fl p , -port Ar number
.It Fl -json
.El
"""


class HelpAndMan(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def faults(self, help_text=HELP, page=PAGE):
        program = self.folder / "clock"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{help_text}END\n", encoding="utf-8")
        program.chmod(0o700)
        if page is not None:
            (self.folder / "clock.1").write_text(page, encoding="utf-8")
        return list(faults(program, self.folder))

    def test_accepts_a_help_that_agrees_with_its_page(self):
        self.assertEqual(self.faults(), [])

    def test_rejects_more_than_a_screen(self):
        self.assertIn("more than 24", self.faults(HELP + "\n" * 20)[0])

    def test_rejects_a_line_wider_than_a_screen(self):
        self.assertIn("columns", self.faults(HELP + "x" * 81 + "\n")[0])

    def test_rejects_a_help_without_an_example(self):
        self.assertEqual(self.faults(HELP.replace("Example", "Note")), ["--help has no example"])

    def test_rejects_an_option_that_is_not_on_the_page(self):
        found = self.faults(page=PAGE.replace(".It Fl -json\n", ""))
        self.assertEqual(found, ["--json is in --help, and not on the man page"])

    def test_rejects_an_option_that_is_on_the_page_alone(self):
        found = self.faults(page=PAGE + ".It Fl -wait Ar time\n")
        self.assertEqual(found, ["--wait is on the man page, and not in --help"])

    def test_looks_at_the_help_of_each_command(self):
        of_tick = "Usage: clock tick\n  --loud\nExample: clock tick --loud\n"
        script = f"""Commands: tick
END
test "$1" != tick || cat <<'END'
{of_tick}"""
        self.assertEqual(self.faults(HELP + script), [])
        found = self.faults(HELP + script.replace(":", ", each with --help:", 1))
        self.assertEqual(sorted(found), [f"--{name} is in --help, and not on the man page" for name in ("help", "loud")])

    def test_rejects_a_program_without_a_page(self):
        self.assertEqual(self.faults(page=None), ["has no man page"])


if __name__ == "__main__":
    unittest.main()
