# SPDX-License-Identifier: MIT
"""A small TCP (RFC 9293): both ends, one segment under way at a time, retransmission with doubling, resets.

Segments out of order are dropped and acknowledged again, which the RFC permits; windows and congestion do not
matter with one segment under way."""

from typing import Callable

from . import frames
from .frames import ACK, FIN, PSH, RST, SYN, Ipv4, Tcp
from .host import Host
from .simulation import MINUTE, SECOND, Timer

WINDOW = 8192
LONGEST_WAIT = 8 * SECOND
MOST_TRIES = 7
SYN_RECEIVED, SYN_SENT, ESTABLISHED, CLOSED = "syn-received", "syn-sent", "established", "closed"


def _is_before(a: int, b: int) -> bool:
    return (a - b) & 0x80000000 != 0


class Connection:
    """`on_bytes`, `on_open` and `on_end` are called as things happen; `on_end` once: after the peer's FIN, a reset,
    or silence."""

    def __init__(self, layer: "TcpHost", peer: tuple[int, int], port: int):
        self.layer = layer
        self.peer = peer
        self.port = port
        self.state = CLOSED
        self.on_open: Callable[[], None] = lambda: None
        self.on_bytes: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.was_reset = False
        self._sequence = layer.random.getrandbits(32)  # of the segment under way, or of the next one
        self._expected = 0
        self._mss = 536
        self._output = b""
        self._is_closing = False
        self._under_way: Tcp | None = None
        self._timer: Timer | None = None
        self._tries = 0
        self._has_peer_ended = False
        self._has_ended = False

    # What users call

    def send(self, data: bytes) -> None:
        self._output += data
        self._push()

    def close(self) -> None:
        """Sends FIN after what is still to be sent."""
        self._is_closing = True
        self._push()

    def abort(self) -> None:
        """Resets the connection."""
        self.layer.transmit(self._segment(RST | ACK), self.peer[0])
        self.forget()

    def forget(self) -> None:
        """Ends it without a word, as a host does that loses its power."""
        self.state = CLOSED
        self._stop_timer()
        self.layer.connections.pop((self.peer, self.port), None)
        if not self._has_ended:
            self._has_ended = True
            self.on_end()

    # Segments

    def _segment(self, flags: int, payload: bytes = b"", options: bytes = b"") -> Tcp:
        return Tcp(self.port, self.peer[1], self._sequence, self._expected, flags, WINDOW, payload, options)

    def open_actively(self) -> None:
        self.state = SYN_SENT
        self._start(self._segment(SYN, options=b"\2\4\x05\xb4"))

    def open_passively(self, syn: Tcp) -> None:
        self.state = SYN_RECEIVED
        self._expected = (syn.sequence + 1) & 0xFFFFFFFF
        self._take_options(syn)
        self._start(self._segment(SYN | ACK, options=b"\2\4\x05\xb4"))

    def _take_options(self, segment: Tcp) -> None:
        if segment.options[:2] == b"\2\4" and len(segment.options) >= 4:
            self._mss = int.from_bytes(segment.options[2:4], "big")

    def _start(self, segment: Tcp) -> None:
        self._under_way = segment
        self._tries = 0
        self._transmit()

    def _transmit(self) -> None:
        segment = self._under_way
        if segment is None:
            return
        if self._tries >= MOST_TRIES:
            self.forget()
            return
        if segment.flags & ACK:
            segment.acknowledged = self._expected
        self.layer.transmit(segment, self.peer[0])
        wait = min(SECOND << self._tries, LONGEST_WAIT)
        self._tries += 1
        self._timer = self.layer.host.simulation.after(wait, self._transmit)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _push(self) -> bool:
        """Sends the next segment if none is under way; returns whether it did."""
        if self.state != ESTABLISHED or self._under_way:
            return False
        if self._output:
            payload, self._output = self._output[: self._mss], self._output[self._mss :]
            self._start(self._segment(ACK | PSH, payload))
            return True
        if self._is_closing:
            self._is_closing = False
            self._start(self._segment(ACK | FIN))
            return True
        return False

    def _acknowledge(self) -> None:
        self.layer.transmit(self._segment_after_output(), self.peer[0])

    def _segment_after_output(self) -> Tcp:
        segment = self._segment(ACK)
        if self._under_way:
            segment.sequence = (self._sequence + self._length(self._under_way)) & 0xFFFFFFFF
        return segment

    @staticmethod
    def _length(segment: Tcp) -> int:
        return len(segment.payload) + (1 if segment.flags & (SYN | FIN) else 0)

    def on_segment(self, segment: Tcp) -> None:
        if self.state == SYN_SENT:
            self._on_answer_to_syn(segment)
            return
        if segment.flags & RST:
            if segment.sequence == self._expected:
                self.was_reset = True
                self.forget()
            return
        if segment.flags & SYN:
            if self.state == SYN_RECEIVED and self._under_way:
                self.layer.transmit(self._under_way, self.peer[0])
            else:
                self._acknowledge()  # RFC 5961, section 4: who has lost the connection will reset it
            return
        if not segment.flags & ACK:
            return
        self._take_acknowledgement(segment.acknowledged)
        if self.state == CLOSED:
            return
        self._take_data(segment)

    def _on_answer_to_syn(self, segment: Tcp) -> None:
        if not segment.flags & ACK or segment.acknowledged != (self._sequence + 1) & 0xFFFFFFFF:
            return
        if segment.flags & RST:
            self.was_reset = True
            self.forget()
            return
        if not segment.flags & SYN:
            return
        self._expected = (segment.sequence + 1) & 0xFFFFFFFF
        self._take_options(segment)
        self._take_acknowledgement(segment.acknowledged)
        self._acknowledge()

    def _take_acknowledgement(self, acknowledged: int) -> None:
        if self._under_way is None:
            return
        end = (self._sequence + self._length(self._under_way)) & 0xFFFFFFFF
        if acknowledged != end:
            return  # one segment is acknowledged whole; who takes a part gets it again
        was_fin = bool(self._under_way.flags & FIN)
        self._sequence = end
        self._under_way = None
        self._stop_timer()
        if self.state in (SYN_RECEIVED, SYN_SENT):
            self.state = ESTABLISHED
            self.on_open()
        if was_fin and self._has_peer_ended:
            self.forget()
            return
        self._push()

    def _take_data(self, segment: Tcp) -> None:
        payload = segment.payload
        has_fin = bool(segment.flags & FIN)
        if not payload and not has_fin:
            return
        start = segment.sequence
        if _is_before(start, self._expected):
            known = (self._expected - start) & 0xFFFFFFFF
            if known >= len(payload) + has_fin:
                self._acknowledge()
                return
            payload = payload[known:]
            start = self._expected
        if start != self._expected:
            self._acknowledge()
            return
        self._expected = (self._expected + len(payload) + has_fin) & 0xFFFFFFFF
        sent_before = self.layer.sent
        if payload:
            self.on_bytes(payload)
        if self.state != ESTABLISHED:
            return
        if self.layer.sent == sent_before:
            self._acknowledge()
        if has_fin:
            self._on_fin()

    def _on_fin(self) -> None:
        is_first = not self._has_peer_ended
        self._has_peer_ended = True
        if is_first and not self._has_ended:
            self._has_ended = True
            self.on_end()
        if self.state != ESTABLISHED:
            return
        self._is_closing = True
        self._push()
        # Should the acknowledgement of our FIN be lost for good, the connection goes with the last try.
        self.layer.host.simulation.after(MINUTE, self._drop_if_idle)

    def _drop_if_idle(self) -> None:
        if self.state == ESTABLISHED and self._under_way is None:
            self.forget()


