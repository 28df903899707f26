# SPDX-License-Identifier: MIT
"""A DNS server that knows some names (RFC 1035: questions of type A, one at a time)."""

import struct
from dataclasses import dataclass, field

from . import frames
from .host import Host


def parse_question(data: bytes) -> tuple[str, bytes] | None:
    """Returns the name, and the bytes of the question; None if it is no simple query."""
    if len(data) < 17 or data[2] & 0x80 or data[4:6] != b"\0\1":
        return None
    labels = []
    at = 12
    while at < len(data) and data[at]:
        size = data[at]
        if size > 63:
            return None
        labels.append(data[at + 1 : at + 1 + size].decode("ascii", "replace"))
        at += 1 + size
    return ".".join(labels).lower(), data[12 : at + 5]


@dataclass
class DnsServer:
    host: Host
    names: dict[str, str] = field(default_factory=dict)
    ttl_s: int = 60
    is_silent: bool = False
    queries: int = 0

    def __post_init__(self) -> None:
        self.host.bind(53, self._on_datagram)

    def _on_datagram(self, data: bytes, source: tuple[int, int], to: int) -> None:
        parsed = parse_question(data)
        if self.is_silent or parsed is None:
            return
        self.queries += 1
        name, question = parsed
        address = self.names.get(name)
        flags = 0x8180 if address else 0x8183
        reply = data[:2] + struct.pack("!HHHHH", flags, 1, 1 if address else 0, 0, 0) + question
        if address:
            reply += b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, self.ttl_s, 4) + frames.ip_bytes(frames.ip(address))
        self.host.send_udp(53, source, reply)
