#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the tests that docs/security.md names exist. Usage: security_page.py FOLDER_OF_SOURCES

Each of the 22 classes of faults has a row, and so has each rule of what the hub claims; each row has at
least one test: a `Suite.Test` of the C++ tests, a `script.test_method` of the Python tests, a fuzz target, or a
program of the tests. Prints a line per fault; exits 1 if there is one.
"""

import pathlib
import re
import sys

CLASSES = 22
ROW = re.compile(r"^\| *(\d+) *\|.*\|([^|]*)\|\s*$")
RULE = re.compile(r"^\| ([^|]+) \|([^|]*)\|\s*$")
RULES_BEGIN = ["rule", "---"]  # in the first column
NAME = re.compile(r"`([^`]+)`")
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
METHOD = re.compile(r"^    def (test_\w+)\(", re.MULTILINE)


def tests_in(root):
    for path in (root / "tests").rglob("*.cpp"):
        for suite, test in TEST.findall(path.read_text(encoding="utf-8")):
            yield f"{suite}.{test}"
    for path in (root / "tests").rglob("*_test.py"):
        for method in METHOD.findall(path.read_text(encoding="utf-8")):
            yield f"{path.stem}.{method}"


def exists(name, tests, root):
    if name.endswith("_fuzz"):
        return (root / "tests/fuzz" / f"{name}.cpp").is_file()
    return (root / name).is_file() if "/" in name else name in tests


def rows(text):
    """Yields what a row is about, the number of its class, if it is one of those, and the cell of its tests."""
    for line in text.splitlines():
        if row := ROW.match(line):
            yield f"class {row.group(1)}", int(row.group(1)), row.group(2)
        elif (row := RULE.match(line)) and row.group(1) not in RULES_BEGIN:
            yield f'"{row.group(1)}"', None, row.group(2)


def faults(root):
    tests = set(tests_in(root))
    seen = []
    for what, number, cell in rows((root / "docs/security.md").read_text(encoding="utf-8")):
        names = NAME.findall(cell)
        if number is not None:
            seen.append(number)
        if not names:
            yield f"{what}: it has no test"
        for name in names:
            if not exists(name, tests, root):
                yield f"{what}: there is no {name}"
    if seen != list(range(1, CLASSES + 1)):
        yield f"there is not a row for each class from 1 to {CLASSES}, but for {seen}"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(f"docs/security.md: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
