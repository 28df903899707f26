# SPDX-License-Identifier: MIT
"""What an attacker or a broken station on the network sends: forged NTP replies, and garbage of every protocol."""

import random
import struct

from . import dhcp, frames, ntp
from .frames import Ipv4, Tcp, Udp
from .host import Host
from .link import Link, Station
from .simulation import MILLISECOND, SECOND, Simulation

_LIE = 1000 * SECOND
AFTER_THE_REPLY = 5 * MILLISECOND
_MAC = b"\x02\x00\x00\x00\x66\x66"


class NtpForger:
    """Watches queries to the hub, and answers each with forgeries, each of which breaks one rule that a client has
    to check (RFC 5905, RFC 8633). Those of a sender who cannot know the query come before the hub's reply as well;
    those of one who has heard it only after it, for he could also have lied rightly. `forged` counts them."""

    def __init__(self, link: Link, hub: Host):
        self._link = link
        self._hub = hub
        self._random = link.simulation.random()
        self._old: list[bytes] = []  # genuine replies, for replays
        self.forged = 0
        link.tap = self._watch

    def _watch(self, sender: Station, frame: bytes) -> None:
        datagram = self._ntp_of(frame)
        if datagram is None:
            return
        packet, udp = datagram
        if sender is self._hub.station and udp.source_port == ntp.PORT:
            self._old.append(frame)
            # The network delivers it again: at once, and much later.
            for delay in (0, 3 * MILLISECOND, 20 * SECOND):
                self._later(delay, frame)
        elif udp.destination_port == ntp.PORT and udp.payload[0] & 7 == ntp.CLIENT:
            blind, informed = self._forgeries(packet, udp, frame[6:12])
            for forgery in blind:
                self._later(0, forgery)
            for forgery in blind + informed:
                self._later(AFTER_THE_REPLY, forgery)

    @staticmethod
    def _ntp_of(frame: bytes) -> tuple[Ipv4, Udp] | None:
        if frame[12:14] != b"\x08\x00":
            return None
        packet = Ipv4.parse(frame[14:])
        udp = Udp.parse(packet) if packet and packet.protocol == frames.PROTOCOL_UDP else None
        if packet is None or udp is None or len(udp.payload) < 48 or udp.destination_port == 68:
            return None
        return (packet, udp) if ntp.PORT in (udp.source_port, udp.destination_port) else None

    def _later(self, delay: int, frame: bytes) -> None:
        def put() -> None:
            self.forged += 1
            self._link.capture.add(self._link.simulation.true_time(), frame)
            self._link.inject(frame)

        self._link.simulation.after(delay, put)

    def _forgeries(self, packet: Ipv4, udp: Udp, mac: bytes) -> tuple[list[bytes], list[bytes]]:
        lie = ntp.stamp(self._link.simulation.true_time() + _LIE)
        asked = struct.unpack_from("!Q", udp.payload, 40)[0]

        def reply(size: int = 48, source: int | None = None, port: int = ntp.PORT, **fields) -> bytes:
            settings = {"mode": ntp.SERVER, "stratum": 2, "origin": asked, "receive": lie, "transmit": lie}
            settings |= {"reference": lie, "reference_id": b"\x0a\0\0\x09"}
            built = ntp.Packet(**(settings | fields)).build()
            return frames.udp_frame(
                _MAC,
                mac,
                (packet.destination if source is None else source, port),
                (packet.source, udp.source_port),
                built[:size].ljust(size, b"\0"),
            )

        guess = self._random.getrandbits(64)
        blind = [
            reply(origin=0),
            reply(origin=guess),
            reply(origin=asked ^ 1),
            reply(origin=guess, stratum=0, leap=3, reference_id=b"DENY"),
            reply(origin=guess, stratum=0, leap=3, reference_id=b"RATE"),
            reply(source=frames.ip("10.0.0.77")),
            reply(port=124),
            reply(size=47),
            reply(size=52, origin=guess),  # a crypto-NAK
            reply(mode=ntp.CLIENT),
            reply(mode=1),
            reply(mode=ntp.BROADCAST, origin=0),
        ]
        informed = [
            reply(),
            reply(leap=3),
            reply(origin=asked, stratum=0, leap=3, reference_id=b"DENY"),
            reply(stratum=16),
            reply(stratum=255),
            reply(transmit=0),
            reply(receive=0),
            reply(version=0),
            reply(version=7),
            reply(root_delay=0xFFFFFFFF),
            reply(root_dispersion=0xFFFFFFFF),
            reply(transmit=ntp.stamp(self._link.simulation.true_time() - _LIE)),  # before it was received
            reply(receive=ntp.stamp(self._link.simulation.true_time() - _LIE)),  # 2000 s in the server
        ]
        spoiled = bytearray(reply())
        spoiled[-3] ^= 0x55  # against the checksum
        blind.append(bytes(spoiled))
        if self._old:
            blind.append(self._random.choice(self._old))
        return blind, informed


