#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `charger` in QEMU, in real time, with a battery clock, the real sntpd, a phone and a back end.

Usage: island charger_real_test.py --programs FOLDER --images FOLDER --board BOARD [TEST...]
"""

import contextlib
import http.client
import json
import socketserver
import threading
import time

import real_hub
from ocpp_back_end import BackEnd, Session
from real_hub import ADDRESS, PATIENCE_S, Instant, unix_ns, wait_until

SECOND = 1_000_000_000
WEB = 8080  # of the charger, on this side
BACK_END = 8180


class BackEndServer:
    """Serves a BackEnd on a TCP port; a thread for each connection."""

    def __init__(self, back_end):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                session = Session(back_end)
                with contextlib.suppress(OSError):
                    while not session.is_over and (data := self.request.recv(4096)):
                        self.request.sendall(session.feed(data))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("", BACK_END), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Charger(real_hub.RealHubTest):
    def start_charger(self, settings=None, rtc_ahead=None):
        options = {"network": f"user,hostfwd=tcp:127.0.0.1:{WEB}-:80"}
        if rtc_ahead is not None:
            options |= {"rtc": True, "rtc_start": time.time_ns() + rtc_ahead}
        return self.start("charger", settings={"hub": ADDRESS} | (settings or {}), **options)

    def start_back_end(self):
        back_end = BackEnd(time.time_ns)
        server = BackEndServer(back_end)
        self.addCleanup(server.stop)
        return back_end

    def ask(self, method, path, body=None):
        """Returns status and text, or nothing if the charger does not answer yet."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", WEB, timeout=PATIENCE_S)) as connection:
                connection.request(method, path, body)
                response = connection.getresponse()
                return response.status, response.read().decode()
        return None

    def get(self, path):
        return wait_until(lambda: self.ask("GET", path), f"a reply to {path}")

    def status(self):
        return json.loads(self.get("/status")[1])

    def wait_for_time(self, holds):
        """Waits until the object at /time holds; the truth is within its bound each time."""

        def look():
            after = time.time_ns()
            status, text = self.get("/time")
            instant = Instant(after, time.time_ns())
            if status != 200:
                return None
            told = json.loads(text)
            bound = int(told["bound_s"] * SECOND) + 1
            self.assertFalse(instant.contradicts(unix_ns(told["time"]), bound), (told, instant))
            return told if holds(told) else None

        return wait_until(look, lambda: self.devices[-1].console)

    def test_starts_with_the_time_of_its_battery_clock(self):
        charger = self.start_charger(rtc_ahead=0)
        told = self.wait_for_time(lambda it: it["source"] == "rtc")
        self.assertFalse(told["reliable"])
        self.stop(charger)

    def test_takes_ntps_time_and_passes_it_on_to_its_battery_clock(self):
        ahead = 3 * SECOND
        charger = self.start_charger({"island": "yes"}, rtc_ahead=ahead)
        told = self.wait_for_time(lambda it: it["source"] == "rtc")
        self.assertFalse(told["reliable"])
        self.hub.start_sntpd()
        self.hub.feed_time()
        self.wait_for_time(lambda it: it["source"] == f"ntp:{ADDRESS}" and it["reliable"] and it["bound_s"] < 1)

        # The wires of the model outside of QEMU are as slow as the machine is busy. A write may then come too late to
        # be counted, though the chip is right; or the chip is not right, and is written again after five minutes.
        def is_passed_on():
            rtc = self.status()["rtc"]
            chip_is_right = charger.rtc and abs(charger.rtc.chip.error() + ahead / SECOND) < 0.5
            return rtc["state"] == "good" and (chip_is_right or rtc["writes"] > 0)

        wait_until(is_passed_on, lambda: charger.console, patience_s=5 * 60 + PATIENCE_S)
        if charger.rtc:
            self.assertLess(abs(charger.rtc.chip.error() + ahead / SECOND), 0.5)
        self.stop(charger)

    def test_is_set_by_a_phone_with_one_button(self):
        charger = self.start_charger()
        status, page = self.get("/")
        self.assertEqual(status, 200)
        self.assertRegex(page, r"<button onclick=set\(\)>")
        self.assertEqual(self.get("/time")[0], 503)
        nonce = self.get("/nonce")[1].strip()
        status, text = self.ask("POST", "/set", f"nonce={nonce}&time={time.time_ns() // 1_000_000}")
        self.assertEqual(status, 200, text)
        self.wait_for_time(lambda it: it["source"] == "phone" and it["reliable"])
        self.stop(charger)

    def test_takes_the_back_ends_time_and_delivers_aligned_stamps(self):
        back_end = self.start_back_end()
        back_end.digits = 3
        back_end.interval = 2
        charger = self.start_charger({"backend": f"{ADDRESS}:{BACK_END}/ocpp/", "meter": "2"})
        self.wait_for_time(lambda it: it["source"] == "ocpp" and it["reliable"])
        charger.send("p")  # a pulse of the meter
        stamps = wait_until(lambda: len(found := back_end.stamps()) >= 3 and found, lambda: charger.console)
        now = time.time_ns()
        for stamp, _, context in stamps:
            self.assertEqual(context, "Sample.Clock")
            self.assertEqual(unix_ns(stamp) % (2 * SECOND), 0)
            self.assertLess(unix_ns(stamp), now + 10 * SECOND)
        self.assertEqual(len({stamp for stamp, *_ in stamps}), len(stamps))
        wait_until(lambda: back_end.stamps()[-1][1] == 1, lambda: charger.console)
        wait_until(lambda: back_end.of("Heartbeat"), lambda: charger.console)
        self.assertEqual(back_end.violations, [])
        self.assertRegex(back_end.paths[0], r"^/ocpp/charger-[0-9a-f]{6}$")
        self.stop(charger)


if __name__ == "__main__":
    real_hub.main()
