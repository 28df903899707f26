# SPDX-License-Identifier: MIT
"""What the emulated boards do, by the app `probe`. Usage: probe_test.py FOLDER_OF_IMAGES BOARD [TEST...]"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

from emulated import Emulated

images = Path()
board = ""


class Probe(unittest.TestCase):
    def start(self, **more) -> Emulated:
        device = Emulated(images, "probe", board, **more)
        self.addCleanup(device.close)
        return device

    def test_boots_gets_an_address_and_reads_the_rtc(self):
        device = self.start(rtc=True)
        device.wait_for(f"^board {board}$")
        # DEFAULT_START of the bench is 2026-02-03 04:05:06, a Tuesday, and the emulator may have taken a second.
        device.wait_for(r"^rtc 0[6-9]0504..030226$")
        device.wait_for("^absent no acknowledge$")
        device.wait_for(r"^address 10\.0\.2\.15$")
        self.assertEqual(device.quit(), 0)
        deepest, size = map(int, device.wait_for(r"^stack (\d+) of (\d+)$").groups())
        print(f"{board}: the stack's greatest depth is {deepest} of {size} bytes")
        self.assertLess(deepest, size)

    def test_takes_settings_and_address_from_the_command_line(self):
        device = self.start(settings={"zone": "CET-1CEST,M3.5.0,M10.5.0/3"}, mac="52:54:00:ab:cd:ef")
        device.wait_for("^mac 525400abcdef$")
        device.wait_for("^zone CET-1CEST,M3.5.0,M10.5.0/3$")

    def test_stamps_presses_in_the_interrupt(self):
        device = self.start()
        device.wait_for("^address ")
        for count in range(1, 4):
            device.press()
            device.wait_for(rf"(?s)(^press .*){{{count}}}")
        self.assertEqual(device.quit(), 0)
        stamps = [int(at) for at in re.findall(r"(?m)^press (\d+) ", device.console)]
        self.assertEqual(len(stamps), 3)
        self.assertEqual(stamps, sorted(stamps))
        waits = re.findall(r"(?m)seen after (\d+) us$", device.console)
        print(f"{board}: the main loop saw presses {', '.join(waits)} us after their interrupt")

    def test_sleeps_until_the_time_is_over(self):
        took, parts = map(int, self.start().wait_for(r"^idle (\d+) ms in (\d+) parts$").groups())
        self.assertGreaterEqual(took, 300)
        self.assertLess(parts, 100)

    def test_says_what_the_led_and_the_display_show(self):
        device = self.start()
        device.wait_for("^led 1$")
        device.wait_for("^display 0C01$")

    def test_keeps_a_record(self):
        with tempfile.TemporaryDirectory() as folder:
            self.start(folder=Path(folder)).wait_for("^saved nothing$")
            for count in range(1, 4):
                device = self.start(folder=Path(folder))
                device.wait_for("^idle ")
                device.close()
                self.assertIn(f"saved {count:02x}00000000000000\n", device.console)

    def test_random_numbers_differ_from_start_to_start(self):
        numbers = {self.start().wait_for(r"^random (\d+)$").group(1) for _ in range(3)}
        self.assertEqual(len(numbers), 3)

    def test_has_no_bus_if_nobody_models_it(self):
        device = self.start()
        device.wait_for("^i2c none$" if board == "kc705-lx106" else "^rtc no acknowledge$")

    def test_reports_a_stuck_bus(self):
        if board != "kc705-lx106":
            self.skipTest("QEMU's bus cannot be stuck")
        device = self.start(rtc=True)
        device.rtc.bus.stuck_sda = True
        device.wait_for("^rtc the bus is stuck$")

    def test_a_fault_ends_with_cause_and_place(self):
        device = self.start(settings={"fault": "1"})
        self.assertEqual(device.wait(), 100)
        self.assertRegex(device.console, r"(?m)^fault [0-9a-f]{8} at [0-9a-f]{8} for address [0-9a-f]{8}$")


if __name__ == "__main__":
    images, board = Path(sys.argv[1]).resolve(), sys.argv[2]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
