#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests sntpd's upstreams with keys against other NTP servers, each with its own format of key file.

Usage: island keys_test.py ASK_UPSTREAM [TEST...]
Runs on an island, as peers_test.py does, and uses its peers.
"""

import contextlib
import pathlib
import sys
import unittest

import peers_test as peers

ASK_UPSTREAM = pathlib.Path(sys.argv[1]).resolve()
NO_REPLY = "no reply: it may not know key {}\n"
UNSIGNED = 0


class SignedServer(peers.Peers):
    def key_file(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def ask(self, keys, key, version, port, address="127.0.0.1"):
        return peers.run(ASK_UPSTREAM, keys, key, version, address, port)

    def assert_measures(self, keys, key, version, port, address="127.0.0.1"):
        with self.subTest(key=key, version=version, address=address):
            measured = self.ask(keys, key, version, port, address)
            self.assert_good(measured)
            offset_ns = int(measured.stdout.removeprefix("offset "))
            self.assertLess(abs(offset_ns), 10_000_000)

    def assert_has_no_reply(self, keys, key, version, port):
        with self.subTest(key=key, version=version):
            lost = self.ask(keys, key, version, port)
            self.assertEqual((lost.returncode, lost.stdout), (1, NO_REPLY.format(key)))


class Chronyd(SignedServer):
    PORT = 11123
    TYPES = ("MD5", "SHA1", "SHA256", "SHA512", "AES128", "AES256")

    def generated_keys(self):
        """Returns the numbered keys that chrony's own tool makes."""
        keys = {}
        for number, kind in enumerate(self.TYPES, start=1):
            made = peers.run("chronyc", "keygen", number, kind)
            self.assert_good(made)
            keys[number] = made.stdout
        return keys

    @contextlib.contextmanager
    def chronyd(self, keys):
        config = self.file(
            "chrony.conf",
            "local stratum 1",
            "allow",
            f"port {self.PORT}",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
            f"keyfile {keys}",
        )
        with peers.running("chronyd", "-x", "-d", "-u", "root", "-f", config):
            peers.wait_until_synchronised("127.0.0.1", self.PORT)
            yield

    def test_is_measured_by_keys_of_every_type_in_both_versions(self):
        keys = self.key_file("keys", "".join(self.generated_keys().values()) + "7 plain-text\n8 SHA1 ASCII:text\n")
        with self.chronyd(keys):
            for key in range(1, 9):
                for version in (4, 3):
                    self.assert_measures(keys, key, version, self.PORT)
            self.assert_measures(keys, 3, 4, self.PORT, "::1")
            self.assert_measures(keys, UNSIGNED, 4, self.PORT)

    def test_is_not_measured_by_a_key_that_it_does_not_have(self):
        with self.chronyd(self.key_file("its", "7 SHA256 gentle\n")):
            ours = self.key_file("ours", "7 SHA256 rough\n8 SHA256 gentle\n")
            self.assert_has_no_reply(ours, 7, 4, self.PORT)
            self.assert_has_no_reply(ours, 8, 4, self.PORT)


class Ntpsec(SignedServer):
    KEYS = """\
# As ntpsec reads them.
1 MD5 gentle  # the harbour's
2 SHA1 000102030405060708090a0b0c0d0e0f10111213
3 SHA256 twenty-characters-20
4 SHA512 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
5 AES-128 sixteen-bytes-16
6 AES-256 603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4
7 AES 2b7e151628aed2a6abf7158809cf4f3c
8 M gentle
"""

    @contextlib.contextmanager
    def ntpd(self, keys):
        restrict = [f"restrict {address}" for address in peers.LOOPBACKS]
        trusted = ("trustedkey 1 2 3 4 5 6 7 8",)
        config = self.file(
            "ntp.conf", "disable ntp", "tos orphan 2 orphanwait 1", *restrict, f"keys {keys}", *trusted
        )
        with peers.running(
            "ntpd", "-n", "-c", config, "-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log"
        ):
            peers.wait_until_synchronised("127.0.0.1", peers.NTP_PORT)
            yield

    def test_is_measured_by_keys_of_every_type(self):
        keys = self.key_file("keys", self.KEYS)
        with self.ntpd(keys):
            for key in range(1, 9):
                self.assert_measures(keys, key, 4, peers.NTP_PORT)
            for key in (1, 2, 5, 6, 7, 8):
                self.assert_measures(keys, key, 3, peers.NTP_PORT)
            # ntpsec truncates digests in version 3 too, while we and chrony send them whole.
            self.assert_has_no_reply(keys, 3, 3, peers.NTP_PORT)
            self.assert_measures(keys, 3, 4, peers.NTP_PORT, "::1")

    def test_is_not_measured_by_a_key_that_it_does_not_have(self):
        with self.ntpd(self.key_file("its", "7 SHA256 gentle\n")):
            ours = self.key_file("ours", "7 SHA256 rough\n8 SHA256 gentle\n")
            self.assert_has_no_reply(ours, 7, 4, peers.NTP_PORT)
            self.assert_has_no_reply(ours, 8, 4, peers.NTP_PORT)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
