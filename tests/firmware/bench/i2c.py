# SPDX-License-Identifier: MIT
"""The wires of an I2C bus (NXP UM10204) and the targets on it: open-drain lines, one change at a time.

set_lines() says which lines the controller releases (1) or pulls low (0); levels() what they are. Nothing here
knows transactions in advance: START, STOP, bits and acknowledges come about by the edges alone, so that a
controller that breaks the rules is seen to."""


class Target:
    """The part of a chip that is the same for all: an address, and bytes in and out.

    Subclasses implement begin(), write_byte() and read_byte(), which are called with the time."""

    address = 0

    def __init__(self) -> None:
        self.naks_address = 0  # how many of the next addresses are not acknowledged; -1: all
        self.naks_data_after: int | None = None  # acknowledges only so many bytes of a write
        self._drives = 1  # what it does to SDA
        self._state = "idle"
        self._bits = 0
        self._shift = 0
        self._is_read = False
        self._taken = 0

    def begin(self, now: int, is_read: bool) -> None:
        """It was addressed."""

    def end(self, now: int) -> None:
        """A STOP, or a repeated START."""

    def write_byte(self, now: int, value: int, is_first: bool) -> bool:
        raise NotImplementedError

    def read_byte(self, now: int) -> int:
        raise NotImplementedError

    @property
    def drives(self) -> int:
        return self._drives

    def on_start(self, now: int) -> None:
        if self._state not in ("idle", "ignore"):
            self.end(now)
        self._state = "address"
        self._bits = 0
        self._shift = 0
        self._drives = 1

    def on_stop(self, now: int) -> None:
        if self._state not in ("idle", "ignore"):
            self.end(now)
        self._state = "idle"
        self._drives = 1

    def on_rise(self, now: int, sda: int) -> None:
        """SCL has risen: a bit is valid."""
        if self._state in ("address", "write"):
            if self._bits < 8:
                self._shift = self._shift << 1 | sda
            self._bits += 1
        elif self._state == "read":
            if self._bits == 8 and sda:
                self._state = "ignore"  # not acknowledged: the controller has had enough
                self._drives = 1
            self._bits += 1

    def on_fall(self, now: int) -> None:
        """SCL has fallen: lines may change."""
        if self._state in ("address", "write"):
            if self._bits == 8:
                self._drives = 0 if self._takes(now) else 1
                if self._drives:
                    self._state = "ignore"
            elif self._bits == 9:
                self._after_acknowledge(now)
        elif self._state == "read":
            if self._bits == 9:
                self._bits = 0
                self._shift = self.read_byte(now)
            self._drives = 1 if self._bits == 8 else self._shift >> (7 - self._bits) & 1

    def _takes(self, now: int) -> bool:
        if self._state == "write":
            if self.naks_data_after is not None and self._taken >= self.naks_data_after:
                return False
            self._taken += 1
            return self.write_byte(now, self._shift, self._taken == 1)
        if self._shift >> 1 != self.address:
            return False
        if self.naks_address:
            self.naks_address -= 1
            return False
        self._is_read = bool(self._shift & 1)
        self._taken = 0
        self.begin(now, self._is_read)
        return True

    def _after_acknowledge(self, now: int) -> None:
        self._bits = 0
        self._drives = 1
        if self._state == "address":
            self._state = "read" if self._is_read else "write"
        if self._state == "read":
            self._shift = self.read_byte(now)
            self._drives = self._shift >> 7 & 1
        else:
            self._shift = 0


class Bus:
    """The lines. `stuck_sda` and `stuck_scl` hold a line low as a short circuit does."""

    def __init__(self, *targets: Target):
        self.targets = list(targets)
        self.stuck_sda = False
        self.stuck_scl = False
        self.starts = 0
        self._controller = (1, 1)
        self._scl = 1
        self._sda = 1

    def levels(self, now: int) -> tuple[int, int]:
        return self._scl, self._sda

    def set_lines(self, now: int, scl: int, sda: int) -> None:
        old_scl, old_sda = self._controller
        if old_scl and not scl:
            self._controller = (0, old_sda)
            self._settle(now)
        self._controller = (self._controller[0], sda)
        self._settle(now)
        self._controller = (scl, sda)
        self._settle(now)

    def _settle(self, now: int) -> None:
        scl, sda = self._controller
        if self.stuck_scl:
            scl = 0
        if self._scl and not scl:
            self._scl = 0
            for target in self.targets:
                target.on_fall(now)
        for target in self.targets:
            sda &= target.drives
        if self.stuck_sda:
            sda = 0
        if sda != self._sda:
            self._sda = sda
            if self._scl:
                self._condition(now, sda)
                return
        if scl and not self._scl:
            self._scl = 1
            for target in self.targets:
                target.on_rise(now, self._sda)

    def _condition(self, now: int, sda: int) -> None:
        if sda:
            for target in self.targets:
                target.on_stop(now)
        else:
            self.starts += 1
            for target in self.targets:
                target.on_start(now)
