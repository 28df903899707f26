#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests sntpd's keys, rate limits and interleaved mode with other NTP clients.

Usage: island clients_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does, and uses its peers.
"""

import contextlib
import json
import re
import socket
import sys
import time
import unittest

import networks
import peers_test as peers

PORT = 11123
SHARED_TYPES = ("MD5", "SHA1", "SHA256", "SHA512", "AES128", "AES256")


class Clients(peers.Peers):
    def setUp(self):
        super().setUp()
        self.control = self.folder / "control"

    @contextlib.contextmanager
    def sntpd(self, *options, port=PORT, addresses=peers.LOOPBACKS):
        binds = [word for address in addresses for word in ("--bind", address)]
        state = ("--state-dir", self.folder / "state", "--control", self.control)
        command = (peers.PROGRAMS / "sntpd", "--no-clock", "--local", *binds, "--port", port, *state, *options)
        with peers.running(*command) as process:
            peers.wait_for_line(process, "serving")
            yield process

    def key_file(self, text, name="keys"):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def keygen(self, dialect):
        """Returns a key file made by our own tool, with one key of each type, numbered from 1."""
        path = self.folder / f"{dialect}.keys"
        for number, kind in enumerate(SHARED_TYPES, start=1):
            made = peers.run(
                peers.PROGRAMS / "sntpctl", "keygen", "--type", kind, "--id", number, "--format", dialect, "--out", path
            )
            self.assert_good(made)
        return path

    def clients(self):
        shown = peers.run(peers.PROGRAMS / "sntpctl", "--control", self.control, "--json", "clients")
        self.assert_good(shown)
        return {client["address"]: client for client in json.loads(shown.stdout)["clients"]}

    def status(self):
        shown = peers.run(peers.PROGRAMS / "sntpctl", "--control", self.control, "--json", "status")
        self.assert_good(shown)
        return json.loads(shown.stdout)


class Keys(Clients):
    def chronyd_measures(self, keys, key, version, address="127.0.0.1"):
        server = f"server {address} port {PORT} iburst maxsamples 1 key {key} version {version}"
        return peers.run("chronyd", "-Q", "-t", "3", "-u", "root", server, f"keyfile {keys}", "bindcmdaddress /")

    def test_chronyd_is_answered_by_keys_of_every_type_in_both_versions(self):
        keys = self.keygen("chrony")
        with self.sntpd("--keys", keys, "--signed-only", "--no-rate-limit"):
            for key in range(1, len(SHARED_TYPES) + 1):
                for version in (3, 4):
                    with self.subTest(key=key, version=version):
                        measured = self.chronyd_measures(keys, key, version)
                        self.assert_good(measured)
                        self.assertRegex(measured.stdout, r"System clock wrong by -?0\.0\d+ seconds")
            self.assert_good(self.chronyd_measures(keys, 3, 4, "::1"))

    def test_chronyd_is_not_answered_by_another_key(self):
        ours = self.key_file("7 SHA256 gentle\n")
        theirs = self.key_file("7 SHA256 rough\n8 SHA256 gentle\n", "theirs")
        with self.sntpd("--keys", ours):
            for key in (7, 8):
                with self.subTest(key=key):
                    self.assertNotEqual(self.chronyd_measures(theirs, key, 4).returncode, 0)
            self.assertGreaterEqual(self.status()["refused"], 2)

    def test_a_bound_key_is_for_its_own_addresses(self):
        keys = self.key_file("7 SHA256 gentle\n")
        with self.sntpd("--keys", keys, "--bind-key", "7=::1"):
            self.assert_good(self.chronyd_measures(keys, 7, 4, "::1"))
            self.assertNotEqual(self.chronyd_measures(keys, 7, 4).returncode, 0)

    def test_unsigned_requests_get_no_answer_where_only_signed_ones_do(self):
        keys = self.key_file("7 SHA256 gentle\n")
        with self.sntpd("--keys", keys, "--signed-only"):
            unsigned = peers.run(peers.PROGRAMS / "ntpprobe", "--timeout", "0.3", "--port", PORT, "127.0.0.1")
            self.assertEqual(unsigned.returncode, 1)
            probe = (peers.PROGRAMS / "ntpprobe", "--keys", keys, "--key", 7, "--port", PORT)
            for address in peers.LOOPBACKS:
                self.assert_good(peers.run(*probe, address))

    # ntpdig does not truncate digests of more than 20 bytes, and no server accepts those.
    def test_ntpdig_is_answered_by_keys_of_the_types_that_it_cuts_rightly(self):
        keys = self.keygen("ntpsec")
        with self.sntpd("--keys", keys, "--signed-only", port=peers.NTP_PORT):
            for key in (1, 2, 5, 6):
                with self.subTest(key=key):
                    kind = {1: "MD5", 2: "SHA1", 5: "AES-128", 6: "AES-256"}[key]
                    measured = peers.run("ntpdig", "-k", keys, "-a", key, "-t", "3", "127.0.0.1")
                    shown = re.search(r"([+-]0\.\d+) \+/- (\S+) 127\.0\.0\.1", measured.stdout)
                    self.assertTrue(shown, f"{kind}: {measured.stdout}")
                    self.assertLessEqual(abs(float(shown[1])), float(shown[2]), kind)


    # Each server has an address of its own, not one of the client's, because ntpd does not query itself.
    def test_ntpd_is_answered_by_keys_of_every_type(self):
        keys = self.keygen("ntpsec")
        numbers = range(1, len(SHARED_TYPES) + 1)
        networks.add_pair("isle0", *(f"10.1.0.{number}/24" for number in numbers))
        self.addCleanup(networks.delete_pair, "isle0")
        servers = [f"server 10.1.0.{number} iburst minpoll 3 maxpoll 3 key {number}" for number in numbers]
        trusted = "trustedkey " + " ".join(map(str, numbers))
        config = self.file("ntp.conf", "disable ntp", f"keys {keys}", trusted, "restrict 127.0.0.1", *servers)
        files = ("-c", config, "-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log")
        sntpd = ("--keys", keys, "--signed-only")
        with networks.far_network("isle0p", "10.1.0.99/24") as there:
            with self.sntpd(*sntpd, port=peers.NTP_PORT, addresses=("0.0.0.0",)):
                with peers.running(*there, "ntpd", "-n", *files):
                    self.wait_until_authentic(there, len(numbers))

    def wait_until_authentic(self, there, servers):
        deadline = time.monotonic() + peers.PATIENCE_S
        while time.monotonic() < deadline:
            shown = peers.run(*there, "ntpq", "-c", "as", "127.0.0.1")
            # The columns are configured, reachable and authenticated.
            if len(re.findall(r"^ *\d+ +\d+ +\w+ +yes +yes +ok ", shown.stdout, re.MULTILINE)) == servers:
                return
            time.sleep(0.1)
        self.fail(shown.stdout)


class Interleaved(Clients):
    def test_chronyd_is_served_in_interleaved_mode(self):
        socket_path = self.folder / "chronyd.sock"
        config = self.file(
            "chrony.conf",
            f"server 127.0.0.1 port {PORT} xleave minpoll -4 maxpoll -4",
            "port 0",
            "cmdport 0",
            f"bindcmdaddress {socket_path}",
            f"pidfile {self.folder}/chronyd.pid",
        )
        for options in ((), ("--workers", "2"), ("--workers", "0")):
            with self.subTest(options=options), self.sntpd("--no-rate-limit", *options):
                with peers.running("chronyd", "-x", "-d", "-u", "root", "-f", config):
                    self.wait_until_interleaved(socket_path)

    def wait_until_interleaved(self, socket_path):
        deadline = time.monotonic() + peers.PATIENCE_S
        while time.monotonic() < deadline:
            shown = peers.run("chronyc", "-h", socket_path, "ntpdata")
            # 111 111 1111 means that all of chronyd's tests have passed.
            if "Interleaved     : Yes" in shown.stdout and "NTP tests       : 111 111 1111" in shown.stdout:
                return
            time.sleep(0.1)
        self.fail(shown.stdout)

    def test_ntpprobe_is_served_in_interleaved_mode(self):
        with self.sntpd("--no-rate-limit"):
            for address in peers.LOOPBACKS:
                with self.subTest(address=address):
                    probe = (peers.PROGRAMS / "ntpprobe", "-v", "--interleaved", "--samples", "6", "--port", PORT)
                    measured = peers.run(*probe, address)
                    self.assert_good(measured)
                    self.assertRegex(measured.stdout, r"interleaved")


class Limits(Clients):
    def requests_of(self, address):
        return self.clients().get(address, {"requests": 0})["requests"]

    def wait_until_asked(self, address, requests):
        deadline = time.monotonic() + peers.PATIENCE_S
        while self.requests_of(address) < requests:
            self.assertLess(time.monotonic(), deadline, self.clients())

    def flood(self, address, requests, source=None):
        """Returns how many replies tell the time and how many are kisses."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        answered = kisses = 0
        with socket.socket(family, socket.SOCK_DGRAM) as asker:
            if source:
                asker.bind((source, 0))
            asker.connect((address, PORT))
            asker.settimeout(peers.PATIENCE_S)
            asked_before = self.requests_of(source or address)
            for sent in range(1, requests + 1):
                asker.send(peers.request(4, 3))
                # A socket's buffer must hold the requests under way.
                if sent % 50 == 0 or sent == requests:
                    self.wait_until_asked(source or address, asked_before + sent)
            # A request is answered after those before it.
            with contextlib.suppress(TimeoutError):
                asker.settimeout(0.5)
                while True:
                    reply = asker.recv(1024)
                    if reply[12:16] == b"RATE" and reply[1] == 0:
                        kisses += 1
                    else:
                        answered += 1
        return answered, kisses

    def test_a_flood_is_limited_and_nobody_else(self):
        with self.sntpd():
            answered, kisses = self.flood("127.0.0.1", 1000, source="127.0.0.9")
            self.assertGreaterEqual(answered, 64)
            self.assertLess(answered, 64 + 936 // 2)
            # One request in 32 gets a kiss at random: 29 on average, and the range is five standard
            # deviations.
            self.assertGreaterEqual(kisses, 3)
            self.assertLessEqual(kisses, 56)
            flooder = self.clients()["127.0.0.9"]
            self.assertEqual(flooder["requests"], 1000)
            self.assertGreater(flooder["limited"], 800)
            other = peers.run(peers.PROGRAMS / "ntpprobe", "--samples", "8", "--port", PORT, "127.0.0.1")
            self.assert_good(other)
            self.assertEqual(self.clients()["127.0.0.1"]["limited"], 0)

    # The flood is sent in the victim's name. The victim still gets replies, though not to every request.
    def test_a_flood_in_somebodys_name_does_not_silence_him(self):
        with self.sntpd():
            self.flood("127.0.0.1", 1000, source="127.0.0.9")
            answered, _ = self.flood("127.0.0.1", 40, source="127.0.0.9")
            self.assertGreaterEqual(answered, 1)

    def test_a_flood_in_the_name_of_a_keys_owner_does_not_slow_him(self):
        keys = self.keygen("chrony")
        with self.sntpd("--keys", keys):
            self.flood("127.0.0.1", 1000)
            before = self.clients()["127.0.0.1"]
            self.assertGreater(before["limited"], 0)
            probe = (peers.PROGRAMS / "ntpprobe", "--keys", keys, "--key", "1", "--samples", "32", "--port", PORT)
            self.assert_good(peers.run(*probe, "127.0.0.1"))
            after = self.clients()["127.0.0.1"]
            self.assertEqual(after["requests"], before["requests"] + 32)
            self.assertEqual(after["limited"], before["limited"])
            self.assertEqual(after["refused"], before["refused"])

    def test_there_is_no_limit_where_it_is_off(self):
        with self.sntpd("--no-rate-limit"):
            self.assertEqual(self.flood("::1", 150), (150, 0))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
