#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `button` in QEMU, in real time, with the real sntpd and syncweb.

Usage: island button_real_test.py --programs FOLDER --images FOLDER --board BOARD [TEST...]
"""

import time

import real_hub


class Button(real_hub.RealHubTest):
    SENDER = "button-3f2a01"

    def start_hub(self):
        self.hub.start_sntpd("--local")
        self.hub.start_syncweb()

    def start_button(self, **options):
        return self.start("button", **options)

    def wait_until_set(self, button):
        return button.wait_for(r"(\S+Z) \+/- (\d+\.\d{9}) s, by \S+, reliable")

    def assert_delivered(self, instants):
        """syncweb has exactly these presses, each once and right."""
        presses = self.hub.wait_for_presses(len(instants))
        self.assertEqual([press["number"] for press in presses], list(range(1, len(instants) + 1)), presses)
        for press, instant in zip(presses, instants):
            self.assertEqual(press["sender"], self.SENDER)
            self.assert_right(press, instant)
        return presses

    def test_has_the_right_time_after_power_on_and_delivers_presses(self):
        self.start_hub()
        button = self.start_button()
        found = self.wait_until_set(button)
        bound_ns = round(float(found[2]) * 10**9)
        instant = real_hub.Instant(button.switched_on_ns, time.time_ns())
        self.assertFalse(instant.contradicts(real_hub.unix_ns(found[1]), bound_ns), found[0])
        instants = [button.press() for _ in range(2)]
        for press in self.assert_delivered(instants):
            self.assertTrue(press["reliable"])
            self.assertLessEqual(press["uncertainty_s"], 1)
            self.assertGreater(press["uncertainty_s"], 0)
        self.stop(button)

    def test_presses_while_the_hub_is_off_arrive_when_it_is_back(self):
        self.start_hub()
        button = self.start_button()
        self.wait_until_set(button)
        instants = [button.press()]
        self.hub.wait_for_presses(1)
        # The hub has a press before the button has the answer.
        button.wait_for("delivery: status 200, 0 waiting")
        self.hub.stop("syncweb")
        self.hub.stop("sntpd")
        before = len(button.console)
        instants += [button.press() for _ in range(3)]
        self.start_hub()
        self.assert_delivered(instants)
        button.wait_for("delivery: status 200, 0 waiting", start=before)
        before = len(button.console)
        instants.append(button.press())
        self.assert_delivered(instants)
        button.wait_for("delivery: status 200, 0 waiting", start=before)
        self.stop(button)
        self.assertIn("0 waiting, 5 delivered\n", button.console)

    def test_presses_before_the_first_synchronisation_come_with_their_times(self):
        button = self.start_button()
        button.wait_for("time unknown")
        instants = [button.press()]
        self.hub.start_sntpd()
        self.hub.start_syncweb()
        instants.append(button.press())
        self.assertEqual(self.hub.presses(), [])
        self.hub.feed_time()
        for press in self.assert_delivered(instants):
            self.assertTrue(press["reliable"])
        self.stop(button)


if __name__ == "__main__":
    real_hub.main()
