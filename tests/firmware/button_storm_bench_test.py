#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `button` in simulated time in storms of presses, while the hub fails now and then.

Usage: button_storm_bench_test.py FOLDER_OF_IMAGES [--board BOARD] [arguments of unittest]
"""

from bench.simulation import MILLISECOND, MINUTE
from bench.testing import main
from button_bench_test import JOINING, LOCKOUT, ButtonTest


class Storm(ButtonTest):
    """100 000 presses in all over the boards, while the hub fails now and then; none is lost, none counted twice."""

    COUNTS = {"lockstep-host": 90_000, "lockstep-cortex-m3": 8_000, "lockstep-lx106": 2_000}

    def test_no_press_is_lost_or_counted_twice(self):
        button = self.new_button(offset_ppm=40, walk=0.0)
        hub = self.island.hub
        random = self.island.simulation.random()
        button.power_on()
        self.run_for(JOINING)
        rounds = self.COUNTS[self.island.board]
        trouble_over = 0
        for i in range(rounds):
            if i == trouble_over:
                hub.host.is_down = False
                hub.presses.status = 200
                hub.presses.answer_loss = 0.0
            if i >= trouble_over + 60 and i < rounds - 60:
                trouble_over = i + random.randrange(2, 6)
                kind = random.choice(["down", "disk", "answers", "restart"])
                hub.host.is_down = kind == "down"
                hub.presses.status = 503 if kind == "disk" else 200
                hub.presses.answer_loss = 0.7 if kind == "answers" else 0.0
                if kind == "restart":
                    hub.restart()
            self.run_for(LOCKOUT + random.randrange(20, 200) * MILLISECOND)
            self.press(button)
        self.wait_for_presses(10 * MINUTE)
        self.assert_all_arrived(button)
        self.assertEqual(len(hub.presses.presses), rounds)
        print(f"{rounds} presses; {hub.presses.duplicates} came again after their answer was lost")


if __name__ == "__main__":
    main()
