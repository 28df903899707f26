# SPDX-License-Identifier: MIT
"""Ethernet, ARP, IPv4, UDP and TCP headers: parsed and built. Addresses of IPv4 are 32-bit integers here."""

import ipaddress
import struct
from dataclasses import dataclass

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
PROTOCOL_ICMP = 1
PROTOCOL_TCP = 6
PROTOCOL_UDP = 17
ARP_REQUEST = 1
ARP_REPLY = 2
BROADCAST_MAC = b"\xff" * 6
BROADCAST_IP = 0xFFFFFFFF

FIN = 0x01
SYN = 0x02
RST = 0x04
PSH = 0x08
ACK = 0x10


def ip(text: str) -> int:
    return int(ipaddress.IPv4Address(text))


def ip_text(address: int) -> str:
    return str(ipaddress.IPv4Address(address))


def ip_bytes(address: int) -> bytes:
    return address.to_bytes(4, "big")


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) & 1:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(destination: bytes, source: bytes, ethertype: int, payload: bytes) -> bytes:
    frame = destination + source + ethertype.to_bytes(2, "big") + payload
    return frame.ljust(60, b"\0")


@dataclass(slots=True)
class Arp:
    operation: int
    sender_mac: bytes
    sender_ip: int
    target_mac: bytes
    target_ip: int

    @classmethod
    def parse(cls, data: bytes) -> "Arp | None":
        if len(data) < 28 or data[:6] != b"\0\1\x08\0\6\4":
            return None
        operation, mac, sender, target_mac, target = struct.unpack_from("!H6sI6sI", data, 6)
        return cls(operation, mac, sender, target_mac, target)

    def build(self) -> bytes:
        return b"\0\1\x08\0\6\4" + struct.pack(
            "!H6sI6sI", self.operation, self.sender_mac, self.sender_ip, self.target_mac, self.target_ip
        )


@dataclass(slots=True)
class Ipv4:
    source: int
    destination: int
    protocol: int
    payload: bytes
    identification: int = 0
    flags_and_offset: int = 0
    ttl: int = 64

    @classmethod
    def parse(cls, data: bytes) -> "Ipv4 | None":
        """Checks lengths and the header's checksum; returns None for what is not right."""
        if len(data) < 20 or data[0] >> 4 != 4:
            return None
        header = (data[0] & 15) * 4
        total = data[2] << 8 | data[3]
        if header < 20 or total < header or total > len(data) or checksum(data[:header]):
            return None
        identification, flags = struct.unpack_from("!HH", data, 4)
        source, destination = struct.unpack_from("!II", data, 12)
        return cls(source, destination, data[9], data[header:total], identification, flags, data[8])

    def build(self) -> bytes:
        header = struct.pack(
            "!BBHHHBBHII",
            0x45,
            0,
            20 + len(self.payload),
            self.identification,
            self.flags_and_offset,
            self.ttl,
            self.protocol,
            0,
            self.source,
            self.destination,
        )
        return header[:10] + checksum(header).to_bytes(2, "big") + header[12:] + self.payload


def _pseudo_header(source: int, destination: int, protocol: int, size: int) -> bytes:
    return struct.pack("!IIBBH", source, destination, 0, protocol, size)


@dataclass(slots=True)
class Udp:
    source_port: int
    destination_port: int
    payload: bytes

    @classmethod
    def parse(cls, packet: Ipv4) -> "Udp | None":
        data = packet.payload
        if len(data) < 8:
            return None
        source, destination, size, check = struct.unpack_from("!HHHH", data)
        if size < 8 or size > len(data):
            return None
        data = data[:size]
        if check and checksum(_pseudo_header(packet.source, packet.destination, PROTOCOL_UDP, size) + data):
            return None
        return cls(source, destination, data[8:])

    def build(self, source: int, destination: int) -> bytes:
        size = 8 + len(self.payload)
        data = struct.pack("!HHHH", self.source_port, self.destination_port, size, 0) + self.payload
        check = checksum(_pseudo_header(source, destination, PROTOCOL_UDP, size) + data) or 0xFFFF
        return data[:6] + check.to_bytes(2, "big") + data[8:]


@dataclass(slots=True)
class Tcp:
    source_port: int
    destination_port: int
    sequence: int
    acknowledged: int
    flags: int
    window: int
    payload: bytes
    options: bytes = b""

    @classmethod
    def parse(cls, packet: Ipv4) -> "Tcp | None":
        data = packet.payload
        if len(data) < 20:
            return None
        source, destination, sequence, acknowledged, offset, flags, window = struct.unpack_from("!HHIIBBH", data)
        header = (offset >> 4) * 4
        if header < 20 or header > len(data):
            return None
        if checksum(_pseudo_header(packet.source, packet.destination, PROTOCOL_TCP, len(data)) + data):
            return None
        return cls(source, destination, sequence, acknowledged, flags, window, data[header:], data[20:header])

    def build(self, source: int, destination: int) -> bytes:
        offset = (20 + len(self.options)) // 4 << 4
        header = struct.pack(
            "!HHIIBBHHH",
            self.source_port,
            self.destination_port,
            self.sequence & 0xFFFFFFFF,
            self.acknowledged & 0xFFFFFFFF,
            offset,
            self.flags,
            self.window,
            0,
            0,
        )
        data = header + self.options + self.payload
        check = checksum(_pseudo_header(source, destination, PROTOCOL_TCP, len(data)) + data)
        return data[:16] + check.to_bytes(2, "big") + data[18:]


def udp_frame(
    source_mac: bytes,
    destination_mac: bytes,
    source: tuple[int, int],
    destination: tuple[int, int],
    payload: bytes,
) -> bytes:
    """Builds a whole frame; `source` and `destination` are address and port. For hostile senders, too."""
    datagram = Udp(source[1], destination[1], payload).build(source[0], destination[0])
    packet = Ipv4(source[0], destination[0], PROTOCOL_UDP, datagram)
    return ethernet(destination_mac, source_mac, ETHERTYPE_IPV4, packet.build())
