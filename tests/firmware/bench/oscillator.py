# SPDX-License-Identifier: MIT
"""A counter driven by a crystal that is off, and wanders."""

import random
from collections import deque

from .simulation import SECOND


class Oscillator:
    """Counts `nominal_hz` * (1 + error) ticks a second.

    The error begins at `offset_ppm` and does a random walk: every `step_ns` it changes by a normal deviate of
    `walk` * sqrt(step in seconds), as in clknetsim; so `walk` is its standard deviation after one second. Ask
    about times that do not go back by more than some thousand steps.
    """

    def __init__(
        self,
        nominal_hz: int,
        offset_ppm: float,
        walk: float,
        generator: random.Random,
        begins: int = 0,
        first_count: int = 0,
        step_ns: int = SECOND,
    ):
        self.nominal_hz = nominal_hz
        self._error = offset_ppm * 1e-6
        self._walk = walk * (step_ns / SECOND) ** 0.5
        self._random = generator
        self._step = step_ns if walk else 1_000 * SECOND
        # Segments of constant rate: (from when, the count then, ticks a nanosecond).
        self._segments: deque[tuple[int, float, float]] = deque(maxlen=4096)
        self._segments.append((begins, float(first_count), self._rate()))

    @property
    def error(self) -> float:
        """The relative error of the newest segment."""
        return self._error

    def change_by(self, ppm: float, now: int) -> None:
        """Changes the frequency from now on, as a jump of temperature does."""
        count = self._exact_count(now)
        while self._segments and self._segments[-1][0] >= now:
            self._segments.pop()
        self._error += ppm * 1e-6
        self._segments.append((now, count, self._rate()))

    def _rate(self) -> float:
        return self.nominal_hz * (1 + self._error) / SECOND

    def _extend(self) -> None:
        start, count, rate = self._segments[-1]
        if self._walk:
            self._error += self._random.gauss(0, self._walk)
        self._segments.append((start + self._step, count + self._step * rate, self._rate()))

    def count_at(self, when: int) -> int:
        return int(self._exact_count(when))

    def _exact_count(self, when: int) -> float:
        segments = self._segments
        while when >= segments[-1][0] + self._step:
            self._extend()
        for start, count, rate in reversed(segments):
            if when >= start:
                return count + (when - start) * rate
        raise ValueError("the oscillator has forgotten that time")

    def time_of(self, wanted: int) -> int:
        """Returns the first nanosecond at which the count is `wanted` or more."""
        segments = self._segments
        while True:
            start, count, rate = segments[-1]
            if wanted < count + self._step * rate:
                break
            self._extend()
        for start, count, rate in reversed(segments):
            if wanted >= count:
                return start + max(0, int((wanted - count) / rate) + 1)
        raise ValueError("the oscillator has forgotten that count")