class TcpHost:
    """The TCP of a host. `listen` gives each new connection to a function."""

    def __init__(self, host: Host):
        self.host = host
        self.random = host.simulation.random()
        self.connections: dict[tuple[tuple[int, int], int], Connection] = {}
        self.sent = 0
        self._listeners: dict[int, Callable[[Connection], None]] = {}
        host.tcp = self

    def listen(self, port: int, accept: Callable[[Connection], None]) -> None:
        self._listeners[port] = accept

    def stop_listening(self, port: int) -> None:
        self._listeners.pop(port, None)

    def connect(self, address: int, port: int) -> Connection:
        own_port = self.random.randrange(49152, 65536)
        connection = Connection(self, (address, port), own_port)
        self.connections[connection.peer, own_port] = connection
        connection.open_actively()
        return connection

    def forget_all(self) -> None:
        """Loses all connections, as a restart does: what comes for them is answered by a reset."""
        for connection in list(self.connections.values()):
            connection.forget()

    def transmit(self, segment: Tcp, to: int) -> None:
        self.sent += 1
        data = segment.build(self.host.address, to)
        self.host.send_ip(Ipv4(self.host.address, to, frames.PROTOCOL_TCP, data))

    def on_segment(self, segment: Tcp, source: int) -> None:
        key = ((source, segment.source_port), segment.destination_port)
        connection = self.connections.get(key)
        if connection:
            connection.on_segment(segment)
            return
        accept = self._listeners.get(segment.destination_port)
        if accept and segment.flags & (SYN | ACK | RST) == SYN:
            connection = Connection(self, *key)
            self.connections[key] = connection
            accept(connection)
            connection.open_passively(segment)
            return
        self._refuse(segment, source)

    def _refuse(self, segment: Tcp, source: int) -> None:
        if segment.flags & RST:
            return
        if segment.flags & ACK:
            reset = Tcp(segment.destination_port, segment.source_port, segment.acknowledged, 0, RST, 0, b"")
        else:
            length = len(segment.payload) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
            reset = Tcp(
                segment.destination_port, segment.source_port, 0, segment.sequence + length, RST | ACK, 0, b""
            )
        self.transmit(reset, source)
