#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests interleaved mode (RFC 9769) with Debian's chronyd, which supports it as a server: ntpprobe and
sntpd's upstreams request it, get it, and use it.

Usage: island interleaved_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does, and uses its peers.
"""

import contextlib
import re
import sys
import unittest

import peers_test as peers

SAMPLE = re.compile(r"offset (\S+) s, delay (\S+) s(, interleaved)?$", re.MULTILINE)


def samples_in(output):
    """Returns (offset, delay, whether it is interleaved) of each sample that --verbose prints."""
    return [(float(offset), float(delay), bool(mode)) for offset, delay, mode in SAMPLE.findall(output)]


class Chronyd(peers.Peers):
    PORT = 11123

    @contextlib.contextmanager
    def chronyd(self, *lines):
        config = self.file(
            "chrony.conf",
            "local stratum 1",
            "allow",
            f"port {self.PORT}",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
            *lines,
        )
        with peers.running("chronyd", "-x", "-d", "-u", "root", "-f", config):
            peers.wait_until_synchronised("127.0.0.1", self.PORT)
            yield

    def probe(self, *options, address="127.0.0.1"):
        probed = peers.run(
            peers.PROGRAMS / "ntpprobe", "--verbose", *options, "--samples", 8, "--port", self.PORT, address
        )
        self.assert_good(probed)
        return samples_in(probed.stdout), probed.stdout

    def test_ntpprobe_is_told_when_replies_really_left(self):
        with self.chronyd():
            for address in peers.LOOPBACKS:
                with self.subTest(address=address):
                    samples, output = self.probe("--interleaved", address=address)
                    modes = [is_interleaved for _, _, is_interleaved in samples]
                    # chronyd keeps the timestamp of a reply only for clients that have named one.
                    self.assertEqual(modes, [False, False] + 6 * [True], output)
                    self.assertRegex(output, r"mode +interleaved")
                    for offset, delay, _ in samples:
                        self.assertLessEqual(abs(offset), delay / 2 + 1e-6)

    def test_its_own_part_of_the_delay_drops_out(self):
        with self.chronyd():
            basic = min(delay for _, delay, _ in self.probe()[0])
            interleaved = min(
                delay for _, delay, is_interleaved in self.probe("--interleaved")[0] if is_interleaved
            )
            self.assertLess(interleaved, basic)

    def test_unless_it_is_asked_for_nothing_is_interleaved(self):
        with self.chronyd():
            self.assertFalse(any(is_interleaved for _, _, is_interleaved in self.probe()[0]))

    def test_goes_with_keys(self):
        keys = self.file("keys", "7 SHA256 gentle")
        keys.chmod(0o600)
        with self.chronyd(f"keyfile {keys}"):
            samples, output = self.probe("--interleaved", "--keys", keys, "--key", 7)
            self.assertTrue(samples[-1][2], output)

    def test_sntpd_follows_it(self):
        with self.chronyd(), peers.running(
            *(peers.PROGRAMS / "sntpd", "--verbose", "--no-clock", "--port", 0, "--no-control"),
            *("--state-dir", self.folder / "state", "--server", f"127.0.0.1:{self.PORT},interleaved"),
        ) as sntpd:
            peers.wait_for_line(sntpd, ", interleaved\n")


class Ntpsec(peers.Peers):
    def test_which_does_not_know_it_is_measured_as_ever(self):
        restrict = [f"restrict {address}" for address in peers.LOOPBACKS]
        config = self.file("ntp.conf", "disable ntp", "tos orphan 2 orphanwait 1", *restrict)
        with peers.running(
            "ntpd", "-n", "-c", config, "-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log"
        ):
            peers.wait_until_synchronised("127.0.0.1", peers.NTP_PORT)
            probed = peers.run(peers.PROGRAMS / "ntpprobe", "--verbose", "--interleaved", "--samples", 4, "127.0.0.1")
            self.assert_good(probed)
            samples = samples_in(probed.stdout)
            self.assertEqual([is_interleaved for _, _, is_interleaved in samples], 4 * [False])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
