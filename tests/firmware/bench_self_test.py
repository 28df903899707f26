#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the bench itself: what devices are tested against must be right. Values are those of RFCs and datasheets.

Usage: bench_self_test.py [arguments of unittest]
"""

import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from bench import aes_cmac, dhcp, frames, hostile, http, i2c, max7219, ntp, presses, rtc, stack
from bench.island import Island
from bench.link import LinkPath
from bench.oscillator import Oscillator
from bench.simulation import HOUR, MILLISECOND, SECOND, Simulation
from bench.tcp import TcpHost

NO_ACKNOWLEDGE = "no acknowledge"


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * SECOND


class Stack(unittest.TestCase):
    def judge(self, console):
        with tempfile.TemporaryDirectory() as folder:
            image = Path(folder) / "app-board.elf"
            image.touch()
            stack.judge(image, console)
            return stack.kept(image)

    def test_of_which_a_quarter_is_free_is_kept(self):
        self.assertEqual(self.judge("fine\nstack: 4608 of 6144 bytes\n"), [(4608, 6144)])

    def test_that_is_nearly_used_up_fails(self):
        with self.assertRaises(AssertionError):
            self.judge("stack: 4612 of 6144 bytes\n")

    def test_of_which_nothing_is_said_fails(self):
        with self.assertRaises(AssertionError):
            self.judge("fine\n")


class Time(unittest.TestCase):
    def test_events_run_in_order_and_can_be_cancelled(self):
        simulation = Simulation()
        seen = []
        simulation.after(20, lambda: seen.append(20))
        simulation.after(10, lambda: seen.append(10))
        simulation.after(15, lambda: seen.append(15)).cancel()
        simulation.run_for(30)
        self.assertEqual((seen, simulation.now), ([10, 20], 30))

    def test_it_is_quiet_until_the_next_event_or_the_end_of_the_run(self):
        simulation = Simulation()
        said = []
        for when in (10, 20, 40):
            simulation.at(when, lambda: said.append(simulation.quiet_until()))
        simulation.at(15, lambda: None).cancel()
        simulation.run_until(30)
        self.assertEqual(said, [19, 30])
        self.assertEqual(simulation.quiet_until(), 0)  # Outside a run, anything may come.

    def test_an_oscillator_runs_fast_by_its_error(self):
        oscillator = Oscillator(1_000_000, 40, 0.0, Simulation().random())
        self.assertEqual(oscillator.count_at(1000 * SECOND), 1_000_040_000)

    def test_times_and_counts_of_an_oscillator_agree(self):
        simulation = Simulation()
        oscillator = Oscillator(80_000_000, -25, 1e-8, simulation.random())
        for at in range(0, 600 * SECOND, 7 * SECOND + 13):
            self.assertLessEqual(abs(oscillator.time_of(oscillator.count_at(at)) - at), 13)

    def test_a_random_walk_has_its_deviation(self):
        errors = []
        for seed in range(300):
            oscillator = Oscillator(1_000_000, 0, 1e-8, Simulation(seed=seed).random())
            oscillator.count_at(100 * SECOND)
            errors.append(oscillator.error)
        deviation = (sum(error * error for error in errors) / len(errors)) ** 0.5
        self.assertAlmostEqual(deviation, 1e-7, delta=1.5e-8)  # 1e-8 * sqrt(100)


class Formats(unittest.TestCase):
    def test_aes_cmac_has_the_vectors_of_rfc_4493(self):
        key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
        text = bytes.fromhex(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
            "f69f2445df4f9b17ad2b417be66c3710"
        )
        for size, mac in (
            (0, "bb1d6929e95937287fa37d129b756746"),
            (16, "070a16b46b4d4144f79bdd9dd04a287c"),
            (40, "dfa66747de9ae63030ca32611497c827"),
            (64, "51f0bebf7e3b9d92fc49741779363cfe"),
        ):
            self.assertEqual(aes_cmac.cmac(key, text[:size]).hex(), mac)

    def test_the_checksum_has_the_example_of_rfc_1071(self):
        self.assertEqual(frames.checksum(bytes.fromhex("0001f203f4f5f6f7")), 0xFFFF - 0xDDF2)

    def test_ntp_stamps_wrap_in_2036_and_unfold_again(self):
        edge = unix("2036-02-07 06:28:16")
        self.assertEqual(ntp.stamp(0), 2_208_988_800 << 32)
        self.assertEqual(ntp.stamp(edge), 0)
        self.assertEqual(ntp.unfold(ntp.stamp(edge + 5 * SECOND), edge - SECOND), edge + 5 * SECOND)

    def test_times_of_presses_are_read_to_the_nanosecond(self):
        self.assertEqual(presses.parse_time("2026-02-03T04:05:06.000000789Z"), unix("2026-02-03 04:05:06") + 789)
        with self.assertRaises(ValueError):
            presses.parse_time("2026-02-03 04:05:06Z")

    def test_dhcp_options_end_where_they_end(self):
        self.assertEqual(dhcp.parse_options(b"\0\x35\1\5\xff\x33\1\1"), {53: b"\5"})
        self.assertEqual(dhcp.parse_options(b"\x35"), {})


class Tcp(unittest.TestCase):
    def setUp(self) -> None:
        self.island = Island(Path(), "lockstep-host")
        self.peer = self.island.add_host("10.0.0.9")
        self.peer.learn(self.island.hub.host)
        self.tcp = TcpHost(self.peer)
        self.server = http.HttpServer(
            self.island.hub.tcp, 8080, lambda request: http.Response(200, b"x" * 2000 + request.body)
        )

    def ask(self, body: bytes) -> http.Response | None:
        address = self.island.hub.host.address
        return http.request(self.tcp, address, "POST", "/", body, port=8080, timeout=200 * SECOND)

    def test_survives_loss_duplicates_and_reordering(self):
        def bad() -> LinkPath:
            return LinkPath(loss=0.2, duplicates=0.2, reordering=0.3, jitter=20 * MILLISECOND)

        self.peer.station.up, self.peer.station.down = bad(), bad()
        for _ in range(30):
            reply = self.ask(b"y" * 1500)
            self.assertEqual(reply and reply.body, b"x" * 2000 + b"y" * 1500)
        self.island.simulation.run_for(HOUR)
        self.assertEqual((self.tcp.connections, self.island.hub.tcp.connections), ({}, {}))

    def test_a_port_without_a_server_refuses(self):
        self.server.stop()
        began = self.island.simulation.now
        self.assertIsNone(self.ask(b""))
        self.assertLess(self.island.simulation.now - began, SECOND)


class Controller:
    """An I2C controller by the book, a line change each 5 us."""

    def __init__(self, simulation: Simulation, bus: i2c.Bus):
        self.simulation = simulation
        self.bus = bus

    def _set(self, scl: int, sda: int) -> int:
        self.simulation.run_for(5000)
        self.bus.set_lines(self.simulation.now, scl, sda)
        return self.bus.levels(self.simulation.now)[1]

    def _start(self) -> None:
        self._set(0, 1)
        self._set(1, 1)
        self._set(1, 0)
        self._set(0, 0)

    def _stop(self) -> None:
        self._set(0, 0)
        self._set(1, 0)
        self._set(1, 1)

    def _bit(self, out: int) -> int:
        self._set(0, out)
        level = self._set(1, out)
        self._set(0, out)
        return level

    def _write(self, value: int) -> bool:
        for bit in range(7, -1, -1):
            self._bit(value >> bit & 1)
        return self._bit(1) == 0

    def write(self, address: int, *data: int) -> str | None:
        self._start()
        error = None if all(self._write(value) for value in (address << 1, *data)) else NO_ACKNOWLEDGE
        self._stop()
        return error

    def read(self, address: int, register: int, count: int) -> bytes | str:
        self._start()
        if not (self._write(address << 1) and self._write(register)):
            self._stop()
            return NO_ACKNOWLEDGE
        self._start()
        self._write(address << 1 | 1)
        data = bytearray()
        for i in range(count):
            value = 0
            for _ in range(8):
                value = value << 1 | self._bit(1)
            self._bit(1 if i == count - 1 else 0)
            data.append(value)
        self._stop()
        return bytes(data)


class Chips(unittest.TestCase):
    def attach(self, chip_type, **options):
        self.simulation = Simulation(start=unix("2026-02-03 04:05:06"))
        chip = chip_type(self.simulation, **options)
        self.bus = i2c.Bus(chip)
        self.controller = Controller(self.simulation, self.bus)
        return chip

    def read(self, address: int, register: int, count: int) -> str:
        data = self.controller.read(address, register, count)
        return data if isinstance(data, str) else data.hex()

    def test_ds3231_after_power_on(self):
        self.attach(rtc.Ds3231)
        self.assertEqual(self.read(0x68, 0x00, 7), "00000001010100")
        self.assertEqual(self.read(0x68, 0x0E, 5), "1c88001900")

    def test_ds3231_counts_from_the_write_of_the_seconds(self):
        chip = self.attach(rtc.Ds3231)
        self.simulation.run_for(700 * MILLISECOND)
        self.controller.write(0x68, 0x00, 0x59, 0x59, 0x23, 0x07, 0x31, 0x12, 0x99)
        self.controller.write(0x68, 0x0F, 0x00)
        self.assertFalse(chip.is_flag_set)
        self.simulation.run_for(990 * MILLISECOND)
        self.assertEqual(self.read(0x68, 0x00, 7), "59592307311299")
        self.simulation.run_for(20 * MILLISECOND)
        self.assertEqual(self.read(0x68, 0x00, 7), "00000001018100")  # the century bit, and the weekday runs on

    def test_ds3231_flag_can_be_cleared_but_not_set(self):
        chip = self.attach(rtc.Ds3231)
        chip.set_time(self.simulation.true_time())
        self.controller.write(0x68, 0x0F, 0x88)
        self.assertFalse(chip.is_flag_set)

    def test_ds3231_ageing_slows_it(self):
        chip = self.attach(rtc.Ds3231, offset_ppm=2.0)
        chip.set_time(self.simulation.true_time())
        self.controller.write(0x68, 0x10, 20)
        self.controller.write(0x68, 0x0E, 0x3C)
        self.simulation.run_for(10 * HOUR)
        self.assertLess(abs(chip.error()), 0.001)

    def test_ds3231_in_12_hours(self):
        chip = self.attach(rtc.Ds3231)
        self.controller.write(0x68, 0x00, 0x00, 0x30, 0x72, 0x02, 0x03, 0x02, 0x26)  # 12:30 PM
        self.simulation.run_for(12 * HOUR)
        self.assertEqual(self.read(0x68, 0x02, 1), "52")  # 12:30 AM
        self.assertFalse(chip.naks_address)

    def test_ds1307_stands_still_until_ch_is_cleared(self):
        chip = self.attach(rtc.Ds1307)
        self.assertTrue(chip.is_flag_set)
        self.simulation.run_for(5 * SECOND)
        self.assertEqual(self.read(0x68, 0x00, 7), "80000001010100")
        self.controller.write(0x68, 0x00, 0x00)
        self.simulation.run_for(5 * SECOND)
        self.assertEqual(self.read(0x68, 0x00, 1), "05")

    def test_pcf85063a_after_power_on(self):
        self.attach(rtc.Pcf85063a)
        self.assertEqual(self.read(0x51, 0x04, 7), "80000001060100")

    def test_pcf85063a_ticks_first_half_a_second_after_stop(self):
        self.attach(rtc.Pcf85063a)
        self.controller.write(0x51, 0x00, 0x20)
        self.controller.write(0x51, 0x04, 0x06, 0x05, 0x04, 0x03, 0x02, 0x02, 0x26)
        self.simulation.run_for(3 * SECOND)
        self.assertEqual(self.read(0x51, 0x04, 7), "06050403020226")
        self.controller.write(0x51, 0x00, 0x00)
        self.simulation.run_for(500 * MILLISECOND)
        self.assertEqual(self.read(0x51, 0x04, 1), "06")
        self.simulation.run_for(8 * MILLISECOND)
        self.assertEqual(self.read(0x51, 0x04, 1), "07")
        self.simulation.run_for(SECOND)
        self.assertEqual(self.read(0x51, 0x04, 1), "08")

    def test_nobody_acknowledges_another_address(self):
        chip = self.attach(rtc.Ds3231)
        self.assertEqual(self.read(0x57, 0, 1), NO_ACKNOWLEDGE)
        chip.naks_address = 1
        self.assertEqual(self.read(0x68, 0, 1), NO_ACKNOWLEDGE)
        self.assertEqual(self.read(0x68, 0, 1), "00")

    def test_a_chip_left_in_the_middle_of_a_read_holds_the_line(self):
        self.attach(rtc.Ds3231)
        controller = self.controller
        controller._start()
        controller._write(0x68 << 1)
        controller._write(0x00)
        controller._start()
        controller._write(0x68 << 1 | 1)
        controller._set(0, 1)
        self.assertEqual(controller._set(1, 1), 0)  # the first bit of 00 seconds
        for _ in range(9):
            controller._set(0, 1)
            controller._set(1, 1)
        self.assertEqual(self.bus.levels(self.simulation.now), (1, 1))


class Display(unittest.TestCase):
    def test_words_travel_along_the_chain(self):
        chain = max7219.Chain(2)
        for register, value in ((max7219.SHUTDOWN, 1), (max7219.SCAN_LIMIT, 7)):
            chain.latch(bytes([register, value, register, value]))
        chain.latch(bytes([1, 0x80, 8, 0x01]))
        picture = chain.picture()
        self.assertEqual(picture[0], "#" + "." * 15)
        self.assertEqual(picture[7], "." * 15 + "#")

    def test_starts_in_shutdown_and_the_test_overrides_it(self):
        chain = max7219.Chain(1)
        chain.latch(bytes([1, 0xFF]))
        self.assertTrue(chain.is_dark())
        chain.latch(bytes([max7219.TEST, 1]))
        self.assertEqual(chain.picture(), ["#" * 8] * 8)

    def test_decodes_digits_only_where_it_is_told_to(self):
        chain = max7219.Chain(1)
        for register, value in ((max7219.SHUTDOWN, 1), (max7219.SCAN_LIMIT, 7), (max7219.DECODE, 1), (1, 3), (2, 3)):
            chain.latch(bytes([register, value]))
        self.assertEqual(chain.picture()[:2], [".####..#", "......##"])


class Noise(unittest.TestCase):
    def test_makes_frames_that_a_network_carries(self):
        island = Island(Path(), "lockstep-host")
        noise = hostile.Noise(island.simulation, island.hub.host, b"\x02\0\0\0\1\1")
        sizes = [len(noise.frame()) for _ in range(2000)]
        self.assertGreaterEqual(min(sizes), 14)
        self.assertLessEqual(max(sizes), 1514)


if __name__ == "__main__":
    unittest.main()
