#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""skips.py RESULTS EXPECTED: fails unless the tests that ctest skipped are those that may be, for their reasons.

RESULTS is what ctest --output-junit writes; EXPECTED is tests/skips.txt.
"""
import re
import sys
import xml.etree.ElementTree


def read_rules(text):
    rules = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, rest = line.split(" ", 1)
        pattern, reason = rest.rsplit(": ", 1)
        if kind not in ("always", "maybe"):
            raise ValueError(f"neither always nor maybe: {line}")
        rules.append((kind, re.compile(pattern), reason))
    return rules


def find_faults(junit, rules):
    """Yields a line for each test that is skipped and should not be, or the other way round."""
    for case in xml.etree.ElementTree.fromstring(junit).iter("testcase"):
        # gtest_discover_tests() appends the parameter as a comment.
        name = case.get("name", "").split("  # ")[0]
        matching = [rule for rule in rules if rule[1].fullmatch(name)]
        if case.find("skipped") is None:
            if case.get("status") != "disabled" and any(kind == "always" for kind, _, _ in matching):
                yield f"{name}: is always skipped by the list, but ran"
            continue
        output = case.findtext("system-out", "")
        if not any(reason in output for _, _, reason in matching):
            yield f"{name}: was skipped, which the list does not allow: {' '.join(output.split())[-200:]}"


def main(arguments):
    results, expected = arguments
    with open(results, encoding="utf-8", errors="replace") as junit, open(expected, encoding="utf-8") as text:
        faults = list(find_faults(junit.read(), read_rules(text.read())))
    for fault in faults:
        print(f"skips.py: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
