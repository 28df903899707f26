#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `charger` on the bench: its battery clock on the wire, NTP, a phone and a back end, in simulated
time. See bench/__init__.py.

Usage: charger_bench_test.py FOLDER_OF_IMAGES [--board BOARD] [TEST...]
"""

import json
import re

from bench import http
from bench.i2c import Bus
from bench.rtc import Ds1307, Ds3231, Pcf85063a
from bench.simulation import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from bench.tcp import TcpHost
from bench.testing import BenchTest, main, only_on
from ocpp_back_end import CLOSE, PING, BackEnd, Session, frame

BACK_END = "10.0.0.1:8180/ocpp/"
PORT = 8180


class ChargerTest(BenchTest):
    def setUp(self):
        super().setUp()
        self.phone = TcpHost(self.island.add_host("10.0.0.77"))

    @property
    def simulation(self):
        return self.island.simulation

    def start(self, settings="", chip=None, ntp=False, power=True, **options):
        """A charger; without `ntp` nobody answers it."""
        self.island.hub.ntp.is_silent = not ntp
        charger = self.island.add_device("charger", settings, **options)
        if chip:
            charger.i2c = Bus(chip)
        if power:
            charger.power_on()
        return charger

    def restart(self, charger):
        charger.power_off()
        charger.power_on()

    def run_for(self, duration):
        self.simulation.run_for(duration)

    def start_back_end(self):
        back_end = BackEnd(self.simulation.true_time)
        back_end.connections = []

        def accept(connection):
            session = Session(back_end)
            back_end.connections.append((connection, session))

            def on_bytes(data):
                out = session.feed(data)
                if out:
                    connection.send(out)
                if session.is_over:
                    connection.close()

            connection.on_bytes = on_bytes

        self.island.hub.tcp.listen(PORT, accept)
        return back_end

    def ask(self, charger, target, body=b""):
        address = self.island.hub.dhcp.leases[charger.mac].address
        return http.request(self.phone, address, "POST" if body else "GET", target, body)

    def time_of(self, charger):
        """Returns (time, bound, reliable, source) as the charger tells them over HTTP, or None while it is unset; and
        checks that the truth is within the bound."""
        before = self.simulation.true_time()
        response = self.ask(charger, "/time")
        after = self.simulation.true_time()
        self.assertIsNotNone(response, "no reply to /time")
        if response.status == 503:
            return None
        told = json.loads(response.body)
        whole, fraction = re.fullmatch(r"(\d+)\.(\d{9})", re.search(rb'"unix":([0-9.]+)', response.body)[1].decode()).groups()
        time = int(whole) * SECOND + int(fraction)
        bound = round(told["bound_s"] * SECOND)
        return time, bound, told["reliable"], told["source"], (before, after)

    def assert_right(self, charger, reliable=None, source=None, within=None):
        told = self.time_of(charger)
        self.assertIsNotNone(told, charger.console)
        time, bound, is_reliable, by, (before, after) = told
        self.assertLessEqual(time - bound, after, told)
        self.assertGreaterEqual(time + bound, before, told)
        if reliable is not None:
            self.assertEqual(is_reliable, reliable, (told, charger.console[-1500:]))
        if source is not None:
            self.assertEqual(by.split(":")[0], source, (told, charger.console[-1500:]))
        if within is not None:
            self.assertLessEqual(bound, within, told)
        return told

    def status(self, charger):
        return json.loads(self.ask(charger, "/status").body)

    def stamps(self, charger):
        """(Unix time in ns, Wh, is reliable, missed before it) of each stamp on the console."""
        found = re.findall(r"^stamp: (\S+)\.0+Z, (\d+) Wh, (reliable|not reliable)(?:, (\d+) missed)?", charger.console, re.M)
        return [(stamp, int(energy), word == "reliable", int(missed or 0)) for stamp, energy, word, missed in found]

    def set_by_phone(self, charger, lie=0, wait=0):
        nonce = self.ask(charger, "/nonce").body.strip()
        time = (self.simulation.true_time() + lie) // MILLISECOND
        self.run_for(wait)
        return self.ask(charger, "/set", b"nonce=" + nonce + b"&time=" + str(time).encode())


class BatteryClock(ChargerTest):
    def chip_of_today(self, model=Pcf85063a, **options):
        chip = model(self.simulation, **options)
        chip.set_time(self.simulation.true_time() + 37 * MILLISECOND)
        return chip

    def test_tells_the_time_after_power_on_without_a_network(self):
        for model in (Pcf85063a, Ds3231):
            with self.subTest(model.__name__):
                charger = self.start(chip=self.chip_of_today(model))
                self.run_for(10 * SECOND)
                # It was never compared, so that somebody may have set it a year ago.
                time, bound, *_ = self.assert_right(charger, reliable=False, source="rtc")
                self.assertLess(abs(time - self.simulation.true_time()), 100 * MILLISECOND)
                self.assertGreater(bound, MINUTE)
                self.assertEqual(self.status(charger)["rtc"]["chip"], model.__name__.lower())
                charger.stop()

    def test_is_never_believed_once_it_lost_its_power(self):
        for model in (Pcf85063a, Ds3231):
            with self.subTest(model.__name__):
                chip = self.chip_of_today(model)
                chip.set_flag()
                charger = self.start(chip=chip)
                self.run_for(10 * MINUTE)
                self.assertIsNone(self.time_of(charger))
                self.assertEqual(self.status(charger)["rtc"]["state"], "lost")
                self.assertTrue(chip.is_flag_set)
                charger.stop()

    def test_is_written_to_the_millisecond_by_ntp_and_then_believed(self):
        for model in (Pcf85063a, Ds3231):
            with self.subTest(model.__name__):
                chip = model(self.simulation)
                charger = self.start(chip=chip, ntp=True)
                self.run_for(MINUTE)
                self.assertEqual(self.status(charger)["rtc"]["writes"], 1)
                self.assertFalse(chip.is_flag_set)
                self.assertLess(abs(chip.error()), 0.010)
                self.island.hub.ntp.is_silent = True
                self.restart(charger)
                self.run_for(10 * SECOND)
                self.assert_right(charger, reliable=True, source="rtc", within=SECOND)
                charger.stop()

    @only_on("lockstep-host")
    def test_keeps_its_bound_through_days_without_a_network_and_without_power(self):
        chip = Pcf85063a(self.simulation, offset_ppm=15)
        charger = self.start("reliable-within=30", chip=chip, ntp=True, offset_ppm=-40)
        self.run_for(10 * MINUTE)
        self.assert_right(charger, reliable=True, source="ntp", within=100 * MILLISECOND)
        self.island.hub.ntp.is_silent = True
        for _ in range(2):
            self.run_for(3 * HOUR)
            self.assert_right(charger, source="rtc")
        charger.power_off()
        self.run_for(2 * DAY)
        charger.power_on()
        self.run_for(10 * SECOND)
        _, bound, *_ = self.assert_right(charger, reliable=True, source="rtc")
        self.assertLess(bound, 30 * SECOND)
        self.assertGreater(abs(chip.error()), 2)
        charger.stop()

    def test_that_does_not_answer_is_asked_again_and_stalls_nothing(self):
        chip = self.chip_of_today()
        chip.naks_address = -1
        charger = self.start(chip=chip, ntp=True)
        self.run_for(MINUTE)
        self.assert_right(charger, reliable=True, source="ntp")
        self.assertEqual(self.status(charger)["rtc"]["state"], "absent")
        chip.naks_address = 0
        self.run_for(5 * MINUTE)
        self.assertEqual(self.status(charger)["rtc"]["state"], "good")
        charger.stop()

    def test_on_a_stuck_bus_stalls_nothing_and_is_found_when_the_bus_is_free(self):
        for line in ("stuck_sda", "stuck_scl"):
            with self.subTest(line):
                charger = self.start(chip=self.chip_of_today(), ntp=True)
                setattr(charger.i2c, line, True)
                self.run_for(MINUTE)
                self.assert_right(charger, reliable=True, source="ntp")
                self.assertEqual(self.status(charger)["rtc"]["state"], "bus-failed")
                setattr(charger.i2c, line, False)
                self.run_for(5 * MINUTE)
                self.assertEqual(self.status(charger)["rtc"]["state"], "good")
                charger.stop()

    def test_is_not_written_while_the_clock_is_unset(self):
        chip = Ds3231(self.simulation)
        charger = self.start(chip=chip)
        self.run_for(HOUR)
        self.assertTrue(chip.is_flag_set)
        self.assertIsNone(self.time_of(charger))
        charger.stop()

    def test_before_the_build_is_not_believed(self):
        chip = Ds3231(self.simulation)
        chip.set_time(1_500_000_000 * SECOND)
        charger = self.start(chip=chip)
        self.run_for(MINUTE)
        self.assertIsNone(self.time_of(charger))
        self.assertEqual(self.status(charger)["rtc"]["state"], "implausible")
        self.island.hub.ntp.is_silent = False
        self.run_for(2 * MINUTE)
        self.assertLess(abs(chip.error()), 0.010)
        charger.stop()

    def test_that_vanishes_while_the_charger_runs_does_not_stop_it(self):
        chip = self.chip_of_today()
        charger = self.start(chip=chip, ntp=True)
        self.run_for(MINUTE)
        charger.i2c = None
        self.run_for(HOUR)
        self.assert_right(charger, reliable=True, source="ntp")
        charger.stop()

    def test_of_the_oldest_kind_is_used_too(self):
        chip = Ds1307(self.simulation)
        charger = self.start("rtc=ds1307", chip=chip, ntp=True)
        self.run_for(2 * MINUTE)
        self.assertFalse(chip.is_flag_set)
        self.assertLess(abs(chip.error()), 0.010)
        charger.stop()


class Network(ChargerTest):
    def test_that_is_down_at_first_leaves_the_battery_clock_and_then_ntp_takes_over(self):
        chip = Ds3231(self.simulation)
        chip.set_time(self.simulation.true_time() + 3 * SECOND)
        charger = self.start(chip=chip, ntp=True, power=False)
        charger.station.set_link(False)
        charger.power_on()
        self.run_for(MINUTE)
        self.assertIn("by rtc, not reliable", charger.console)
        charger.station.set_link(True)
        self.run_for(2 * MINUTE)
        self.assert_right(charger, reliable=True, source="ntp", within=50 * MILLISECOND)
        self.assertLess(abs(chip.error()), 0.010)
        charger.stop()

    def test_goes_down_and_comes_back(self):
        charger = self.start(ntp=True)
        self.run_for(MINUTE)
        charger.station.set_link(False)
        self.run_for(HOUR)
        charger.station.set_link(True)
        self.run_for(2 * MINUTE)
        self.assert_right(charger, reliable=True, source="ntp", within=100 * MILLISECOND)
        charger.stop()


class Phone(ChargerTest):
    def test_sets_an_unset_clock_and_the_battery_clock_with_it(self):
        chip = Pcf85063a(self.simulation)
        charger = self.start(chip=chip)
        self.run_for(10 * SECOND)
        self.assertIsNone(self.time_of(charger))
        page = self.ask(charger, "/").body
        self.assertIn(b"<button", page)
        self.assertLess(len(page), 1000)
        self.assertEqual(self.set_by_phone(charger).status, 200)
        self.assert_right(charger, reliable=True, source="phone", within=SECOND)
        self.run_for(MINUTE)
        self.assertFalse(chip.is_flag_set)
        self.assertLess(abs(chip.error()), 0.6)
        self.restart(charger)
        self.run_for(10 * SECOND)
        self.assert_right(charger, reliable=True, source="rtc", within=2 * SECOND)
        charger.stop()

    def test_that_is_slow_has_a_wider_bound(self):
        charger = self.start()
        self.run_for(10 * SECOND)
        self.assertEqual(self.set_by_phone(charger, wait=6 * SECOND).status, 200)
        _, bound, *_ = self.assert_right(charger)
        self.assertGreater(bound, 3 * SECOND)
        charger.stop()

    def test_cannot_use_a_nonce_twice_or_late_or_of_its_own(self):
        charger = self.start()
        self.run_for(10 * SECOND)
        self.assertEqual(self.set_by_phone(charger, wait=11 * SECOND).status, 409)
        now = str(self.simulation.true_time() // MILLISECOND).encode()
        self.assertEqual(self.ask(charger, "/set", b"nonce=0123456789abcdef&time=" + now).status, 409)
        self.assertEqual(self.ask(charger, "/set", b"time=" + now).status, 400)
        nonce = self.ask(charger, "/nonce").body.strip()
        body = b"nonce=" + nonce + b"&time=" + now
        self.assertEqual(self.ask(charger, "/set", body).status, 200)
        self.assertEqual(self.ask(charger, "/set", body).status, 409)
        charger.stop()

    def test_from_the_past_or_the_far_future_sets_nothing(self):
        charger = self.start()
        self.run_for(10 * SECOND)
        for lie in (-20 * 365 * DAY, 60 * 365 * DAY):
            self.assertEqual(self.set_by_phone(charger, lie).status, 409)
            self.assertIsNone(self.time_of(charger))
        charger.stop()

    def test_does_not_overrule_ntp(self):
        charger = self.start(ntp=True)
        self.run_for(MINUTE)
        self.assertEqual(self.set_by_phone(charger, 90 * SECOND).status, 409)
        self.assert_right(charger, reliable=True, source="ntp")
        charger.stop()

    def test_needs_the_key_if_there_is_one(self):
        charger = self.start("key=00112233445566778899aabbccddeeff")
        self.run_for(10 * SECOND)
        self.assertEqual(self.set_by_phone(charger).status, 400)
        self.assertIsNone(self.time_of(charger))
        charger.stop()
        charger = self.start("key=short")
        self.run_for(10 * SECOND)
        self.assertEqual(self.ask(charger, "/nonce").status, 403)
        charger.stop()


class OcppTest(ChargerTest):
    def start(self, settings="", **options):
        return super().start(f"backend={BACK_END} {settings}", **options)


class BackEndTime(OcppTest):
    def test_sets_an_unset_clock_within_its_round_trip_and_resolution(self):
        back_end = self.start_back_end()
        chip = Pcf85063a(self.simulation)
        charger = self.start(chip=chip)
        self.run_for(20 * SECOND)
        self.assertEqual(back_end.paths, ["/ocpp/charger-000101"])
        self.assert_right(charger, reliable=True, source="ocpp", within=1500 * MILLISECOND)
        self.run_for(MINUTE)
        self.assertLess(abs(chip.error()), 1.1)
        self.run_for(HOUR)
        self.assert_right(charger, reliable=True, source="ocpp")
        self.assertIn(len(back_end.of("Heartbeat")), range(55, 65))
        self.assertEqual(back_end.violations, [])
        charger.stop()
        self.assertEqual(len(back_end.of("BootNotification")), 1)

    def test_that_is_2_s_off_is_ignored(self):
        back_end = self.start_back_end()
        charger = self.start()
        self.run_for(20 * SECOND)
        self.set_by_phone(charger)
        back_end.lie = 2 * SECOND
        self.run_for(10 * MINUTE)
        time, *_ = self.assert_right(charger, reliable=True)
        self.assertLess(abs(time - self.simulation.true_time()), SECOND)
        charger.stop()

    def test_that_is_2_hours_off_does_not_overrule_ntp(self):
        back_end = self.start_back_end()
        back_end.lie = 2 * HOUR
        charger = self.start(ntp=True)
        self.run_for(10 * MINUTE)
        self.assert_right(charger, reliable=True, source="ntp", within=50 * MILLISECOND)
        charger.stop()

    def test_that_jumps_by_2_hours_is_warned_about(self):
        back_end = self.start_back_end()
        charger = self.start()
        self.run_for(20 * SECOND)
        back_end.lie = 2 * HOUR
        self.run_for(2 * MINUTE)
        self.assertIn("ocpp: warning: its time was more than an hour off", charger.console)
        self.assertGreaterEqual(self.status(charger)["ocpp"]["warnings"], 1)
        charger.stop()

    def test_that_is_20_years_off_sets_nothing(self):
        back_end = self.start_back_end()
        for lie in (-20 * 365 * DAY, 40 * 365 * DAY):
            back_end.lie = lie
            charger = self.start()
            self.run_for(2 * MINUTE)
            self.assertIsNone(self.time_of(charger))
            charger.stop()

    def test_that_is_slow_has_a_wider_bound_and_a_silent_one_is_left(self):
        back_end = self.start_back_end()
        back_end.is_mute = True
        charger = self.start()
        self.run_for(2 * MINUTE)
        self.assertIsNone(self.time_of(charger))
        self.assertIn("ocpp: the back end does not reply", charger.console)
        self.assertGreaterEqual(len(back_end.paths), 2)
        back_end.is_mute = False
        self.run_for(5 * MINUTE)
        self.assert_right(charger, reliable=True, source="ocpp")
        charger.stop()

    def test_that_is_garbled_or_breaks_the_protocol_is_left_and_tried_again(self):
        bad = {
            "no JSON": lambda reply: frame("[3,\"1\",{"),
            "another id": lambda reply: frame('[3,"999999",{"currentTime":"2035-01-01T00:00:00Z","status":"Accepted"}]'),
            "no time": lambda reply: frame('[3,"1",{"currentTime":"yesterday","interval":60,"status":"Accepted"}]'),
            "twice": lambda reply: frame('[3,"1",{"currentTime":"2035-01-01T00:00:00Z","currentTime":"2036-01-01T00:00:00Z"}]'),
            "fragments": lambda reply: frame("[3,", first=0x01),
            "binary": lambda reply: frame(b"\0\1\2", first=0x82),
            "masked": lambda reply: b"\x81\x85\0\0\0\0hello",
            "oversized": lambda reply: frame("[3," + " " * 5000 + "{}]"),
            "endless": lambda reply: b"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff" + b"x" * 900,
            "noise": lambda reply: bytes(range(256)) * 3,
        }
        back_end = self.start_back_end()
        charger = self.start()
        for name, replace in bad.items():
            with self.subTest(name):
                self.restart(charger)
                back_end.replace = replace
                self.run_for(2 * MINUTE)
                self.assertIsNone(self.time_of(charger))
        back_end.replace = None
        self.run_for(8 * MINUTE)
        self.assert_right(charger, reliable=True, source="ocpp")
        charger.stop()

    def test_is_left_if_its_handshake_is_not_that_of_this_protocol(self):
        back_end = self.start_back_end()
        back_end.key_suffix = "x"
        charger = self.start()
        self.run_for(MINUTE)
        back_end.key_suffix = ""
        back_end.protocol = "ocpp2.0.1"
        self.run_for(MINUTE)
        self.assertEqual(back_end.requests, [])
        self.assertIn("ocpp: the back end refuses", charger.console)
        charger.stop()

    def test_closes_resets_and_pings(self):
        back_end = self.start_back_end()
        charger = self.start()
        self.run_for(20 * SECOND)
        connection, _ = back_end.connections[-1]
        connection.send(frame(b"are you there", PING))
        connection.send(Session(back_end).call("Reset", {"type": "Hard"}))
        self.run_for(5 * SECOND)
        self.assertEqual(back_end.pongs, [b"are you there"])
        self.assertEqual(back_end.replies, [[4, "call-1", "NotImplemented", "", {}]])
        connection.send(frame(b"\x03\xe9", CLOSE))
        self.run_for(20 * SECOND)
        self.assertEqual(len(back_end.of("BootNotification")), 2)
        back_end.connections[-1][0].abort()
        self.run_for(30 * SECOND)
        self.assertEqual(len(back_end.of("BootNotification")), 3)
        self.assertEqual(back_end.violations, [])
        charger.stop()

    def test_that_does_not_accept_the_charger_is_asked_again_at_its_interval(self):
        back_end = self.start_back_end()
        back_end.boot_status = "Pending"
        back_end.interval = 30
        charger = self.start()
        self.run_for(110 * SECOND)
        self.assertEqual(len(back_end.of("BootNotification")), 4)
        self.assertEqual(back_end.of("Heartbeat"), [])
        charger.stop()


class MeterStamps(OcppTest):
    def test_are_aligned_reliable_and_delivered_once(self):
        back_end = self.start_back_end()
        charger = self.start("meter=900", ntp=True, offset_ppm=60)
        self.run_for(MINUTE)
        for _ in range(5):
            charger.press()
            self.run_for(100 * MILLISECOND)
        self.run_for(HOUR)
        stamps = back_end.stamps()
        self.assertEqual(len(stamps), 4)
        for stamp, energy, context in stamps:
            self.assertRegex(stamp, r":(00|15|30|45):00\.000Z$")
            self.assertEqual((energy, context), (5, "Sample.Clock"))
        self.assertEqual(len(set(stamps)), 4)
        arrivals = [at for at, action, _ in back_end.requests if action == "MeterValues"]
        for arrival in arrivals:
            self.assertLess(arrival % (900 * SECOND), SECOND)
        charger.stop()

    def test_wait_for_the_back_end_in_order_and_the_oldest_are_said_to_be_lost(self):
        charger = self.start("meter=60", ntp=True)
        self.run_for(40 * MINUTE)
        self.assertEqual(self.status(charger)["ocpp"]["waiting"], 32)
        back_end = self.start_back_end()
        self.run_for(15 * MINUTE)
        stamps = [stamp for stamp, *_ in back_end.stamps()]
        self.assertEqual(stamps, sorted(set(stamps)))
        self.assertGreaterEqual(len(stamps), 32 + 5)
        self.assertTrue(any("stamps missed" in payload["info"] for payload in back_end.of("StatusNotification")))
        charger.stop()

    def test_of_a_clock_that_is_not_reliable_say_so_each(self):
        back_end = self.start_back_end()
        back_end.digits = 3
        back_end.replace = lambda reply: reply.replace(b"currentTime", b"currentTimf")
        chip = Pcf85063a(self.simulation)
        chip.set_time(self.simulation.true_time())
        charger = self.start("meter=60", chip=chip)
        self.run_for(5 * MINUTE)
        self.assertGreaterEqual(len(back_end.stamps()), 3)
        self.assertEqual({context for *_, context in back_end.stamps()}, {"Other"})
        told = [payload["vendorErrorCode"] for payload in back_end.of("StatusNotification")]
        self.assertEqual(told[-1], "ClockNotReliable")
        self.assertIn(b",unreliable\n", self.ask(charger, "/stamps").body)
        self.island.hub.ntp.is_silent = False
        self.run_for(20 * MINUTE)
        self.assertEqual(back_end.stamps()[-1][2], "Sample.Clock")
        told = [payload["vendorErrorCode"] for payload in back_end.of("StatusNotification")]
        self.assertEqual(told[-1], "ClockReliable")
        self.assertNotIn(b",unreliable\n", self.ask(charger, "/stamps").body)
        charger.stop()

    def test_are_not_made_without_a_time(self):
        back_end = self.start_back_end()
        back_end.replace = lambda reply: reply.replace(b"currentTime", b"currentTimf")
        charger = self.start("meter=60")
        self.run_for(10 * MINUTE)
        self.assertEqual(back_end.stamps(), [])
        told = back_end.of("StatusNotification")[-1]
        self.assertEqual((told["vendorErrorCode"], told["info"]), ("ClockNotReliable", "clock unset"))
        self.assertNotIn("timestamp", told)
        charger.stop()

    def test_over_which_the_clock_is_set_are_missed_and_none_is_doubled(self):
        back_end = self.start_back_end()
        back_end.interval = 30
        charger = self.start("meter=60")
        self.run_for(5 * MINUTE)
        back_end.lie = 10 * MINUTE
        self.run_for(5 * MINUTE)
        missed = sum(count for *_, count in self.stamps(charger))
        self.assertIn(missed, (9, 10, 11))
        back_end.lie = 0
        self.run_for(30 * MINUTE)
        stamps = [stamp for stamp, *_ in back_end.stamps()]
        self.assertEqual(len(stamps), len(set(stamps)))
        self.assertEqual(stamps, sorted(stamps))
        charger.stop()

    def test_that_are_refused_are_repeated_three_times(self):
        back_end = self.start_back_end()
        back_end.errors = {"MeterValues"}
        charger = self.start("meter=1200", ntp=True)
        self.run_for(45 * MINUTE)
        self.assertEqual(len(back_end.of("MeterValues")), 6)
        self.assertEqual(self.status(charger)["ocpp"]["refused"], 2)
        charger.stop()


class Eras(ChargerTest):
    def test_the_end_of_ntps_first_era_is_a_second_like_any_other(self):
        end_of_era = 2_085_978_496 * SECOND  # 2036-02-07T06:28:16Z
        island = self.make_island(end_of_era - 5 * MINUTE)
        self.island = island
        self.phone = TcpHost(island.add_host("10.0.0.77"))
        chip = Ds3231(self.simulation)
        charger = self.start("meter=60", chip=chip, ntp=True)
        for _ in range(10):
            self.run_for(MINUTE)
            self.assert_right(charger, reliable=True, source="ntp", within=100 * MILLISECOND)
        self.assertLess(abs(chip.error()), 0.02)
        stamps = [stamp for stamp, *_ in self.stamps(charger)]
        self.assertIn("2036-02-07T06:28:00", stamps)
        self.assertIn("2036-02-07T06:29:00", stamps)
        self.restart(charger)
        self.run_for(10 * SECOND)
        self.assert_right(charger)
        charger.stop()

    def test_the_leap_day_of_2028_is_kept_by_the_battery_clock(self):
        island = self.make_island(1_835_481_300 * SECOND)  # 2028-02-29T23:55:00Z
        self.island = island
        self.phone = TcpHost(island.add_host("10.0.0.77"))
        chip = Pcf85063a(self.simulation)
        charger = self.start(chip=chip, ntp=True)
        self.run_for(2 * MINUTE)
        self.island.hub.ntp.is_silent = True
        self.restart(charger)
        self.run_for(10 * MINUTE)
        self.assert_right(charger, source="rtc", within=SECOND)
        charger.stop()


if __name__ == "__main__":
    main()
