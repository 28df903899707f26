# SPDX-License-Identifier: MIT
"""What the emulated boards do, by the app `probe`. Usage: probe_test.py FOLDER_OF_IMAGES BOARD [TEST...]"""

import re
import socket
import sys
import tempfile
import time
import unittest
from pathlib import Path

from bench.simulation import DEFAULT_START
from emulated import PATIENCE, Emulated

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
        # Its seconds and weekday are left out: the emulator may have taken a while, and the chips count days differently.
        minute, date = (time.strftime(form, time.gmtime(DEFAULT_START / 1e9)) for form in ("%M%H", "%d%m%y"))
        device.wait_for(f"^rtc ..{minute}..{date}$")
        device.wait_for("^absent no acknowledge$")
        device.wait_for(r"^address 10\.0\.2\.15$")
        self.assertEqual(device.quit(), 0)

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


class Wire:
    """The other end of the device's network: each datagram on a socket in `folder` is a frame."""

    def __init__(self, folder: Path):
        self.network = f"dgram,local.type=unix,local.path={folder}/device,remote.type=unix,remote.path={folder}/bench"
        self._device = str(folder / "device")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "bench"))

    def send(self, destination: str, size: int, fill: int = 0) -> None:
        head = bytes.fromhex(destination.replace(":", "")) + BENCH + b"\x88\xb5"  # a type for experiments
        self._socket.sendto((head + bytes([fill]) * size)[:size], self._device)

    def receive(self, at_most: float = PATIENCE) -> bytes | None:
        self._socket.settimeout(at_most)
        try:
            return self._socket.recv(4096)
        except TimeoutError:
            return None

    def close(self) -> None:
        self._socket.close()


DEVICE = "52:54:00:12:34:56"
BENCH = bytes.fromhex("020000000001")


class Frames(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="isletime-")))
        self.wire = Wire(self.folder)
        self.addCleanup(self.wire.close)
        self.device = Emulated(
            images, "probe", board, settings={"frames": "1"}, network=self.wire.network, mac=DEVICE, folder=self.folder,
            more=["-monitor", "unix:monitor,server=on,wait=off"])
        self.addCleanup(self.device.close)
        self.device.wait_for("^ready$")

    def monitor(self, command: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self.folder / "monitor"))
            connection.settimeout(PATIENCE)
            for text in (command + "\n", ""):  # a prompt before the command, and one after it
                said = b""
                while b"(qemu) " not in said:
                    said += connection.recv(4096)
                connection.sendall(text.encode())

    def assert_echo(self, destination: str, size: int, fill: int = 0) -> None:
        self.wire.send(destination, size, fill)
        echo = self.wire.receive()
        self.assertIsNotNone(echo, f"no echo of {size} bytes to {destination}:\n{self.device.console}")
        self.assertEqual(echo[:6], BENCH)
        self.assertEqual(echo[14:size], bytes([fill]) * (size - 14))

    def test_come_and_go_with_all_their_bytes(self):
        for size in (60, 61, 62, 63, 64, 65, 590, 1513, 1514):
            self.assert_echo(DEVICE, size, size & 0xFF)
        self.device.wait_for("^frame of 1514 ")
        waits = sorted(map(int, re.findall(r"(?m) after (\d+) us$", self.device.console)))
        print(f"{board}: frames waited {waits[0]} to {waits[-1]} us for the main loop")

    def test_to_everybody_and_to_groups_are_received(self):
        self.assert_echo("ff:ff:ff:ff:ff:ff", 60)
        self.assert_echo("01:00:5e:00:01:01", 60)

    def test_to_others_are_not(self):
        self.wire.send("52:54:00:12:34:57", 60)
        self.assert_echo(DEVICE, 100)
        self.device.wait_for("^frame of 100 ")
        self.assertEqual(len(re.findall("(?m)^frame", self.device.console)), 1)

    def test_of_wrong_length_do_no_harm(self):
        for size in (1, 5, 13, 14, 15, 42, 1515, 1518, 1519, 1600, 2047, 4000):
            self.wire.send(DEVICE, size, 0xAA)
            self.wire.send(DEVICE, 77, 0x55)
            while (echo := self.wire.receive()) is not None and echo[14:77] != b"\x55" * 63:
                self.assertLessEqual(len(echo), 1514)
            self.assertIsNotNone(echo, f"nothing is received after a frame of {size} bytes")

    def test_in_a_flood_may_be_lost_but_the_next_one_is_not(self):
        for _ in range(20):
            for count in range(50):
                self.wire.send(DEVICE, 60 + 29 * count, 0xAA)
        self.wire.send(DEVICE, 77, 0x55)
        while (echo := self.wire.receive(10.0)) is not None and echo[14:77] != b"\x55" * 63:
            pass
        if echo is None:
            self.assert_echo(DEVICE, 77, 0x55)

    def test_stop_while_the_link_is_down(self):
        self.device.wait_for("^link up$")
        self.monitor("set_link n0 off")
        self.device.wait_for("^link down$")
        self.monitor("set_link n0 on")
        self.device.wait_for("(?s)^link down$.*^link up$")
        self.assert_echo(DEVICE, 60)


if __name__ == "__main__":
    images, board = Path(sys.argv[1]).resolve(), sys.argv[2]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
