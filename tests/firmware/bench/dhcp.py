# SPDX-License-Identifier: MIT
"""A DHCP server (RFC 2131) with a pool, leases, and option 42 for the NTP server."""

import struct
from dataclasses import dataclass, field

from . import frames
from .host import Host
from .simulation import SECOND

_COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE = 1, 2, 3, 4, 5, 6, 7


def parse_options(data: bytes) -> dict[int, bytes]:
    options: dict[int, bytes] = {}
    at = 0
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        if at + 1 >= len(data):
            break
        size = data[at + 1]
        options[data[at]] = data[at + 2 : at + 2 + size]
        at += 2 + size
    return options


@dataclass
class Lease:
    address: int
    expires: int


@dataclass
class DhcpServer:
    """Gives each station the lowest free address from `first` on. Attributes may be changed at any time; to move
    everybody to other addresses set `first` and clear `leases`: who renews an old one is then told no."""

    host: Host
    first: str = "10.0.0.100"
    lease_s: int = 3600
    ntp_server: str | None = None
    router: str | None = None
    dns_server: str | None = None
    is_silent: bool = False
    leases: dict[bytes, Lease] = field(default_factory=dict)
    acknowledged: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.host.bind(67, self._on_datagram)

    def _address_for(self, mac: bytes) -> int:
        now = self.host.simulation.now
        if mac in self.leases:
            return self.leases[mac].address
        taken = {lease.address for lease in self.leases.values() if lease.expires > now}
        address = frames.ip(self.first)
        while address in taken:
            address += 1
        return address

    def _on_datagram(self, data: bytes, source: tuple[int, int], to: int) -> None:
        if self.is_silent or len(data) < 240 or data[0] != 1 or data[236:240] != _COOKIE:
            return
        options = parse_options(data[240:])
        mac = data[28:34]
        kind = options.get(53, b"\0")[0]
        if kind == DISCOVER:
            self._reply(data, OFFER, self._address_for(mac))
        elif kind == REQUEST:
            self._on_request(data, mac, options)
        elif kind == RELEASE:
            self.leases.pop(mac, None)

    def _on_request(self, data: bytes, mac: bytes, options: dict[int, bytes]) -> None:
        chosen = options.get(54)
        if chosen and int.from_bytes(chosen, "big") != self.host.address:
            return
        client = int.from_bytes(data[12:16], "big")
        wanted = int.from_bytes(options[50], "big") if 50 in options else client
        if wanted != self._address_for(mac):
            self.refused += 1
            self._reply(data, NAK, 0)
            return
        self.leases[mac] = Lease(wanted, self.host.simulation.now + self.lease_s * SECOND)
        self.acknowledged += 1
        self._reply(data, ACK, wanted)

    def options(self, kind: int) -> bytes:
        def option(code: int, value: bytes) -> bytes:
            return bytes([code, len(value)]) + value

        text = option(53, bytes([kind])) + option(54, frames.ip_bytes(self.host.address))
        if kind != NAK:
            text += option(51, self.lease_s.to_bytes(4, "big"))
            text += option(1, frames.ip_bytes(self.host.netmask))
            for code, value in ((3, self.router), (6, self.dns_server), (42, self.ntp_server)):
                if value:
                    text += option(code, frames.ip_bytes(frames.ip(value)))
        return text + b"\xff"

    def _reply(self, request: bytes, kind: int, address: int) -> None:
        client = int.from_bytes(request[12:16], "big")
        mac = request[28:34]
        reply = struct.pack("!BBBB4sHH", 2, 1, 6, 0, request[4:8], 0, request[10] << 8 | request[11])
        reply += frames.ip_bytes(client if kind == ACK else 0) + frames.ip_bytes(address) + bytes(8)
        reply += request[28:44] + bytes(192) + _COOKIE + self.options(kind)
        reply = reply.ljust(300, b"\0")
        if kind == NAK or request[10] & 0x80:
            self.host.send_udp(67, (frames.BROADCAST_IP, 68), reply)
        else:
            self.host.send_udp(67, (client or address, 68), reply, mac=mac)
