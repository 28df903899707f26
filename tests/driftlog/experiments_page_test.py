#!/usr/bin/env python3
"""Checks that the output on the page of experiments is what the programs print for the records beside it.

Usage: experiments_page_test.py FOLDER_OF_PROGRAMS [--update]
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "experiments.md"
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()


def answer(command):
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=PAGE.with_suffix(""),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return run.stdout + run.stderr


def answered(page):
    """Returns the page with each `$ command` of its blocks followed by its output."""

    def fill(block):
        commands = re.findall(r"^\$ (.*)$", block[0], re.MULTILINE)
        return "```\n" + "\n".join(f"$ {command}\n{answer(command)}" for command in commands) + "```"

    return re.sub(r"^```\n\$ .*?^```", fill, page, flags=re.MULTILINE | re.DOTALL)


class ExperimentsPage(unittest.TestCase):
    maxDiff = None

    def test_answers_are_those_of_the_programs(self):
        page = PAGE.read_text(encoding="utf-8")
        self.assertIn("$ driftlog fit pi.csv\npi.csv: ", page)
        self.assertEqual(page, answered(page))


if __name__ == "__main__":
    if "--update" in sys.argv:
        PAGE.write_text(answered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main(argv=sys.argv[:1])
