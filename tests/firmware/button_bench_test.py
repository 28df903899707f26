#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `button` in simulated time, against a hub and a network that fail in every way they may.

Usage: button_bench_test.py FOLDER_OF_IMAGES [--board BOARD] [arguments of unittest]
"""

from datetime import datetime, timezone

from bench import frames, hostile
from bench.device import Device
from bench.island import HUB, Island
from bench.link import LinkPath, wifi
from bench.simple_clients import ArduinoNtpClient, LwipSntp
from bench.simulation import HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND
from bench.testing import BenchTest, main

LOCKOUT = 2 * SECOND
JOINING = 30 * SECOND  # within which a button has the time after power-on
QUEUE = 32


def unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * SECOND


class ButtonTest(BenchTest):
    def setUp(self) -> None:
        super().setUp()
        self.pressed: dict[str, list[int]] = {}  # the true times, by the button's name

    def new_button(self, island: Island | None = None, **options) -> Device:
        """A button with a crystal as they are sold."""
        return (island or self.island).add_device("button", **({"offset_ppm": 40, "walk": 1e-8} | options))

    @staticmethod
    def name_of(button: Device) -> str:
        return "button-" + button.mac[3:].hex()

    def press(self, button: Device) -> int:
        pressed = button.simulation.true_time()
        self.pressed.setdefault(self.name_of(button), []).append(pressed)
        button.press()
        return pressed

    def run_for(self, duration: int) -> None:
        self.island.simulation.run_for(duration)

    def join(self, button: Device) -> None:
        button.power_on()
        self.run_for(JOINING)

    def arrived(self, button: Device) -> list:
        return [press for press in self.island.hub.presses.presses if press.sender == self.name_of(button)]

    def wait_for_presses(self, at_most: int) -> None:
        hub = self.island.hub.presses
        expected = sum(len(times) for times in self.pressed.values())
        self.island.simulation.run_while(lambda: len(hub.presses) < expected, at_most, step=SECOND)

    def assert_all_arrived(self, *buttons: Device) -> None:
        """Every press arrived once, in its order, and was within its stated bound of the true time."""
        hub = self.island.hub.presses
        self.assertEqual(hub.refused, [])
        self.assertEqual(hub.conflicts, [])
        for button in buttons:
            arrived = self.arrived(button)
            pressed = self.pressed[self.name_of(button)]
            self.assertEqual([press.number for press in arrived], list(range(1, len(pressed) + 1)))
            self.assert_bounds_hold(arrived, pressed)

    def assert_bounds_hold(self, arrived: list, pressed: list[int]) -> None:
        for press, true in zip(arrived, pressed, strict=True):
            self.assertIsNotNone(press.bound)
            self.assertLessEqual(abs(press.time - true), press.bound, f"press {press.number}")


class PowerOn(ButtonTest):
    def test_has_the_right_time_within_seconds(self):
        button = self.new_button()
        button.power_on()
        self.run_for(5 * SECOND)
        self.press(button)
        self.run_for(2 * SECOND)
        self.assert_all_arrived(button)
        press = self.arrived(button)[0]
        self.assertTrue(press.is_reliable)
        self.assertLess(press.bound, 20 * MILLISECOND)
        self.assertEqual(button.stop(), 0)

    def test_presses_before_the_first_sync_get_their_time_later(self):
        self.island.hub.ntp.is_silent = True
        button = self.new_button()
        button.power_on()
        for _ in range(10):
            self.run_for(7 * SECOND)
            self.press(button)
        self.assertEqual(self.arrived(button), [])
        self.island.hub.ntp.is_silent = False
        self.wait_for_presses(5 * MINUTE)
        self.assert_all_arrived(button)

    def test_is_not_fooled_by_a_hub_that_is_unset(self):
        self.island.hub.ntp.is_set = False
        button = self.new_button()
        button.power_on()
        self.run_for(MINUTE)
        self.press(button)
        self.run_for(MINUTE)
        self.assertEqual(self.arrived(button), [])
        self.island.hub.ntp.is_set = True
        self.wait_for_presses(5 * MINUTE)
        self.assert_all_arrived(button)

    def test_finds_the_hub_by_a_name(self):
        self.island.hub.dhcp.ntp_server = None
        self.island.hub.dhcp.router = None
        button = self.new_button(settings="hub=hub.island")
        self.join(button)
        self.press(button)
        self.run_for(5 * SECOND)
        self.assert_all_arrived(button)

    def test_without_option_42_the_router_is_the_hub(self):
        self.island.hub.dhcp.ntp_server = None
        button = self.new_button()
        self.join(button)
        self.press(button)
        self.run_for(5 * SECOND)
        self.assert_all_arrived(button)

    def test_a_restart_begins_a_new_count_that_the_hub_can_tell_apart(self):
        button = self.new_button()
        for _ in range(2):
            self.join(button)
            self.press(button)
            self.run_for(5 * SECOND)
            button.power_off()
        arrived = self.arrived(button)
        self.assertEqual([press.number for press in arrived], [1, 1])
        self.assertNotEqual(arrived[0].boot, arrived[1].boot)
        self.assertEqual(self.island.hub.presses.refused, [])


class Eras(ButtonTest):
    def test_keeps_the_time_over_the_edge_of_the_era(self):
        edge = unix("2036-02-07 06:28:16")
        self.island = self.make_island(start=edge - 3 * MINUTE)
        button = self.new_button()
        self.join(button)
        while self.island.simulation.true_time() < edge + 3 * MINUTE:
            self.press(button)
            self.run_for(7 * SECOND)
        self.assert_all_arrived(button)

    def test_the_first_step_may_be_of_many_decades(self):
        for year in (2040, 2082):
            with self.subTest(year):
                self.island = self.make_island(start=unix(f"{year}-03-01 00:00:00"))
                self.pressed = {}
                button = self.new_button()
                self.join(button)
                self.press(button)
                self.run_for(5 * SECOND)
                self.assert_all_arrived(button)

    def test_presses_at_the_wraps_of_the_counter_are_right(self):
        button = self.new_button()
        self.join(button)
        hz = button.oscillator.nominal_hz
        wraps = 4 if hz > 1_000_000 else 1
        for wrap in range(2, 2 + wraps):
            for ticks in (-1, 0):
                self.run_to_count(button, (wrap << 32) + ticks * hz * 3)
                self.press(button)
        self.run_for(5 * SECOND)
        self.assert_all_arrived(button)


    def run_to_count(self, button: Device, count: int) -> None:
        oscillator, simulation = button.oscillator, self.island.simulation
        self.run_for((count - oscillator.count_at(simulation.now)) // oscillator.nominal_hz * SECOND)
        simulation.run_until(oscillator.time_of(count))


class Losses(ButtonTest):
    def press_many(self, button: Device, count: int, between=lambda i: None) -> None:
        for i in range(count):
            between(i)
            self.run_for(LOCKOUT + 100 * MILLISECOND)
            self.press(button)

    def test_a_press_whose_answer_is_lost_is_counted_once(self):
        self.island.hub.presses.answer_loss = 0.4
        button = self.new_button()
        self.join(button)
        for _ in range(10):
            self.run_for(20 * SECOND)
            self.press(button)
        self.wait_for_presses(20 * MINUTE)
        self.island.hub.presses.answer_loss = 0.0
        self.run_for(5 * MINUTE)
        self.assertGreater(self.island.hub.presses.duplicates, 0)
        self.assert_all_arrived(button)

    def test_a_hub_that_cannot_store_gets_the_presses_later(self):
        button = self.new_button()
        self.join(button)
        for status in (503, 500, 403, 421):
            self.island.hub.presses.status = status
            self.press_many(button, 2)
            self.run_for(20 * SECOND)
            self.island.hub.presses.status = 200
            self.wait_for_presses(2 * MINUTE)
            self.assert_all_arrived(button)

    def test_restarts_of_the_hub_lose_nothing(self):
        button = self.new_button()
        self.join(button)

        def between(i: int) -> None:
            if i % 5 == 0:
                self.island.hub.restart()

        self.press_many(button, 60, between)
        self.wait_for_presses(2 * MINUTE)
        self.assert_all_arrived(button)

    def test_a_link_that_comes_and_goes_loses_nothing(self):
        button = self.new_button()
        self.join(button)

        def between(i: int) -> None:
            button.station.set_link(i % 6 != 0)

        self.press_many(button, 40, between)
        button.station.set_link(True)
        self.wait_for_presses(5 * MINUTE)
        self.assert_all_arrived(button)

    def test_a_bad_radio_loses_nothing(self):
        def bad() -> LinkPath:
            return wifi(loss=0.15, duplicates=0.1)

        button = self.new_button(path=bad)
        button.power_on()
        self.run_for(3 * MINUTE)
        for _ in range(40):
            self.run_for(15 * SECOND)
            self.press(button)
        self.wait_for_presses(20 * MINUTE)
        self.assert_all_arrived(button)

    def test_a_second_press_within_the_lockout_is_none(self):
        button = self.new_button()
        self.join(button)
        self.press(button)
        for _ in range(19):
            self.run_for(100 * MILLISECOND)
            button.press()
        self.run_for(10 * SECOND)
        self.assert_all_arrived(button)

    def test_a_full_queue_keeps_the_first_presses_and_shows_the_loss(self):
        button = self.new_button()
        self.join(button)
        self.island.hub.host.is_down = True
        self.press_many(button, QUEUE)
        self.run_for(LOCKOUT)
        self.run_for(SECOND)
        button.press()
        self.run_for(SECOND)
        blinks = [at for at, is_on in button.led if is_on and at > self.island.simulation.now - SECOND]
        self.assertGreaterEqual(len(blinks), 2, "the LED shows no error")
        self.island.hub.host.is_down = False
        self.wait_for_presses(10 * MINUTE)
        self.assert_all_arrived(button)


class Addresses(ButtonTest):
    def test_renews_its_lease(self):
        self.island.hub.dhcp.lease_s = 120
        button = self.new_button()
        self.join(button)
        for _ in range(10):
            self.run_for(MINUTE)
            self.press(button)
        self.run_for(5 * SECOND)
        self.assertGreater(self.island.hub.dhcp.acknowledged, 5)
        self.assert_all_arrived(button)

    def test_moves_to_another_address(self):
        self.island.hub.dhcp.lease_s = 120
        button = self.new_button()
        self.join(button)
        self.island.hub.dhcp.leases.clear()
        self.island.hub.dhcp.first = "10.0.0.150"
        self.run_for(4 * MINUTE)
        self.press(button)
        self.run_for(MINUTE)
        self.assertGreater(self.island.hub.dhcp.refused, 0)
        self.assertEqual(self.island.hub.dhcp.leases[button.mac].address, frames.ip("10.0.0.150"))
        self.assert_all_arrived(button)

    def test_a_lease_that_cannot_be_renewed_ends_and_is_had_again(self):
        self.island.hub.dhcp.lease_s = 120
        button = self.new_button()
        self.join(button)
        self.island.hub.dhcp.is_silent = True
        self.run_for(5 * MINUTE)
        for _ in range(5):
            self.press(button)
            self.run_for(5 * SECOND)
        self.assertEqual(self.arrived(button), [])
        self.island.hub.dhcp.is_silent = False
        self.wait_for_presses(5 * MINUTE)
        self.assert_all_arrived(button)


class Offline(ButtonTest):
    def test_is_right_again_when_the_hub_is_back_and_had_stepped(self):
        button = self.new_button()
        self.join(button)
        self.run_for(5 * MINUTE)
        self.island.hub.ntp.is_silent = True
        self.run_for(10 * MINUTE)
        self.island.hub.clock.step(3600 * SECOND)
        self.island.hub.ntp.restart()
        self.island.hub.ntp.is_silent = False
        self.run_for(30 * MINUTE)
        pressed = self.press(button)
        self.run_for(10 * SECOND)
        press = self.arrived(button)[0]
        self.assertLess(abs(press.time - pressed - 3600 * SECOND), SECOND)


class Hostile(ButtonTest):
    def test_forged_replies_change_nothing(self):
        forger = hostile.NtpForger(self.island.link, self.island.hub.host)
        button = self.new_button()
        button.power_on()
        for _ in range(20):
            self.run_for(30 * SECOND)
            self.press(button)
        self.run_for(5 * SECOND)
        self.assertGreater(forger.forged, 100)
        self.assert_all_arrived(button)
        self.assertTrue(all(press.bound < 20 * MILLISECOND for press in self.arrived(button)))

    def test_garbage_of_every_kind_does_not_crash_it(self):
        button = self.new_button()
        self.join(button)
        noise = hostile.Noise(self.island.simulation, self.island.hub.host, button.mac)
        count = {"lockstep-lx106": 3_000, "lockstep-cortex-m3": 10_000}.get(self.island.board, 30_000)
        for i in range(count):
            self.island.link.inject(noise.frame())
            self.run_for(10 * MILLISECOND)
            if i % 1000 == 999:
                self.press(button)
        self.run_for(2 * MINUTE)
        self.wait_for_presses(5 * MINUTE)
        self.assert_all_arrived(button)
        self.assertEqual(button.stop(), 0)

    def test_obeys_a_kiss_of_death(self):
        button = self.new_button()
        self.join(button)
        self.island.hub.ntp.kiss = b"DENY"
        self.run_for(10 * MINUTE)
        before = self.island.hub.ntp.requests
        self.run_for(HOUR)
        self.assertLessEqual(self.island.hub.ntp.requests - before, 60)
        self.press(button)
        self.run_for(5 * SECOND)
        self.assert_all_arrived(button)


class Led(ButtonTest):
    def test_blinks_at_the_ten_second_boundaries(self):
        button = self.new_button()
        self.join(button)
        self.run_for(5 * MINUTE)
        simulation = self.island.simulation
        begin = simulation.now
        self.run_for(10 * MINUTE)
        on = [simulation.true_time(at) for at, is_on in button.led if is_on and at > begin]
        self.assertEqual(len(on), 60)
        for at in on:
            beside = (at + 5 * SECOND) % (10 * SECOND) - 5 * SECOND
            self.assertLess(abs(beside), MILLISECOND)

    def test_shows_that_it_joins_and_that_the_time_is_unknown(self):
        button = self.new_button()
        button.station.is_up = False
        button.power_on()
        self.run_for(10 * SECOND)
        self.assertIn(self.flashes(button, 2 * SECOND), range(9, 12))  # five a second
        self.island.hub.ntp.is_silent = True
        button.station.set_link(True)
        self.run_for(30 * SECOND)
        self.assertIn(self.flashes(button, 10 * SECOND), range(9, 12))  # one a second

    def flashes(self, button: Device, duration: int) -> int:
        now = self.island.simulation.now
        return sum(1 for at, is_on in button.led if is_on and at > now - duration)


def percentile(values: list[int], share: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Accuracy(ButtonTest):
    """Two buttons with crystals that are 40 ppm off, one fast and one slow, and wander by 1e-8, on a radio with 2 ms
    of jitter and 5 % spikes of up to 50 ms. Both are pressed at the same instant; what counts is what arrives at the
    hub. Beside them, on the same radio and with the same crystals, clients as other firmware has them."""

    SEEDS = {"lockstep-host": 6, "lockstep-cortex-m3": 1, "lockstep-lx106": 1}
    PRESSES = 200

    def islands(self):
        for seed in range(1, 1 + self.SEEDS[self.island.board]):
            self.island = self.make_island(seed=seed)
            self.pressed = {}
            yield [self.new_button(offset_ppm=ppm, path=wifi) for ppm in (40, -40)]

    def add_peers(self, kind) -> list:
        peers = []
        for ppm in (40, -40):
            host = self.island.add_host(f"10.0.0.{200 + len(self.island.link.stations)}")
            host.station.up, host.station.down = wifi(), wifi()
            host.learn(self.island.hub.host)
            self.island.hub.host.learn(host)
            peers.append(kind(host, self.island.hub.host.address, ppm, 1e-8))
        return peers

    def press_both(self, buttons: list[Device], count: int, gap: int, each=lambda: None) -> None:
        for _ in range(count):
            for button in buttons:
                self.press(button)
            each()
            self.run_for(gap)

    def disagreements(self, buttons: list[Device]) -> list[int]:
        """Waits until all presses have arrived, and compares each pair."""
        self.wait_for_presses(10 * MINUTE)
        first, second = ({press.number: press.time for press in self.arrived(button)} for button in buttons)
        return [abs(first[number] - second[number]) for number in first if number in second]

    def bound_failures(self, buttons: list[Device]) -> tuple[int, int]:
        """Returns how many presses were not within their bound, and how many there were."""
        self.assertEqual(self.island.hub.presses.refused, [])
        failed = total = 0
        for button in buttons:
            numbers = [press.number for press in self.arrived(button)]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            for press, true in zip(self.arrived(button), self.pressed[self.name_of(button)], strict=True):
                failed += abs(press.time - true) > press.bound
                total += 1
        return failed, total

    def assert_bounds(self, failed: int, total: int) -> None:
        print(f"bounds: {failed} of {total} presses were outside")
        self.assertLessEqual(failed, total / 1000)

    def report(self, what: str, values: list[int], limit: int, peers: dict[str, list[int]]) -> None:
        median, p99 = (percentile(values, share) / 1000 for share in (0.5, 0.99))
        print(f"{what}: two buttons differ by {median:.1f} us (median), {p99:.1f} us (p99) in {len(values)} presses")
        for name, theirs in peers.items():
            ratio = percentile(theirs, 0.99) / max(1, percentile(values, 0.99))
            print(f"  {name}: {percentile(theirs, 0.99) / 1000:.1f} us (p99), {ratio:.1f} times as much")
        self.assertLess(p99, limit / 1000)

    def test_by_unicast_alone_after_five_minutes(self):
        ours: list[int] = []
        theirs: dict[str, list[int]] = {}
        failed = total = 0
        for buttons in self.islands():
            for button in buttons:
                button.power_on()
            kinds = {"lwIP's sntp": LwipSntp, "NTPClient": ArduinoNtpClient}
            peers = {name: self.add_peers(kind) for name, kind in kinds.items()}
            self.run_for(5 * MINUTE)

            def compare() -> None:
                for name, (one, other) in peers.items():
                    theirs.setdefault(name, []).append(abs(one.now() - other.now()))

            self.press_both(buttons, self.PRESSES, 7 * SECOND, compare)
            ours += self.disagreements(buttons)
            outside, count = self.bound_failures(buttons)
            failed, total = failed + outside, total + count
        self.report("unicast", ours, MILLISECOND, theirs)
        self.assert_bounds(failed, total)

    def test_thirty_minutes_without_the_hub_after_five_with_it(self):
        ours: list[int] = []
        failed = total = 0
        for buttons in self.islands():
            for button in buttons:
                button.power_on()
            self.run_for(5 * MINUTE)
            self.island.hub.ntp.is_silent = True
            self.run_for(25 * MINUTE)
            self.press_both(buttons, 50, 6 * SECOND)
            ours += self.disagreements(buttons)
            outside, count = self.bound_failures(buttons)
            failed, total = failed + outside, total + count
        self.report("after 30 minutes without the hub", ours, 3 * MILLISECOND, {})
        self.assert_bounds(failed, total)

    def test_by_broadcasts_in_common_view(self):
        ours: list[int] = []
        failed = total = 0
        for buttons in self.islands():
            self.island.hub.host.station.air = wifi()
            self.island.hub.ntp.broadcast_every(4 * SECOND)
            for button in buttons:
                button.power_on()
            self.run_for(10 * MINUTE)
            self.press_both(buttons, self.PRESSES, 7 * SECOND)
            ours += self.disagreements(buttons)
            outside, count = self.bound_failures(buttons)
            failed, total = failed + outside, total + count
        self.report("broadcasts", ours, 100 * MICROSECOND, {})
        self.assert_bounds(failed, total)


if __name__ == "__main__":
    main()
