# SPDX-License-Identifier: MIT
"""The simulated link: one cell in which every station hears every broadcast, with delays, loss and worse."""

import random
from dataclasses import dataclass, field
from typing import Callable

from .pcap import Capture
from .simulation import MICROSECOND, MILLISECOND, Simulation

BROADCAST = b"\xff" * 6


@dataclass
class LinkPath:
    """How frames travel in one direction.

    The delay is `constant` plus an exponential deviate of mean `jitter`; with the probability `spike_share` plus
    a uniform deviate up to `spike`. Frames do not overtake each other, as on one queue, unless `reordering` says
    with which probability one may.
    """

    constant: int = 500 * MICROSECOND
    jitter: int = 0
    spike_share: float = 0.0
    spike: int = 50 * MILLISECOND
    loss: float = 0.0
    duplicates: float = 0.0
    reordering: float = 0.0
    _last_arrival: int = field(default=0, repr=False)

    def draw(self, generator: random.Random) -> int:
        delay = self.constant
        if self.jitter:
            delay += int(generator.expovariate(1.0) * self.jitter)
        if self.spike_share and generator.random() < self.spike_share:
            delay += int(generator.random() * self.spike)
        return delay

    def arrivals(self, sent: int, generator: random.Random) -> list[int]:
        """Returns when a frame arrives: never, once or twice."""
        if self.loss and generator.random() < self.loss:
            return []
        arrival = sent + self.draw(generator)
        if not (self.reordering and generator.random() < self.reordering):
            arrival = max(arrival, self._last_arrival)
            self._last_arrival = arrival
        if self.duplicates and generator.random() < self.duplicates:
            return [arrival, arrival + self.draw(generator)]
        return [arrival]


def wifi(**changes) -> LinkPath:
    """Returns the path of the accuracy tests: 2 ms of exponential jitter, 5 % spikes of up to 50 ms. Each frame
    is independent of the others, as in clknetsim."""
    settings = {"constant": MILLISECOND, "jitter": 2 * MILLISECOND, "spike_share": 0.05, "reordering": 1.0}
    return LinkPath(**(settings | changes))


class Station:
    """A port of the link. `up` is the path from the station to the cell, `down` from the cell to it.

    A unicast frame takes the sender's `up` and the receiver's `down`. A broadcast takes the sender's `air`, or
    `up` if there is none, and is then in the air once: every other station hears it at the same instant, each with
    a jitter of its own of `hearing` (the magnitude of a normal deviate with that standard deviation).
    """

    def __init__(self, link: "Link", mac: bytes, receive: Callable[[bytes], None], up: LinkPath, down: LinkPath):
        self.link = link
        self.mac = mac
        self.receive = receive
        self.up = up
        self.down = down
        self.air: LinkPath | None = None
        self.hearing = 30 * MICROSECOND
        self.is_up = True
        self.on_link_change: Callable[[bool], None] | None = None

    def set_link(self, is_up: bool) -> None:
        self.is_up = is_up
        if self.on_link_change:
            self.on_link_change(is_up)

    def send(self, frame: bytes) -> None:
        self.link.send(self, frame)


class Link:
    def __init__(self, simulation: Simulation):
        self.simulation = simulation
        self.random = simulation.random()
        self.stations: list[Station] = []
        self.capture = Capture()
        # Sees every frame that is sent, with its sender; returns the frames that go on instead, or None for that
        # frame itself. For tests that lose, change or watch particular frames.
        self.tap: Callable[[Station, bytes], list[bytes] | None] | None = None

    def attach(
        self, mac: bytes, receive: Callable[[bytes], None], up: LinkPath | None = None, down: LinkPath | None = None
    ) -> Station:
        station = Station(self, mac, receive, up or LinkPath(constant=0), down or LinkPath(constant=0))
        self.stations.append(station)
        return station

    def send(self, sender: Station, frame: bytes) -> None:
        if not sender.is_up:
            return
        frames = self.tap(sender, frame) if self.tap else None
        for each in [frame] if frames is None else frames:
            self._carry(sender, each)

    def inject(self, frame: bytes) -> None:
        """Puts a frame into the cell at this moment, from nobody; it takes the paths down."""
        self._deliver_all(None, frame, self.simulation.now)

    def _carry(self, sender: Station, frame: bytes) -> None:
        now = self.simulation.now
        self.capture.add(self.simulation.true_time(), frame)
        path = sender.air if sender.air and frame[0] & 1 else sender.up
        for arrival in path.arrivals(now, self.random):
            self._deliver_all(sender, frame, arrival)

    def _deliver_all(self, sender: Station | None, frame: bytes, at: int) -> None:
        destination = frame[:6]
        if destination[0] & 1:
            for station in self.stations:
                if station is not sender:
                    self._deliver(station, frame, at + int(abs(self.random.gauss(0, station.hearing))))
            return
        for station in self.stations:
            if station.mac == destination and station is not sender:
                for arrival in station.down.arrivals(at, self.random):
                    self._deliver(station, frame, arrival)

    def _deliver(self, station: Station, frame: bytes, at: int) -> None:
        def arrive() -> None:
            if station.is_up:
                station.receive(frame)

        self.simulation.at(at, arrive)
