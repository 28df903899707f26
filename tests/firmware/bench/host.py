# SPDX-License-Identifier: MIT
"""A host on the link with one IPv4 address: answers ARP and pings, and hands UDP and TCP to those who bound ports."""

from typing import Callable, Protocol

from . import frames
from .frames import Arp, Ipv4, Tcp, Udp
from .link import Link, LinkPath
from .simulation import Simulation

UdpHandler = Callable[[bytes, tuple[int, int], int], None]  # payload, who sent it (address, port), to which address


class TcpLayer(Protocol):
    def on_segment(self, segment: Tcp, source: int) -> None: ...


class Host:
    def __init__(
        self,
        simulation: Simulation,
        link: Link,
        address: str,
        mac: bytes,
        netmask: str = "255.255.255.0",
        up: LinkPath | None = None,
        down: LinkPath | None = None,
    ):
        self.simulation = simulation
        self.mac = mac
        self.address = frames.ip(address)
        self.netmask = frames.ip(netmask)
        self.station = link.attach(mac, self._on_frame, up, down)
        self.is_down = False  # hears and says nothing, as if it had no power
        self.tcp: TcpLayer | None = None
        self._udp: dict[int, UdpHandler] = {}
        self._neighbours: dict[int, bytes] = {}
        self._identification = 0

    @property
    def broadcast(self) -> int:
        return self.address | (~self.netmask & 0xFFFFFFFF)

    def bind(self, port: int, handler: UdpHandler) -> None:
        self._udp[port] = handler

    def send_udp(
        self, source_port: int, to: tuple[int, int], payload: bytes, source: int | None = None, mac: bytes | None = None
    ) -> None:
        sender = self.address if source is None else source
        datagram = Udp(source_port, to[1], payload).build(sender, to[0])
        self.send_ip(Ipv4(sender, to[0], frames.PROTOCOL_UDP, datagram), mac)

    def send_ip(self, packet: Ipv4, mac: bytes | None = None) -> None:
        """Sends to `mac`, or to the neighbour of that address; what goes to an unknown neighbour is lost."""
        if self.is_down:
            return
        if mac is None:
            mac = self._mac_of(packet.destination)
        if mac is None:
            return
        self._identification = (self._identification + 1) & 0xFFFF
        packet.identification = self._identification
        self.station.send(frames.ethernet(mac, self.mac, frames.ETHERTYPE_IPV4, packet.build()))

    def learn(self, neighbour: "Host") -> None:
        """Knows the neighbour's MAC address without asking."""
        self._neighbours[neighbour.address] = neighbour.mac

    def forget_neighbours(self) -> None:
        self._neighbours.clear()

    def _mac_of(self, address: int) -> bytes | None:
        if address in (frames.BROADCAST_IP, self.broadcast):
            return frames.BROADCAST_MAC
        if address >> 28 == 0xE:  # RFC 1112, section 6.4
            return b"\x01\x00\x5e" + (address & 0x7FFFFF).to_bytes(3, "big")
        return self._neighbours.get(address)

    def _on_frame(self, frame: bytes) -> None:
        if self.is_down or len(frame) < 14:
            return
        ethertype = frame[12] << 8 | frame[13]
        if ethertype == frames.ETHERTYPE_IPV4:
            packet = Ipv4.parse(frame[14:])
            if packet and not packet.flags_and_offset & 0x3FFF:  # fragments are not put together
                self._on_packet(packet, frame[6:12])
        elif ethertype == frames.ETHERTYPE_ARP:
            arp = Arp.parse(frame[14:])
            if arp:
                self._on_arp(arp)

    def _on_arp(self, arp: Arp) -> None:
        if arp.sender_ip:
            self._neighbours[arp.sender_ip] = arp.sender_mac
        if arp.operation == frames.ARP_REQUEST and arp.target_ip == self.address:
            reply = Arp(frames.ARP_REPLY, self.mac, self.address, arp.sender_mac, arp.sender_ip)
            self.station.send(frames.ethernet(arp.sender_mac, self.mac, frames.ETHERTYPE_ARP, reply.build()))

    def _on_packet(self, packet: Ipv4, mac: bytes) -> None:
        if packet.destination not in (self.address, self.broadcast, frames.BROADCAST_IP):
            return
        if packet.source:
            self._neighbours[packet.source] = mac
        if packet.protocol == frames.PROTOCOL_UDP:
            datagram = Udp.parse(packet)
            handler = datagram and self._udp.get(datagram.destination_port)
            if datagram and handler:
                handler(datagram.payload, (packet.source, datagram.source_port), packet.destination)
        elif packet.protocol == frames.PROTOCOL_TCP and self.tcp and packet.destination == self.address:
            segment = Tcp.parse(packet)
            if segment:
                self.tcp.on_segment(segment, packet.source)
        elif packet.protocol == frames.PROTOCOL_ICMP and packet.payload[:1] == b"\x08":
            reply = b"\0\0\0\0" + packet.payload[4:]
            reply = b"\0\0" + frames.checksum(reply).to_bytes(2, "big") + reply[4:]
            self.send_ip(Ipv4(self.address, packet.source, frames.PROTOCOL_ICMP, reply))
