# SPDX-License-Identifier: MIT
"""Virtual time: a queue of events. Times are integers, nanoseconds since the start of the simulation."""

import heapq
import itertools
import random
from typing import Callable

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Tuesday, 3 February 2032, 04:05:06 UTC: later than any build, for a device believes no time before its own.
DEFAULT_START = 1_959_393_906 * SECOND


class Timer:
    """An event that can be cancelled."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]):
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class Simulation:
    """Runs events in the order of their times; those of one time in the order in which they were asked for.

    `start` is the true time, in nanoseconds since 1970 (UTC), at which the simulation begins. Everything random
    comes from generators made by `random()`, so that a run is repeatable.
    """

    def __init__(self, start: int = DEFAULT_START, seed: int = 1):
        self.now = 0
        self._end = 0  # of the present run
        self.start = start
        self.seed = seed
        self._queue: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._generators = itertools.count()

    def random(self) -> random.Random:
        """Returns a generator of its own for one user, so that another user's draws do not change his."""
        return random.Random(f"{self.seed}/{next(self._generators)}")

    def true_time(self, at: int | None = None) -> int:
        """Returns the true Unix time in nanoseconds."""
        return self.start + (self.now if at is None else at)

    def at(self, when: int, action: Callable[[], None]) -> Timer:
        timer = Timer(action)
        heapq.heappush(self._queue, (max(when, self.now), next(self._order), timer))
        return timer

    def after(self, delay: int, action: Callable[[], None]) -> Timer:
        return self.at(self.now + delay, action)

    def every(self, period: int, action: Callable[[], None], first: int = 0) -> None:
        def run() -> None:
            action()
            self.after(period, run)

        self.after(first, run)

    def quiet_until(self) -> int:
        """Returns the last nanosecond of the present run before the next event."""
        queue = self._queue
        while queue and queue[0][2].action is None:
            heapq.heappop(queue)
        return min(self._end, queue[0][0] - 1) if queue else self._end

    def run_until(self, when: int) -> None:
        queue = self._queue
        outer_end = self._end
        self._end = when
        while queue and queue[0][0] <= when:
            at, _, timer = heapq.heappop(queue)
            action = timer.action
            if action is None:
                continue
            self.now = at
            timer.action = None
            action()
        self.now = when
        self._end = outer_end

    def run_for(self, duration: int) -> None:
        self.run_until(self.now + duration)

    def run_while(self, condition: Callable[[], bool], at_most: int, step: int = 100 * MILLISECOND) -> bool:
        """Runs until the condition, looked at every `step`, is false; returns False if `at_most` has passed first."""
        end = self.now + at_most
        while condition():
            if self.now >= end:
                return False
            self.run_until(min(self.now + step, end))
        return True
