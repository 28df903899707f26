#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that the check of docs/monitoring finds each kind of fault."""

import json
import pathlib
import tempfile
import unittest

from metric_names import FOLDER, TABLE, faults

SOURCE = """
    Metric{"isletime_up", kGauge, "", "1 if it runs.",
           [](In in) { return flag(in.up); }},
    Metric{
        "isletime_writes", kCounter, "",
           "How often it was "
           "written.", write},
"""
ROWS = ["| `isletime_up` | gauge | 1 if it runs. |", "| `isletime_writes` | counter | How often it was written. |"]


class MetricNames(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.source = SOURCE
        self.rows = list(ROWS)
        self.rule = "increase(isletime_writes_total[1h]) > 0"
        self.query = "isletime_up * 1e6"

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def faults(self):
        self.write(TABLE, self.source)
        self.write(f"{FOLDER}/README.md", "\n".join(self.rows))
        self.write(f"{FOLDER}/isletime-rules.yml", f"rules:\n  - alert: A\n    expr: {self.rule}\n")
        panels = {"panels": [{"targets": [{"expr": self.query}]}]}
        self.write(f"{FOLDER}/isletime-dashboard.json", json.dumps(panels))
        return list(faults(self.root))

    def test_accepts_what_agrees(self):
        self.assertEqual(self.faults(), [])

    def test_wants_a_row_for_each_metric(self):
        self.rows.pop()
        self.assertEqual(self.faults(), ["README.md: isletime_writes is missing, or is described otherwise"])

    def test_finds_a_row_without_a_metric_and_another_meaning(self):
        self.rows[0] = "| `isletime_up` | gauge | Something else. |"
        self.assertEqual(len(self.faults()), 2)

    def test_finds_another_order(self):
        self.rows.reverse()
        self.assertEqual(self.faults(), ["README.md: the metrics are in another order"])

    def test_names_a_metric_that_a_rule_or_the_dashboard_only_imagines(self):
        self.rule = "isletime_down == 1"
        self.query = "isletime_writes"
        self.assertEqual(
            self.faults(),
            [
                "isletime-rules.yml: there is no sample isletime_down",
                "isletime-dashboard.json: there is no sample isletime_writes",
            ],
        )

    def test_wants_the_rules_and_the_dashboard_to_use_metrics(self):
        self.rule = "up == 0"
        self.query = "up"
        self.assertEqual(len(self.faults()), 2)

    def test_wants_a_table(self):
        self.source = ""
        self.assertIn(f"{TABLE}: it has no metrics", self.faults())


if __name__ == "__main__":
    unittest.main()
