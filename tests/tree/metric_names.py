#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks docs/monitoring against the table of metrics. Usage: metric_names.py FOLDER_OF_SOURCES

The README lists each metric with the type and the meaning of the table, in its order. The rules and the
dashboard use only metrics that exist, with the suffix of their type. Prints a line per fault; exits 1 if
there is one.
"""

import json
import pathlib
import re
import sys

TABLE = "tools/syncweb/machine/metric_table.cpp"
FOLDER = "docs/monitoring"
SUFFIXES = {"gauge": "", "counter": "_total", "info": "_info"}

METRIC = re.compile(r'\bMetric\{\s*"(\w+)",\s*k(\w+),\s*"\w*",((?:\s*"(?:[^"\\]|\\.)*")+)')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", re.MULTILINE)
NAME = re.compile(r"\bisletime_\w+")


def table(source):
    """Returns the name, type and meaning of each metric."""
    return [(name, kind.lower(), "".join(LITERAL.findall(text))) for name, kind, text in METRIC.findall(source)]


def expressions(dashboard):
    """Yields the texts of a dashboard's queries."""
    if isinstance(dashboard, dict):
        for key, value in dashboard.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield value
            else:
                yield from expressions(value)
    elif isinstance(dashboard, list):
        for value in dashboard:
            yield from expressions(value)


def faults_of_readme(text, metrics):
    rows = ROW.findall(text)
    for row in rows:
        if row not in metrics:
            yield f"README.md: the table of metrics has no such row: {row}"
    for metric in metrics:
        if metric not in rows:
            yield f"README.md: {metric[0]} is missing, or is described otherwise"
    if not (set(rows) ^ set(metrics)) and rows != metrics:
        yield "README.md: the metrics are in another order"


def faults_of_use(file, text, metrics):
    samples = {name + SUFFIXES[kind] for name, kind, _ in metrics}
    used = NAME.findall(text)
    if not used:
        yield f"{file}: it uses no metric"
    for name in sorted(set(used) - samples):
        yield f"{file}: there is no sample {name}"


def faults(root):
    metrics = table((root / TABLE).read_text(encoding="utf-8"))
    if not metrics:
        yield f"{TABLE}: it has no metrics"
    read = lambda file: (root / FOLDER / file).read_text(encoding="utf-8")
    yield from faults_of_readme(read("README.md"), metrics)
    rules = "\n".join(re.findall(r"^ *expr: (.*)$", read("isletime-rules.yml"), re.MULTILINE))
    yield from faults_of_use("isletime-rules.yml", rules, metrics)
    queries = "\n".join(expressions(json.loads(read("isletime-dashboard.json"))))
    yield from faults_of_use("isletime-dashboard.json", queries, metrics)


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
