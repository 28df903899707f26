#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the export of llvm-cov as a table: coverage_table.py ROOT LEAST_PERCENT <SUMMARY

Prints a line per file of libsync/core and libsync/policy, and a total for each. Exits 1 if a total is below
LEAST_PERCENT, or if nothing was counted.
"""

import json
import pathlib
import sys

PARTS = ("libsync/core", "libsync/policy")


def line(name, lines, covered):
    percent = 100 * covered / lines if lines else 100
    print(f"{name:<50} {lines:>6} lines {lines - covered:>5} missed {percent:>6.1f} %")
    return percent


def main():
    root, least = pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2])
    files = {}
    for counted in json.load(sys.stdin)["data"][0]["files"]:
        path = pathlib.Path(counted["filename"]).resolve()
        if path.is_relative_to(root):
            files[str(path.relative_to(root))] = counted["summary"]["lines"]
    is_enough = True
    for part in PARTS:
        counts = {name: lines for name, lines in sorted(files.items()) if name.startswith(part + "/")}
        for name, lines in counts.items():
            line(name, lines["count"], lines["covered"])
        total = sum(lines["count"] for lines in counts.values())
        percent = line(f"{part}, all", total, sum(lines["covered"] for lines in counts.values()))
        is_enough = is_enough and total > 0 and percent >= least
        print()
    if not is_enough:
        print(f"coverage: below {least:.0f} %: see build/coverage/uncovered.txt", file=sys.stderr)
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
