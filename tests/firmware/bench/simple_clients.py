# SPDX-License-Identifier: MIT
"""What other firmware does for its time, modelled by its documented behaviour, to compare devices with.

Both take the server's transmit time as the time at which its reply arrived, and count on by their own crystal
until the next poll. Each query has a random transmit timestamp, and the first reply to it counts."""

from . import ntp
from .host import Host
from .oscillator import Oscillator
from .simulation import HOUR, MILLISECOND, MINUTE, SECOND

_COUNTER_HZ = 1_000_000


class LwipSntp:
    """lwIP's sntp application, in its unicast mode: a query every hour (SNTP_UPDATE_DELAY), no compensation of the
    round trip (SNTP_COMP_ROUNDTRIP is 0), microseconds."""

    POLL = HOUR
    PORT = 50_123

    def __init__(self, host: Host, server: int, offset_ppm: float, walk: float):
        self._host = host
        self._simulation = host.simulation
        self._server = server
        self._random = host.simulation.random()
        self._counter = Oscillator(_COUNTER_HZ, offset_ppm, walk, host.simulation.random(), begins=host.simulation.now)
        self._set_at = 0  # by the counter
        self._set_to = 0
        self._asked = 0
        self.is_set = False
        host.bind(self.PORT, self._on_reply)
        self._simulation.every(self.POLL, self._ask)

    def _count(self) -> int:
        return self._counter.count_at(self._simulation.now)

    def _ask(self) -> None:
        self._asked = self._random.getrandbits(64)
        query = ntp.Packet(transmit=self._asked).build()
        self._host.send_udp(self.PORT, (self._server, ntp.PORT), query)
        self._simulation.after(15 * SECOND, lambda asked=self._asked: self._ask_again(asked))

    def _ask_again(self, asked: int) -> None:
        if self._asked == asked:
            self._ask()

    def _on_reply(self, data: bytes, source: tuple[int, int], to: int) -> None:
        packet = ntp.Packet.parse(data)
        if packet is None or packet.mode != ntp.SERVER or packet.origin != self._asked or not packet.stratum:
            return
        self._asked = 0
        self._set_at = self._count()
        self._set_to = self._resolve(ntp.unfold(packet.transmit, self._simulation.true_time()))
        self.is_set = True

    def _resolve(self, unix_ns: int) -> int:
        return unix_ns // 1000 * 1000

    def now(self) -> int:
        """Returns the Unix time, in nanoseconds, that it would say now."""
        return self._set_to + (self._count() - self._set_at) * (SECOND // _COUNTER_HZ)


class ArduinoNtpClient(LwipSntp):
    """NTPClient for Arduino: a query every 60 s, of whose reply only the whole seconds count; it looks for the reply
    every 10 ms, and takes that off."""

    POLL = MINUTE
    PORT = 1337

    def _resolve(self, unix_ns: int) -> int:
        return unix_ns // SECOND * SECOND + 10 * MILLISECOND

    def now(self) -> int:
        return super().now() // SECOND * SECOND
