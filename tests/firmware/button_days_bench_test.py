#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `button` in simulated time over days without the hub.

Usage: button_days_bench_test.py FOLDER_OF_IMAGES [--board BOARD] [arguments of unittest]
"""

from bench.simulation import HOUR, MINUTE
from bench.testing import main
from button_bench_test import ButtonTest


class Days(ButtonTest):
    DAYS = {"lockstep-host": 3}  # elsewhere an eighth of one

    def test_after_days_without_the_hub_the_bound_still_holds(self):
        button = self.new_button(walk=1e-8, walk_step=MINUTE)
        self.join(button)
        self.run_for(HOUR)
        self.island.hub.ntp.is_silent = True
        for _ in range(8 * self.DAYS.get(self.island.board, 0) or 1):
            self.run_for(3 * HOUR)
            self.press(button)
        self.run_for(MINUTE)
        self.assert_all_arrived(button)
        bounds = [press.bound for press in self.arrived(button)]
        self.assertEqual(bounds, sorted(bounds))


if __name__ == "__main__":
    main()
