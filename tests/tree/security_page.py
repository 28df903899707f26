#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the tests that docs/security.md names exist. Usage: security_page.py FOLDER_OF_SOURCES

Each of the 22 classes of faults has a row, and each row has at least one test: a `Suite.Test` of the
C++ tests, a fuzz target, or a program of the tests. Prints a line per fault; exits 1 if there is one.
"""

import pathlib
import re
import sys

CLASSES = 22
ROW = re.compile(r"^\| *(\d+) *\|.*\|([^|]*)\|\s*$")
NAME = re.compile(r"`([^`]+)`")
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


def tests_in(root):
    for path in (root / "tests").rglob("*.cpp"):
        for suite, test in TEST.findall(path.read_text(encoding="utf-8")):
            yield f"{suite}.{test}"


def exists(name, tests, root):
    if name.endswith("_fuzz"):
        return (root / "tests/fuzz" / f"{name}.cpp").is_file()
    return (root / name).is_file() if "/" in name else name in tests


def faults(root):
    tests = set(tests_in(root))
    seen = []
    for line in (root / "docs/security.md").read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if not row:
            continue
        number, names = int(row.group(1)), NAME.findall(row.group(2))
        seen.append(number)
        if not names:
            yield f"class {number}: it has no test"
        for name in names:
            if not exists(name, tests, root):
                yield f"class {number}: there is no {name}"
    if seen != list(range(1, CLASSES + 1)):
        yield f"there is not a row for each class from 1 to {CLASSES}, but for {seen}"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(f"docs/security.md: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