class Noise:
    """Frames that break every protocol of the device in random places; `frame()` returns the next one."""

    def __init__(self, simulation: Simulation, hub: Host, mac: bytes):
        self._simulation = simulation
        self._hub = hub
        self._mac = mac
        self._random: random.Random = simulation.random()
        self._kinds = [
            self._random_payload,
            self._arp,
            self._ip_header,
            self._fragment,
            self._udp,
            self._dhcp,
            self._dns,
            self._ntp,
            self._tcp,
            self._icmp,
        ]

    def frame(self) -> bytes:
        built = self._random.choice(self._kinds)()
        if self._random.random() < 0.2:
            built = built[: self._random.randrange(14, len(built) + 1)]
        frame = built[:1514]
        self._hub.station.link.capture.add(self._simulation.true_time(), frame)
        return frame

    def _bytes(self, most: int) -> bytes:
        return self._random.randbytes(self._random.randrange(most + 1))

    def _wrap(self, ethertype: int, payload: bytes) -> bytes:
        to = self._mac if self._random.random() < 0.8 else frames.BROADCAST_MAC
        return frames.ethernet(to, _MAC, ethertype, payload)

    def _spoil(self, data: bytes) -> bytes:
        spoiled = bytearray(data)
        for _ in range(self._random.randrange(4)):
            if spoiled:
                spoiled[self._random.randrange(len(spoiled))] = self._random.getrandbits(8)
        return bytes(spoiled)

    def _address(self) -> int:
        """The device's address, or another one."""
        return frames.ip("10.0.0.100") if self._random.random() < 0.8 else self._random.getrandbits(32)

    def _source(self) -> int:
        return self._hub.address if self._random.random() < 0.5 else self._random.getrandbits(32)

    def _ip(
        self, protocol: int, payload: bytes, source: int | None = None, to: int | None = None, flags: int = 0
    ) -> bytes:
        packet = Ipv4(
            self._source() if source is None else source,
            self._address() if to is None else to,
            protocol,
            payload[:1480],
            self._random.getrandbits(16),
            flags,
        )
        return self._wrap(frames.ETHERTYPE_IPV4, packet.build())

    def _random_payload(self) -> bytes:
        ethertype = self._random.choice([0x0800, 0x0806, 0x86DD, 0x8100, 0x888E, 0x0000, 0x05DC])
        return self._wrap(ethertype, self._bytes(1500))

    def _arp(self) -> bytes:
        # Only for addresses of nobody: who claims the hub's takes its traffic, which ARP cannot prevent.
        arp = frames.Arp(
            self._random.getrandbits(16) % 4, _MAC, frames.ip("10.0.0.200"), self._random.randbytes(6), self._address()
        )
        data = bytearray(arp.build())
        data[self._random.randrange(8)] = self._random.getrandbits(8)
        return self._wrap(frames.ETHERTYPE_ARP, bytes(data) + self._bytes(20))

    def _ip_header(self) -> bytes:
        datagram = Ipv4(self._source(), self._address(), self._random.getrandbits(8), self._bytes(200)).build()
        header = bytearray(datagram[:20])
        header[self._random.randrange(20)] = self._random.getrandbits(8)
        if self._random.random() < 0.7:  # with a checksum that fits
            header[10:12] = b"\0\0"
            header[10:12] = frames.checksum(bytes(header)).to_bytes(2, "big")
        return self._wrap(frames.ETHERTYPE_IPV4, bytes(header) + datagram[20:])

    def _fragment(self) -> bytes:
        flags = self._random.choice([0x2000, 0x0001, 0x2003, 0x1FFF, 0x3FFF, 0x4000])
        return self._ip(self._random.choice([1, 6, 17]), self._bytes(1400), flags=flags)

    def _udp(self) -> bytes:
        source, to = self._source(), self._address()
        port = self._random.choice([0, 53, 67, 68, 123, self._random.getrandbits(16)])
        data = Udp(self._random.getrandbits(16), port, self._bytes(600)).build(source, to)
        if self._random.random() < 0.5:
            spoiled = bytearray(data)
            spoiled[4:6] = self._random.randbytes(2)  # a length that is wrong
            spoiled[6:8] = b"\0\0"
            data = bytes(spoiled)
        return self._ip(frames.PROTOCOL_UDP, data, source, to)

    def _dhcp(self) -> bytes:
        kind = self._random.choice([dhcp.OFFER, dhcp.ACK, dhcp.NAK, 9])
        reply = b"\x02\x01\x06\x00" + self._random.randbytes(4) + bytes(8) + self._random.randbytes(8) + bytes(4)
        reply += self._mac + bytes(10) + self._bytes(192).ljust(192, b"\0") + b"\x63\x82\x53\x63"
        usual = b"\x33\4\0\0\0\x3c\x01\4\xff\xff\xff\0\x03\4\x0a\0\0\1\x2a\4\x0a\0\0\1"
        options = bytes([53, 1, kind]) + self._spoil(usual)
        options += bytes([self._random.getrandbits(8), self._random.getrandbits(8)]) + self._bytes(100)
        data = Udp(67, 68, reply + options).build(self._hub.address, frames.BROADCAST_IP)
        return self._ip(frames.PROTOCOL_UDP, data, self._hub.address, frames.BROADCAST_IP)

    def _dns(self) -> bytes:
        loop = b"\xc0\x0c\xc0\x0e" + b"\x3f" * 70
        reply = self._random.randbytes(2) + b"\x81\x80" + self._random.randbytes(8)
        reply += self._spoil(b"\x03hub\x06island\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1") + loop
        data = Udp(53, self._random.randrange(1024, 65536), reply).build(self._hub.address, self._address())
        return self._ip(frames.PROTOCOL_UDP, data, self._hub.address)

    def _ntp(self) -> bytes:
        data = self._random.randbytes(self._random.choice([0, 1, 47, 48, 49, 52, 68, 72, 100, 500]))
        port = self._random.choice([123, self._random.randrange(1024, 65536)])
        to = frames.ip("10.0.0.255") if self._random.random() < 0.3 else self._address()
        return self._ip(frames.PROTOCOL_UDP, Udp(123, port, data).build(self._hub.address, to), self._hub.address, to)

    def _tcp(self) -> bytes:
        to = self._address()
        segment = Tcp(
            self._random.choice([80, self._random.getrandbits(16)]),
            self._random.choice([80, self._random.randrange(49152, 65536)]),
            self._random.getrandbits(32),
            self._random.getrandbits(32),
            self._random.getrandbits(8),
            self._random.getrandbits(16),
            self._bytes(500),
            self._random.randbytes(4 * self._random.randrange(11)),
        )
        return self._ip(frames.PROTOCOL_TCP, segment.build(self._hub.address, to), self._hub.address, to)

    def _icmp(self) -> bytes:
        kind = self._random.choice([0, 3, 5, 8, 11, 13, 255])
        data = bytes([kind, self._random.randrange(16), 0, 0]) + self._bytes(1400)
        data = data[:2] + frames.checksum(data).to_bytes(2, "big") + data[4:]
        return self._ip(frames.PROTOCOL_ICMP, data)
