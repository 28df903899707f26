#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests what a hub broadcasts on interfaces that come and go.

Usage: island broadcast_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as hub_test.py does. Its interfaces are pairs (veth), so that each has a carrier.
"""

import collections
import contextlib
import hashlib
import socket
import struct
import subprocess
import time
import unittest

import hub_test as hubs
import networks
from networks import ip

NTP_PORT = 123
KEY = (7, b"gentle-breeze")
GROUP_V4 = "224.0.1.1"
GROUP_V6 = "ff02::101"
MODE_BROADCAST = 5
NTP_TO_UNIX_S = 2_208_988_800
POLL_S = 2  # poll=1

Heard = collections.namedtuple("Heard", "interface source to hops source_port port payload")


def parse_ip(interface, packet):
    """Returns nothing if the packet is not UDP."""
    version = packet[0] >> 4
    if version == 4 and packet[9] == socket.IPPROTO_UDP:
        hops, udp = packet[8], packet[(packet[0] & 15) * 4 :]
        source, to = (socket.inet_ntop(socket.AF_INET, packet[at : at + 4]) for at in (12, 16))
    elif version == 6 and packet[6] == socket.IPPROTO_UDP:
        hops, udp = packet[7], packet[40:]
        source, to = (socket.inet_ntop(socket.AF_INET6, packet[at : at + 16]) for at in (8, 24))
    else:
        return None
    source_port, port, length = struct.unpack("!HHH", udp[:6])
    return Heard(interface, source, to, hops, source_port, port, udp[8:length])


class Ears:
    """Captures what leaves on any interface of the island."""

    ALL = 3  # ETH_P_ALL

    def __enter__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self.ALL))
        return self

    def __exit__(self, *_):
        self.socket.close()

    def until(self, what, holds):
        """Returns what was captured from now until `holds` is true of a packet, which is included."""
        heard = []
        deadline = time.monotonic() + hubs.PATIENCE_S
        while True:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                packet, (interface, _, kind, *_) = self.socket.recvfrom(2048)
            except TimeoutError as error:
                raise AssertionError(f"{what}: heard only {heard}") from error
            one = parse_ip(interface, packet) if kind == socket.PACKET_OUTGOING else None
            if one is None:
                continue
            heard.append(one)
            if holds(one):
                return heard

    def next(self, interface, to):
        return self.until(f"{interface} to {to}", lambda one: (one.interface, one.to) == (interface, to))[-1]


def stamp(payload, at):
    whole, fraction = struct.unpack_from("!II", payload, at)
    return whole - NTP_TO_UNIX_S + fraction / 2**32


def origin_time(payload):
    return stamp(payload, 24)


def transmit_time(payload):
    return stamp(payload, 40)


class Broadcast(hubs.Hub):
    """Creates keys and interfaces."""

    def keys(self):
        number, secret = KEY
        path = self.file("keys", f"{number} SHA256 {secret.decode()}")
        path.chmod(0o600)
        return path

    def broadcasting(self, *options, port=NTP_PORT, control=None, is_unset=False):
        folder = self.folder / f"state-{port}"
        if not is_unset:
            options = ("--local", *options)
        return self.running(
            *(hubs.PROGRAMS / "sntpd", "--no-clock", "--verbose", "--port", port, "--state-dir", folder),
            *("--control", control or self.control),
            *options,
        )

    def pair(self, name, *prefixes):
        networks.add_pair(name, *prefixes)
        self.addCleanup(lambda: networks.delete_pair(name))


class Sending(Broadcast):
    def assert_is_announcement(self, heard, poll):
        first, stratum, its_poll = heard.payload[:3]
        self.assertEqual((first >> 6, first >> 3 & 7, first & 7), (0, 4, MODE_BROADCAST))
        self.assertEqual((stratum, its_poll), (10, poll))
        self.assertEqual(heard.payload[32:40], bytes(8), "mode 5 has no receive stamp")
        self.assertLess(abs(transmit_time(heard.payload) - time.time()), 10)
        self.assertEqual((heard.source_port, heard.port), (NTP_PORT, NTP_PORT))

    def test_tells_every_network_and_group_of_every_interface(self):
        self.pair("isle0", "10.1.0.1/24", "10.2.0.1/16")
        self.pair("isle1", "10.3.0.1/30")
        ways = [
            ("isle0", "10.1.0.1", "10.1.0.255"),
            ("isle0", "10.2.0.1", "10.2.255.255"),
            ("isle0", "10.1.0.1", GROUP_V4),
            ("isle1", "10.3.0.1", "10.3.0.3"),
            ("isle1", "10.3.0.1", GROUP_V4),
        ]
        with Ears() as ears, self.broadcasting("--broadcast", "auto,poll=1"):
            heard = {}
            while not all(way in heard for way in ways) or not any(way[2] == GROUP_V6 for way in heard):
                one = ears.until("all ways", lambda one: one.port == NTP_PORT)[-1]
                heard[(one.interface, one.source, one.to)] = one
            for way, one in heard.items():
                with self.subTest(way=way):
                    self.assert_is_announcement(one, 1)
                    self.assertEqual(len(one.payload), 48)
                    self.assertNotEqual(way[0], "lo")
                    if one.to in (GROUP_V4, GROUP_V6):
                        self.assertEqual(one.hops, 1, "no router passes it on")
                    if one.to == GROUP_V6:
                        self.assertTrue(one.source.startswith("fe80:"), one.source)
            times = [transmit_time(ears.next("isle0", "10.1.0.255").payload) for _ in range(2)]
            self.assertAlmostEqual(times[1] - times[0], POLL_S, delta=POLL_S / 2)

    # RFC 9769, section 4. Here the packets are captured as they leave, by the same clock that stamps them.
    def test_says_when_the_broadcast_before_really_left(self):
        self.pair("isle0", "10.1.0.1/24")
        with Ears() as ears, self.broadcasting("--broadcast", "isle0,poll=1"):
            for to in ("10.1.0.255", GROUP_V4):
                with self.subTest(to=to):
                    before, one = ears.next("isle0", to), ears.next("isle0", to)
                    while origin_time(one.payload) < 0:  # one of the first two
                        before, one = one, ears.next("isle0", to)
                    took = origin_time(one.payload) - transmit_time(before.payload)
                    self.assertGreater(took, 0)
                    self.assertLess(took, 0.1)
            # What was sent before a step says nothing of the time since.
            self.ask("set", "2030-01-01T12:00:00Z")
            last = ears.next("isle0", "10.1.0.255")
            while transmit_time(last.payload) < 1_893_499_200:
                last = ears.next("isle0", "10.1.0.255")
            self.assertEqual(last.payload[24:32], bytes(8))
            one = ears.next("isle0", "10.1.0.255")
            self.assertLess(abs(origin_time(one.payload) - transmit_time(last.payload)), 0.1)

    def test_signs_by_the_key_of_the_interface(self):
        self.pair("isle0", "10.1.0.1/24")
        self.pair("isle1", "10.2.0.1/24")
        number, secret = KEY
        options = ("--broadcast", f"isle0,key={number}", "--broadcast", "isle1,poll=5", "--keys", self.keys())
        with Ears() as ears, self.broadcasting(*options):
            packets = [ears.until("it", lambda one: one.port == NTP_PORT)[-1] for _ in range(4)]
            for one in packets:
                with self.subTest(interface=one.interface, to=one.to):
                    if one.interface == "isle1":
                        self.assertEqual(len(one.payload), 48)
                        self.assert_is_announcement(one, 5)
                        continue
                    self.assert_is_announcement(one, 2)
                    header, mac = one.payload[:48], one.payload[48:]
                    # RFC 7822, section 7.5.1: the MAC is the first 20 bytes of the digest.
                    digest = hashlib.sha256(secret + header).digest()[:20]
                    self.assertEqual(mac, struct.pack("!I", number) + digest)
            self.assertEqual({one.interface for one in packets}, {"isle0", "isle1"})

    def test_follows_interfaces_that_come_and_go(self):
        self.pair("isle0", "10.1.0.1/24")
        with Ears() as ears, self.broadcasting("--broadcast", "auto,poll=3"):
            ears.next("isle0", "10.1.0.255")
            # A new interface gets a broadcast at once, not after the interval of the others.
            for _ in range(2):
                self.pair("isle1", "10.2.0.1/24")
                before = time.monotonic()
                ears.next("isle1", "10.2.0.255")
                ears.next("isle1", GROUP_V4)
                self.assertLess(time.monotonic() - before, 4)
                ip("link", "delete", "isle1")
            ears.next("isle0", "10.1.0.255")
            # So does a new address, and an interface that comes up again.
            ip("address", "add", "10.5.0.1/24", "dev", "isle0")
            ears.next("isle0", "10.5.0.255")
            ip("link", "set", "isle0", "down")
            ip("link", "set", "isle0", "up")
            ears.next("isle0", "10.5.0.255")
            self.assertTrue(self.ask("status")["synchronised"])
        self.assertNotIn("ended", self.output())

    def test_without_an_interface_it_serves_and_waits_for_one(self):
        with Ears() as ears, self.broadcasting("--broadcast", "isle7,poll=1", "--broadcast", "isle8"):
            self.assertTrue(self.ask("status")["synchronised"])
            self.pair("isle7", "10.1.0.1/24")
            ears.next("isle7", "10.1.0.255")

    def test_a_clock_that_is_not_set_is_not_announced(self):
        self.pair("isle0", "10.1.0.1/24")
        other_port = 11123
        with contextlib.ExitStack() as stack:
            ears = stack.enter_context(Ears())
            stack.enter_context(self.broadcasting("--broadcast", "isle0,poll=1", is_unset=True))
            self.assertFalse(self.ask("status")["synchronised"])
            # Another hub, whose clock is set, shows how much time has passed.
            other = self.broadcasting("--broadcast", "isle0,poll=1", port=other_port, control=self.folder / "other")
            stack.enter_context(other)
            heard = []
            for _ in range(3):
                heard += ears.until("the other hub", lambda one: (one.port, one.to) == (other_port, "10.1.0.255"))
            self.assertNotIn(NTP_PORT, {one.port for one in heard})
            self.ask("set", "2030-01-01T12:00:00Z")
            self.assertLess(
                abs(transmit_time(ears.until("it", lambda one: one.port == NTP_PORT)[-1].payload) - 1_893_499_200), 60
            )

    def test_only_the_addresses_that_are_served_speak(self):
        self.pair("isle0", "10.1.0.1/24")
        self.pair("isle1", "10.2.0.1/24")
        with Ears() as ears, self.broadcasting("--broadcast", "auto,poll=1", "--bind", "10.2.0.1"):
            heard = [one for _ in range(4) for one in ears.until("it", lambda one: one.port == NTP_PORT)]
            ways = {(one.interface, one.to) for one in heard if one.port == NTP_PORT}
            self.assertEqual(ways, {("isle1", "10.2.0.255"), ("isle1", GROUP_V4)})


def header(transmit_s, leap=0, stratum=1):
    """Returns the header of a broadcast from a clock that reads `transmit_s`."""
    whole = int(transmit_s)
    fraction = int((transmit_s - whole) * 2**32)
    first = leap << 6 | 4 << 3 | MODE_BROADCAST
    stamps = struct.pack("!II", whole + NTP_TO_UNIX_S, fraction)
    return struct.pack("!BBbb", first, stratum, 6, -20) + bytes(8) + b"TEST" + stamps + bytes(16) + stamps


def signed(payload, key=KEY):
    number, secret = key
    return payload + struct.pack("!I", number) + hashlib.sha256(secret + payload).digest()[:20]


def checksum(words):
    total = sum(struct.unpack(f"!{len(words) // 2}H", words))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Mouth:
    """Sends arbitrary packets on an interface, from any address."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())

    def close(self):
        self.socket.close()

    def say(self, payload, to, source, source_port=NTP_PORT):
        udp = struct.pack("!HHHH", source_port, NTP_PORT, 8 + len(payload), 0) + payload
        addresses = socket.inet_aton(source) + socket.inet_aton(to)
        start = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 1, socket.IPPROTO_UDP, 0)
        start = start[:10] + struct.pack("!H", checksum(start + addresses))
        self.socket.sendto(start + addresses + udp, (to, 0))


