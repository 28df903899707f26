# SPDX-License-Identifier: MIT
"""A whole island: the link, a hub with all its services, and devices."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from .device import Device
from .dhcp import DhcpServer
from .dns import DnsServer
from .host import Host
from .link import Link, LinkPath
from .ntp import Clock, NtpServer
from .presses import PressHub
from .simulation import DEFAULT_START, Simulation
from .tcp import TcpHost

HUB = "10.0.0.1"
HUB_MAC = b"\x02\x00\x00\x00\x00\x01"


@dataclass
class Hub:
    """The hub's host, its clock, and what runs on it."""

    host: Host
    clock: Clock
    tcp: TcpHost
    ntp: NtpServer
    dhcp: DhcpServer
    dns: DnsServer
    presses: PressHub

    def restart(self) -> None:
        """As a restart of the machine: connections and what it had in mind are gone, presses on its disk are not."""
        self.tcp.forget_all()
        self.host.forget_neighbours()
        self.ntp.restart()


class Island:
    """`images` is the folder of the built images, `board` the one that add_device() takes if no other is named."""

    def __init__(self, images: Path, board: str, start: int = DEFAULT_START, seed: int = 1):
        self.images = images
        self.board = board
        self.simulation = Simulation(start, seed)
        self.link = Link(self.simulation)
        host = Host(self.simulation, self.link, HUB, HUB_MAC)
        clock = Clock(self.simulation)
        tcp = TcpHost(host)
        self.hub = Hub(
            host,
            clock,
            tcp,
            NtpServer(host, clock),
            DhcpServer(host, ntp_server=HUB, router=HUB, dns_server=HUB),
            DnsServer(host, {"hub.island": HUB}),
            PressHub(tcp),
        )
        self.devices: list[Device] = []

    def add_host(self, address: str) -> Host:
        """Adds a host beside the hub, such as a phone."""
        number = len(self.link.stations)
        return Host(self.simulation, self.link, address, b"\x02\x00\x00\x00\x02" + bytes([number]))

    def add_device(self, app: str, settings: str = "", path: Callable[[], LinkPath] = LinkPath, **options) -> Device:
        """Adds a device, still without power. `path` makes its path in either direction; other options are
        Device's. The first has the MAC 02:00:00:00:01:01, so the button's name ends in 000101."""
        board = options.pop("board", self.board)
        suffix = "" if board == "lockstep-host" else ".elf"
        image = self.images / f"{app}-{board}{suffix}"
        if not image.exists():
            raise FileNotFoundError(f"{image}: build the target firmware first")
        mac = b"\x02\x00\x00\x00\x01" + bytes([len(self.devices) + 1])
        device = Device(
            self.simulation, self.link, board, image, mac, settings, up=path(), down=path(), **options
        )
        self.devices.append(device)
        return device

    def messages(self) -> int:
        return sum(device.messages for device in self.devices)

    def close(self) -> None:
        for device in self.devices:
            device.power_off()
