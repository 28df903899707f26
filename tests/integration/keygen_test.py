#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the keys that sntpctl keygen makes: other NTP servers load them, and ntpprobe and sntpd's upstreams
then query those servers with each key.

Usage: island keygen_test.py FOLDER_OF_PROGRAMS ASK_UPSTREAM [TEST...]
Runs on an island, as peers_test.py does, and uses its peers.
"""

import contextlib
import json
import pathlib
import stat
import sys
import unittest

import peers_test as peers

ASK_UPSTREAM = pathlib.Path(sys.argv[2]).resolve()
SHARED_TYPES = ("MD5", "SHA1", "SHA256", "SHA512")
AES_TYPES = ("AES128", "AES256")


class GeneratedKeys(peers.Peers):
    def make_keys(self, dialect):
        """Returns a file with one key of each type, numbered from 1."""
        path = self.folder / f"{dialect}.keys"
        for number, kind in enumerate(SHARED_TYPES + AES_TYPES, start=1):
            options = ("--type", kind, "--id", number, "--format", dialect, "--out", path)
            self.assert_good(peers.run(peers.PROGRAMS / "sntpctl", "keygen", *options))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        return path

    def assert_measured(self, keys, key, port, versions):
        for address in peers.LOOPBACKS:
            with self.subTest(key=key, program="ntpprobe", address=address):
                probed = peers.run(
                    peers.PROGRAMS / "ntpprobe", "--json", "--keys", keys, "--key", key, "--port", port, address
                )
                self.assert_good(probed)
                self.assertLess(abs(json.loads(probed.stdout)["offset_s"]), 0.01)
        for version in versions:
            with self.subTest(key=key, program="sntpd", version=version):
                self.assert_good(peers.run(ASK_UPSTREAM, keys, key, version, "127.0.0.1", port))


class Chronyd(GeneratedKeys):
    PORT = 11123

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

    def test_takes_a_key_of_every_type(self):
        keys = self.make_keys("chrony")
        with self.chronyd(keys):
            for key in range(1, len(SHARED_TYPES + AES_TYPES) + 1):
                self.assert_measured(keys, key, self.PORT, versions=(4, 3))

    def test_does_not_answer_by_another_key(self):
        keys, others = self.make_keys("chrony"), self.make_keys("ntpsec")
        with self.chronyd(keys):
            probed = peers.run(
                peers.PROGRAMS / "ntpprobe", "--timeout", "0.3", "--keys", others, "--key", 3, "--port", self.PORT, "::1"
            )
            self.assertEqual(probed.returncode, 1)
            self.assertIn("it may not know key 3", probed.stdout)


class Ntpsec(GeneratedKeys):
    @contextlib.contextmanager
    def ntpd(self, keys):
        restrict = [f"restrict {address}" for address in peers.LOOPBACKS]
        trusted = ("trustedkey 1 2 3 4 5 6",)
        config = self.file(
            "ntp.conf", "disable ntp", "tos orphan 2 orphanwait 1", *restrict, f"keys {keys}", *trusted
        )
        with peers.running(
            "ntpd", "-n", "-c", config, "-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log"
        ):
            peers.wait_until_synchronised("127.0.0.1", peers.NTP_PORT)
            yield

    def test_takes_a_key_of_every_type(self):
        keys = self.make_keys("ntpsec")
        with self.ntpd(keys):
            for key in range(1, len(SHARED_TYPES + AES_TYPES) + 1):
                self.assert_measured(keys, key, peers.NTP_PORT, versions=(4,))

    def test_takes_all_but_aes_from_a_file_for_chrony(self):
        keys = self.make_keys("chrony")
        with self.ntpd(keys):
            for key in range(1, len(SHARED_TYPES) + 1):
                self.assert_measured(keys, key, peers.NTP_PORT, versions=(4,))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