class Receiving(Broadcast):
    """A hub on a network of its own that queries chronyd with a key and receives broadcasts in chronyd's name.
    chronyd cannot sign broadcasts, so this test does."""

    SERVER = "10.1.0.1"
    EVERYBODY = "10.1.0.255"
    SOURCE = "ntp:10.1.0.1"

    def setUp(self):
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.pair("isle0", "10.1.0.1/24", "10.1.0.9/24")
        self.there = self.stack.enter_context(networks.far_network("isle0p", "10.1.0.2/24"))
        self.mouth = Mouth("isle0")
        self.stack.callback(self.mouth.close)

    def far(self, *command):
        subprocess.run([*self.there, *command], check=True)

    def chronyd(self, *more):
        config = self.file(
            "chrony.conf",
            "local stratum 1",
            "allow",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
            f"keyfile {self.keys()}",
            *more,
        )
        return self.running("chronyd", "-x", "-d", "-u", "root", "-f", config)

    def listening(self, words=",broadcast"):
        return self.running(
            *(*self.there, hubs.PROGRAMS / "sntpd", "--no-clock", "--verbose"),
            *("--server", f"{self.SERVER},key={KEY[0]},minpoll=1,maxpoll=1{words}", "--keys", self.keys()),
            *("--state-dir", self.folder / "state", "--control", self.control),
        )

    def source(self):
        return self.standings()[self.SOURCE]

    def counts(self):
        source = self.source()
        return source["broadcasts"], source["broadcasts_refused"]

    def say(self, payload, to=EVERYBODY, source=SERVER, **more):
        self.mouth.say(payload, to, source, **more)

    def say_until_taken(self, to=EVERYBODY):
        """Returns the datagram that was accepted. A datagram that leaves later than its timestamp is refused as
        delayed. The delay here is unknown, so each try has a slightly later timestamp than the last."""
        deadline = time.monotonic() + hubs.PATIENCE_S
        ahead_us = 0
        while time.monotonic() < deadline:
            before = self.counts()
            ahead_us = (ahead_us + 10) % 500
            datagram = signed(header(time.time() + ahead_us / 1e6))
            self.say(datagram, to)
            after = before
            lost = time.monotonic() + 1  # as nobody may have listened yet
            while after == before and time.monotonic() < lost:
                after = self.counts()
            if after[0] > before[0]:
                return datagram
        raise AssertionError(f"no broadcast is taken: {self.source()}")

    def assert_refused(self, why, payload, to=EVERYBODY, **more):
        taken, refused = self.counts()
        self.say(payload, to, **more)
        deadline = time.monotonic() + hubs.PATIENCE_S
        while self.counts() == (taken, refused):
            self.assertLess(time.monotonic(), deadline, f"{why}: not heard")
        source = self.source()
        self.assertEqual((source["broadcasts"], source["broadcasts_refused"]), (taken, refused + 1))
        self.assertIn(why, source["broadcast_refusal"])

    def wait_until_measured(self):
        self.ask("status")
        self.wait_until(
            "it is measured", "sources", lambda reply: any(source.get("reach", 0) > 1 for source in reply["sources"])
        )

    def test_takes_what_the_server_has_signed_and_nothing_else(self):
        with self.listening():
            # The server has not answered yet.
            self.assert_refused("has not answered", signed(header(time.time())))
            with self.chronyd():
                self.wait_until_measured()
                taken = self.say_until_taken()
                self.assert_refused("replay", taken)
                self.assert_refused("replay", taken, to=GROUP_V4)
                self.assert_refused("not signed by key 7", header(time.time()))
                self.assert_refused("not signed by key 7", header(time.time()) + bytes(4))
                self.assert_refused("not signed by key 7", signed(header(time.time()), (7, b"rough-breeze")))
                self.assert_refused("not signed by key 7", signed(header(time.time()), (8, KEY[1])))
                self.assert_refused("contradicts", signed(header(time.time() + 100)))
                self.assert_refused("not set", signed(header(time.time(), leap=3)))
                # Packets from other senders are ignored and not even counted.
                self.say(signed(header(time.time())), source="10.1.0.9")
                self.say(signed(header(time.time())), source_port=NTP_PORT + 1)
                self.assert_refused("replay", taken)
                # None of this has ended the association.
                self.say_until_taken()
                self.say_until_taken(GROUP_V4)
                source = self.source()
                self.assertNotIn("broadcast_refusal", source)
                self.assertTrue(source["reach"] & 1)
                self.assertEqual(source["poll_s"], 2)
                self.assertLess(abs(source["offset_s"]), 1)

    def test_takes_what_another_hub_broadcasts(self):
        options = ("--broadcast", f"isle0,key={KEY[0]},poll=1", "--keys", self.keys())
        with self.broadcasting(*options, control=self.folder / "its"), self.listening():
            self.wait_until_measured()
            deadline = time.monotonic() + hubs.PATIENCE_S
            while self.counts()[0] < 2:
                self.assertLess(time.monotonic(), deadline, self.source())
            self.assertEqual(self.source()["stratum"], 10)

    def test_follows_the_interface_that_vanishes_and_returns(self):
        with self.chronyd(), self.listening():
            self.wait_until_measured()
            self.say_until_taken()
            self.far("ip", "link", "set", "isle0p", "down")
            self.far("ip", "address", "flush", "dev", "isle0p")
            self.far("ip", "address", "add", "10.1.0.2/24", "dev", "isle0p")
            self.far("ip", "link", "set", "isle0p", "up")
            self.say_until_taken()
            self.say_until_taken(GROUP_V4)

    def test_chronyd_cannot_sign_what_it_broadcasts(self):
        with self.chronyd(f"broadcast 1 {self.EVERYBODY}"), self.listening():
            self.wait_until_measured()
            deadline = time.monotonic() + hubs.PATIENCE_S
            while self.counts()[1] == 0:
                self.assertLess(time.monotonic(), deadline)
            self.assertEqual(self.counts()[0], 0)
            self.assertIn("not signed by key 7", self.source()["broadcast_refusal"])

    def test_hears_nothing_unless_told_to(self):
        with self.chronyd(), self.listening(words=""):
            self.wait_until_measured()
            self.assertNotIn("broadcasts", self.source())
            heard = subprocess.run(
                [str(word) for word in (*self.there, "ss", "-Huan")], capture_output=True, text=True, check=True
            )
            self.assertNotIn(GROUP_V4, heard.stdout)
            self.assertNotIn(self.EVERYBODY, heard.stdout)


if __name__ == "__main__":
    unittest.main(argv=[hubs.sys.argv[0], *hubs.sys.argv[2:]])
