# SPDX-License-Identifier: MIT
"""NTP (RFC 5905): packets, a clock that may be wrong, and a server with interleaved broadcasts (RFC 9769, section 4)."""

import struct
from dataclasses import dataclass, field
from typing import Callable

from . import aes_cmac
from .host import Host
from .link import LinkPath
from .simulation import MICROSECOND, SECOND, Simulation

UNIX_TO_NTP_S = 2_208_988_800
CLIENT, SERVER, BROADCAST = 3, 4, 5
UNSYNCHRONISED = 3
_PACKET = struct.Struct("!BBbbII4sQQQQ")
PORT = 123


def stamp(unix_ns: int) -> int:
    """Returns the 64-bit NTP timestamp; eras wrap."""
    seconds, rest = divmod(unix_ns, SECOND)
    return ((seconds + UNIX_TO_NTP_S) & 0xFFFFFFFF) << 32 | (rest << 32) // SECOND


def unfold(timestamp: int, near_unix_ns: int) -> int:
    """Returns the Unix time in nanoseconds of the era in which the timestamp is nearest to `near_unix_ns`."""
    difference = (timestamp - stamp(near_unix_ns)) & 0xFFFFFFFFFFFFFFFF
    if difference >= 1 << 63:
        difference -= 1 << 64
    return near_unix_ns + (difference * SECOND >> 32)


@dataclass(slots=True)
class Packet:
    leap: int = 0
    version: int = 4
    mode: int = CLIENT
    stratum: int = 0
    poll: int = 6
    precision: int = -20
    root_delay: int = 0  # both in units of 2^-16 s
    root_dispersion: int = 0
    reference_id: bytes = b"\0\0\0\0"
    reference: int = 0
    origin: int = 0
    receive: int = 0
    transmit: int = 0

    @classmethod
    def parse(cls, data: bytes) -> "Packet | None":
        if len(data) < 48:
            return None
        first, *rest = _PACKET.unpack_from(data)
        return cls(first >> 6, first >> 3 & 7, first & 7, *rest)

    def build(self) -> bytes:
        return _PACKET.pack(
            self.leap << 6 | self.version << 3 | self.mode,
            self.stratum,
            self.poll,
            self.precision,
            self.root_delay,
            self.root_dispersion,
            self.reference_id,
            self.reference,
            self.origin,
            self.receive,
            self.transmit,
        )


class Clock:
    """A hub's clock: the true time and an error that tests change."""

    def __init__(self, simulation: Simulation, error: int = 0):
        self._simulation = simulation
        self.error = error

    def now(self) -> int:
        return self._simulation.true_time() + self.error

    def step(self, by: int) -> None:
        self.error += by


@dataclass
class NtpServer:
    """Answers clients. Unset (`is_set` False) it says leap 3 and stratum 0, with stamps of 1970 as a board without
    a battery has. `restart()` loses what it has in mind. Requests with a MAC of `key` are answered with one, and
    others are not if `must_sign`."""

    host: Host
    clock: Clock
    is_set: bool = True
    is_silent: bool = False
    stratum: int = 2
    root_delay: int = 0x0100
    root_dispersion: int = 0x0040
    kiss: bytes | None = None  # such as b"RATE"
    turnaround: LinkPath = field(default_factory=lambda: LinkPath(constant=30 * MICROSECOND))
    key_id: int = 0
    key: bytes = b""
    must_sign: bool = False
    requests: int = 0
    # Sees each reply before it is sent, with whom it is for; may change it, or return None to send nothing.
    change: Callable[[bytes, tuple[int, int]], bytes | None] | None = None
    broadcasts: int = 0
    _previous_departure: int = 0
    _run: int = 0

    def __post_init__(self) -> None:
        self._random = self.host.simulation.random()
        self.host.bind(PORT, self._on_datagram)

    def _header(self, mode: int) -> Packet:
        if not self.is_set:
            return Packet(leap=UNSYNCHRONISED, mode=mode, stratum=0)
        return Packet(
            mode=mode,
            stratum=self.stratum,
            root_delay=self.root_delay,
            root_dispersion=self.root_dispersion,
            reference_id=b"\xc0\0\2\x07",
            reference=stamp(self.clock.now() - 10 * SECOND),
        )

    def _time(self) -> int:
        if self.is_set:
            return stamp(self.clock.now())
        return stamp(self.host.simulation.now)  # of 1970

    def _on_datagram(self, data: bytes, source: tuple[int, int], to: int) -> None:
        request = Packet.parse(data)
        if request is None or request.mode != CLIENT or self.is_silent or to != self.host.address:
            return
        self.requests += 1
        is_signed = len(data) == 68 and bool(self.key)
        if is_signed and data[48:] != self._mac(data[:48]):
            return
        if self.must_sign and not is_signed:
            return
        received = self._time()

        def reply() -> None:
            packet = self._header(SERVER)
            packet.version = request.version
            packet.poll = request.poll
            if self.kiss:
                packet.leap, packet.stratum, packet.reference_id = UNSYNCHRONISED, 0, self.kiss
            packet.origin = request.transmit
            packet.receive = received
            packet.transmit = self._time()
            answer: bytes | None = packet.build()
            if is_signed:
                answer += self._mac(answer)
            if self.change:
                answer = self.change(answer, source)
            if answer is not None:
                self.host.send_udp(PORT, source, answer)

        self.host.simulation.after(self.turnaround.draw(self._random), reply)

    def _mac(self, data: bytes) -> bytes:
        return self.key_id.to_bytes(4, "big") + aes_cmac.cmac(self.key, data)

    def broadcast_every(self, period: int, interleaved: bool = True, queue: LinkPath | None = None) -> None:
        """Begins to broadcast. A packet is stamped when it is handed over, and really leaves after the delay of
        `queue`, which the next one states if they are interleaved."""
        self._run += 1
        run = self._run
        waiting = queue or LinkPath(constant=20 * MICROSECOND, jitter=300 * MICROSECOND)
        simulation = self.host.simulation

        def send() -> None:
            if run != self._run:
                return
            simulation.after(period, send)
            if self.is_silent:
                return
            packet = self._header(BROADCAST)
            packet.poll = max(3, (period // SECOND).bit_length() - 1)
            packet.origin = self._previous_departure if interleaved else 0
            packet.transmit = self._time()
            data = packet.build()
            if self.key:
                data += self._mac(data)

            def leave() -> None:
                self._previous_departure = self._time()
                self.broadcasts += 1
                self.host.send_udp(PORT, (self.host.broadcast, PORT), data)

            simulation.after(waiting.draw(self._random), leave)

        simulation.after(period, send)

    def stop_broadcasting(self) -> None:
        self._run += 1

    def restart(self) -> None:
        self._previous_departure = 0
