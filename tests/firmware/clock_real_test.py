#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the app `clock` in QEMU, in real time: it follows the real sntpd, and serves chronyd, ntpprobe and curl.

Usage: island clock_real_test.py --programs FOLDER --images FOLDER --board BOARD [TEST...]
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import time

import clock_pictures
import real_hub
from bench.max7219 import Chain

NTP_PORT = 1123
WEB = "http://127.0.0.1:1180"
NETWORK = f"user,hostfwd=udp:127.0.0.1:{NTP_PORT}-:123,hostfwd=tcp:127.0.0.1:1180-:80"
KEY = "2b7e151628aed2a6abf7158809cf4f3c"
LATE = re.compile(r"display: (\d+) pictures, at most ([0-9.]+) s late, (\d+) missed")


# Unpacked by tests/integration/peers.
PEERS = pathlib.Path(__file__).resolve().parents[2] / "build/peers/root"
ENVIRONMENT = os.environ | {
    "PATH": f"{PEERS}/usr/sbin:{os.environ['PATH']}:/usr/sbin",
    "LD_LIBRARY_PATH": ":".join(str(folder) for folder in PEERS.glob("usr/lib/*-gnu*")),
}


def run(*command):
    words = [str(word) for word in command]
    return subprocess.run(words, env=ENVIRONMENT, text=True, capture_output=True, check=False, timeout=60)


def curl(target, *options):
    return run("curl", "--silent", "--show-error", "--max-time", "30", *options, WEB + target).stdout


class Clock(real_hub.RealHubTest):
    def start_clock(self, **settings):
        settings = {"hub": real_hub.ADDRESS} | settings
        return self.start("clock", settings=settings, network=NETWORK)

    def start_set_clock(self, **settings):
        self.hub.start_sntpd("--local", "--local-stratum", "5")
        clock = self.start_clock(**settings)
        self.wait_for_time(clock)
        return clock

    def wait_for_time(self, clock):
        clock.wait_for(r"\S+Z \+/- \S+ s, by \S+,")

    def stop(self, device):
        super().stop(device)
        pictures, late, missed = LATE.findall(device.console)[-1]
        print(f"{self.id()}: {pictures} pictures, at most {late} s late, {missed} missed", flush=True)

    def assert_word_is_true(self, text, after_ns):
        """The time in a reply of GET /time holds within its bound; `after_ns` is from before the request."""
        word = json.loads(text)
        instant = real_hub.Instant(after_ns, time.time_ns())
        time_ns = real_hub.unix_ns(word["time"])
        self.assertFalse(instant.contradicts(time_ns, round(word["bound_s"] * 10**9)), f"{word}, asked in {instant}")
        return word

    def test_it_serves_what_it_has_from_sntpd(self):
        clock = self.start_set_clock(zone="CET-1CEST,M3.5.0,M10.5.0/3")
        result = run(self.programs / "ntpprobe", "--json", "--port", NTP_PORT, "127.0.0.1")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        measured = json.loads(result.stdout.splitlines()[0])
        distance = measured["root_delay_s"] / 2 + measured["root_dispersion_s"]
        self.assertLessEqual(abs(measured["offset_s"]), measured["uncertainty_s"] + distance, measured)
        self.assertEqual(measured["stratum"], 6)
        result = run(
            *("chronyd", "-Q", "-t", "20", "-u", "root", "bindcmdaddress /"),
            f"server 127.0.0.1 port {NTP_PORT} iburst maxsamples 1",
        )
        wrong_by = re.search(r"System clock wrong by (-?[0-9.]+) seconds", result.stdout + result.stderr)
        self.assertIsNotNone(wrong_by, result.stdout + result.stderr)
        self.assertLess(abs(float(wrong_by[1])), 1)
        after_ns = time.time_ns()
        word = self.assert_word_is_true(curl("/time"), after_ns)
        self.assertEqual(word["source"], f"ntp:{real_hub.ADDRESS}")
        self.assertRegex(curl("/?getTimeNDate"), r"^\d\d:\d\d:\d\d, 0[1-7], \d\d-\d\d-20\d\d$")
        self.assertRegex(curl("/.well-known/time", "--head"), r"(?i)\nx-httpstime: \d+\.\d{9}\n")
        self.stop(clock)

    def test_it_shows_the_time_that_it_has(self):
        clock = self.start_set_clock()
        chain = Chain()
        begun = time.time()

        def shown():
            chain.__init__()
            for frame in re.findall(r"^display ([0-9A-F]+)\n", clock.console, re.MULTILINE):  # whole lines
                chain.latch(bytes.fromhex(frame))
            return chain.picture()

        def is_right():
            clock.read(0.1)
            minutes = range(int(begun) // 60, int(time.time()) // 60 + 1)
            times = [time.strftime("%H:%M", time.gmtime(minute * 60)) for minute in minutes]
            return shown() in [
                clock_pictures.at_rest(text, colon, reliable)
                for text in times for colon in (True, False) for reliable in (True, False)
            ]

        real_hub.wait_until(is_right, lambda: "\n".join(shown()))
        self.stop(clock)

    def test_without_a_hub_it_says_that_it_has_no_time(self):
        clock = self.start_clock()
        clock.wait_for("time unknown")
        real_hub.wait_until(lambda: "unsynchronised" in curl("/time"), "no reply by HTTP")
        self.assertIn("unsynchronised", curl("/?getTimeNDate"))
        result = run(self.programs / "ntpprobe", "--json", "--port", NTP_PORT, "127.0.0.1")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("unsynchronised", result.stdout)
        self.stop(clock)

    def test_the_line_of_the_documentation_sets_it(self):
        clock = self.start_clock(key=KEY)
        real_hub.wait_until(lambda: len(curl("/nonce").strip()) == 32, "no nonce")
        line = (
            'N=$(curl -sf $C/nonce) B="nonce=$N&time=$(date +%s%3N)" && curl -sf -d '
            '"$B&mac=$(printf %s "$B" | openssl mac -cipher AES-128-CBC -macopt hexkey:$K CMAC)" $C/set'
        )
        environment = os.environ | {"C": WEB, "K": KEY}
        result = subprocess.run(["sh", "-c", line], env=environment, text=True, capture_output=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        after_ns = time.time_ns()
        word = self.assert_word_is_true(curl("/time"), after_ns)
        self.assertEqual(word["kind"], "manual")
        self.stop(clock)

    def test_a_flood_and_silent_clients_do_not_stop_it(self):
        clock = self.start_set_clock()
        silent = [socket.create_connection(("127.0.0.1", 1180), timeout=30) for _ in range(6)]
        for connection in silent:
            connection.send(b"GET /t")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            end = time.monotonic() + 3
            sent = 0
            while time.monotonic() < end:
                request = b"\x23" + os.urandom(47) if sent % 2 else os.urandom(sent % 400)
                flood.sendto(request, ("127.0.0.1", NTP_PORT))
                sent += 1
                if sent % 8 == 0:
                    time.sleep(0.001)
        after_ns = time.time_ns()
        self.assert_word_is_true(real_hub.wait_until(lambda: curl("/time"), "no reply by HTTP"), after_ns)
        for connection in silent:
            connection.close()
        print(f"{self.id()}: {sent} datagrams in 3 s", flush=True)
        self.stop(clock)


if __name__ == "__main__":
    real_hub.main()
