# SPDX-License-Identifier: MIT
"""Battery-backed clocks on the wire, from their datasheets: DS3231 (Maxim 19-5170), DS1307 and DS1338, PCF85063A (NXP).

A chip counts by a crystal of its own, which may be off and wander. set_time() is what a factory does; lose_power()
what an empty cell does."""

import random
from datetime import datetime, timedelta, timezone

from .i2c import Target
from .oscillator import Oscillator
from .simulation import SECOND, Simulation

_CRYSTAL_HZ = 32_768
_YEAR_2000 = datetime(2000, 1, 1, tzinfo=timezone.utc)


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _from_bcd(value: int) -> int:
    if value & 15 > 9 or value >> 4 > 9:
        raise ValueError("no BCD")
    return (value >> 4) * 10 + (value & 15)


class Rtc(Target):
    """Registers of which seven are the time. A transfer works on a copy of the time that is made when it begins;
    what was written of it takes effect when it ends."""

    size = 0
    time_at = 0  # the register of the seconds
    order = ("second", "minute", "hour", "weekday", "day", "month", "year")
    first_weekday = 1  # as the chip counts them
    reset_weekday = 2  # makes the weekday of 1 January 2000, a Saturday, what the chip says after power-on
    restarts_second = True  # writing the seconds restarts the second

    def __init__(self, simulation: Simulation, offset_ppm: float = 0.0, walk: float = 0.0, temperature: float = 25.0):
        super().__init__()
        self.simulation = simulation
        self.temperature = temperature
        self.offset_ppm = offset_ppm
        generator: random.Random = simulation.random()
        self._oscillator = Oscillator(_CRYSTAL_HZ, offset_ppm, walk, generator, begins=simulation.now)
        self._registers = bytearray(self.size)
        self._pointer = 0
        self._base = _YEAR_2000  # the time when `_edge` was counted
        self._edge = 0
        self._raw: bytes | None = None  # what was written and is no time
        self._is_stopped = False
        self._stopped_count = 0
        self._weekday_shift = self.reset_weekday
        self._copy = bytearray(7)
        self._copied_edge = 0  # the count at which the second of the copy began
        self._written: dict[int, int] = {}
        self._restart: int | None = None
        self.lose_power()

    # What tests ask and do

    def lose_power(self) -> None:
        """The cell is empty: everything is as after the first power-on."""
        self._is_stopped = False
        self._base = _YEAR_2000
        self._edge = self._count(self.simulation.now)
        self._raw = None
        self._weekday_shift = self.reset_weekday
        self._registers = bytearray(self.size)
        self._written = {}
        self.reset_registers()

    def set_time(self, unix_ns: int) -> None:
        """Sets the chip to that time and clears its integrity flag."""
        whole, rest = divmod(unix_ns, SECOND)
        self._is_stopped = False
        self._base = datetime.fromtimestamp(whole, timezone.utc)
        self._edge = self._count(self.simulation.now) - rest * _CRYSTAL_HZ // SECOND
        self._raw = None
        self.clear_flag()

    def error(self) -> float:
        """Returns by how many seconds the chip is ahead of the true time at this moment."""
        now = self.simulation.now
        count = self._count(now) - self._edge
        time = self._base.timestamp() + count / _CRYSTAL_HZ
        return time - self.simulation.true_time() / SECOND

    def reset_registers(self) -> None:
        raise NotImplementedError

    def clear_flag(self) -> None:
        raise NotImplementedError

    # Counting

    def _count(self, now: int) -> int:
        return self._stopped_count if self._is_stopped else self._oscillator.count_at(now)

    def _stop_counting(self, now: int) -> None:
        if not self._is_stopped:
            self._stopped_count = self._count(now)
            self._is_stopped = True

    def _go_on(self, now: int) -> None:
        if self._is_stopped:
            self._is_stopped = False
            self._edge += self._oscillator.count_at(now) - self._stopped_count

    def _time(self, now: int) -> datetime:
        return self._base + timedelta(seconds=(self._count(now) - self._edge) // _CRYSTAL_HZ)

    # Time registers

    def _encode(self, time: datetime) -> bytes:
        fields = {
            "second": _bcd(time.second),
            "minute": _bcd(time.minute),
            "hour": self._encode_hour(time.hour),
            "weekday": (time.weekday() + self._weekday_shift) % 7 + self.first_weekday,
            "day": _bcd(time.day),
            "month": self._encode_month(time),
            "year": _bcd(time.year % 100),
        }
        return bytes(fields[name] for name in self.order)

    def _encode_hour(self, hour: int) -> int:
        if not self._is_12_hour():
            return _bcd(hour)
        return 0x40 | (0x20 if hour >= 12 else 0) | _bcd(hour % 12 or 12)

    def _decode_hour(self, value: int) -> int:
        if not value & 0x40:
            return _from_bcd(value & 0x3F)
        return _from_bcd(value & 0x1F) % 12 + (12 if value & 0x20 else 0)

    def _is_12_hour(self) -> bool:
        return False

    def _encode_month(self, time: datetime) -> int:
        return _bcd(time.month)

    def _decode_year(self, fields: dict[str, int]) -> int:
        return 2000 + _from_bcd(fields["year"])

    def _commit(self, now: int) -> None:
        """Makes what was written the time."""
        if not self._written:
            return
        raw = bytes(self._written.get(i, self._copy[i]) for i in range(7))
        fields = dict(zip(self.order, raw))
        try:
            time = datetime(
                self._decode_year(fields),
                _from_bcd(fields["month"] & 0x1F),
                _from_bcd(fields["day"] & 0x3F),
                self._decode_hour(fields["hour"]),
                _from_bcd(fields["minute"] & 0x7F),
                _from_bcd(fields["second"] & 0x7F),
                tzinfo=timezone.utc,
            )
            self._raw = None
            self._weekday_shift = ((fields["weekday"] & 7) - self.first_weekday - time.weekday()) % 7
        except ValueError:
            self._raw = raw
            time = _YEAR_2000
        self._base = time
        self._edge = self._copied_edge if self._restart is None else self._restart
        self._written = {}
        self._restart = None

    def image(self, now: int) -> bytes:
        return self._raw if self._raw is not None else self._encode(self._time(now))

    # The wire

    def begin(self, now: int, is_read: bool) -> None:
        self._refresh(now)

    def _refresh(self, now: int) -> None:
        self._copy[:] = self.image(now)
        count = self._count(now)
        self._copied_edge = count - (count - self._edge) % _CRYSTAL_HZ

    def end(self, now: int) -> None:
        self._commit(now)

    def write_byte(self, now: int, value: int, is_first: bool) -> bool:
        if is_first:
            self._pointer = value % self.size
            return True
        index = self._pointer - self.time_at
        if 0 <= index < 7:
            self._written[index] = value
            if index == 0:
                self._on_seconds(now, value)
        else:
            self.write_register(now, self._pointer, value)
        self._advance(now)
        return True

    def _on_seconds(self, now: int, value: int) -> None:
        if self.restarts_second:
            self._restart = self._count(now)

    def read_byte(self, now: int) -> int:
        index = self._pointer - self.time_at
        value = self.read_time(index) if 0 <= index < 7 else self.read_register(now, self._pointer)
        self._advance(now)
        return value

    def _advance(self, now: int) -> None:
        self._pointer = (self._pointer + 1) % self.size
        if self._pointer == 0:
            self._refresh(now)

    def read_time(self, index: int) -> int:
        return self._copy[index]

    def read_register(self, now: int, number: int) -> int:
        return self._registers[number]

    def write_register(self, now: int, number: int, value: int) -> None:
        self._registers[number] = value


class Ds3231(Rtc):
    address = 0x68
    size = 0x13
    CONTROL, STATUS, AGEING, TEMPERATURE = 0x0E, 0x0F, 0x10, 0x11
    OSF = 0x80
    PPM_PER_STEP = 0.1

    def reset_registers(self) -> None:
        self._is_in_12_hours = False
        self._centuries = 0
        self._ageing = 0
        self._registers[self.CONTROL] = 0x1C
        self._registers[self.STATUS] = 0x88  # OSF, EN32kHz
        self._oscillator.change_by(self.offset_ppm - self._oscillator.error * 1e6, self.simulation.now)

    def clear_flag(self) -> None:
        self._registers[self.STATUS] &= 0x7F

    def set_flag(self) -> None:
        self._registers[self.STATUS] |= self.OSF

    @property
    def is_flag_set(self) -> bool:
        return bool(self._registers[self.STATUS] & self.OSF)

    @property
    def ageing(self) -> int:
        return self._ageing

    def _is_12_hour(self) -> bool:
        return self._is_in_12_hours

    def _encode_month(self, time: datetime) -> int:
        return _bcd(time.month) | (0x80 if time.year >= 2100 else 0)

    def _decode_year(self, fields: dict[str, int]) -> int:
        return 2000 + _from_bcd(fields["year"]) + (100 if fields["month"] & 0x80 else 0)

    def _commit(self, now: int) -> None:
        if 2 in self._written:
            self._is_in_12_hours = bool(self._written[2] & 0x40)
        super()._commit(now)

    def read_register(self, now: int, number: int) -> int:
        if number in (self.TEMPERATURE, self.TEMPERATURE + 1):
            quarters = int(self.temperature * 4) & 0x3FF
            return quarters >> 2 if number == self.TEMPERATURE else (quarters & 3) << 6
        return self._registers[number]

    def write_register(self, now: int, number: int, value: int) -> None:
        if number >= self.TEMPERATURE:
            return  # read-only
        if number == self.STATUS:  # flags can be cleared, not set; BSY is read-only
            flags = self._registers[number] & value & 0x83
            value = flags | value & 0x08
        if number == self.CONTROL:
            value &= 0xDF  # CONV reads 0 again: the conversion is over at once here
            self._take_ageing()
        self._registers[number] = value
        if number == self.AGEING:
            self.simulation.after(64 * SECOND, self._take_ageing)

    def _take_ageing(self) -> None:
        """The ageing register takes effect with a conversion of temperature."""
        value = self._registers[self.AGEING]
        wanted = value - 256 if value & 0x80 else value
        self._oscillator.change_by((self._ageing - wanted) * self.PPM_PER_STEP, self.simulation.now)
        self._ageing = wanted


class Ds1307(Rtc):
    """Also the DS1338, if `has_osf`. Bit 7 of the seconds (CH) stops the oscillator."""

    address = 0x68
    size = 0x40
    CONTROL = 0x07
    OSF = 0x20

    def __init__(self, simulation: Simulation, has_osf: bool = False, **options):
        self.has_osf = has_osf
        super().__init__(simulation, **options)

    def reset_registers(self) -> None:
        self._is_in_12_hours = False
        self._is_halted = not self.has_osf
        self._registers[self.CONTROL] = 0xB3 if self.has_osf else 0x03
        if self._is_halted:
            self._stop_counting(self.simulation.now)

    def clear_flag(self) -> None:
        self._is_halted = False
        self._registers[self.CONTROL] &= ~self.OSF & 0xFF

    @property
    def is_flag_set(self) -> bool:
        return self._is_halted or bool(self.has_osf and self._registers[self.CONTROL] & self.OSF)

    def _is_12_hour(self) -> bool:
        return self._is_in_12_hours

    def _on_seconds(self, now: int, value: int) -> None:
        if value & 0x80:
            self._stop_counting(now)
        else:
            self._go_on(now)
        self._is_halted = bool(value & 0x80)
        super()._on_seconds(now, value)

    def _commit(self, now: int) -> None:
        if 2 in self._written:
            self._is_in_12_hours = bool(self._written[2] & 0x40)
        super()._commit(now)

    def read_time(self, index: int) -> int:
        return self._copy[index] | (0x80 if index == 0 and self._is_halted else 0)

    def write_register(self, now: int, number: int, value: int) -> None:
        if number == self.CONTROL:
            flag = self._registers[number] & value & self.OSF if self.has_osf else 0
            value = value & 0x93 | flag
        self._registers[number] = value


class Pcf85063a(Rtc):
    address = 0x51
    size = 0x12
    time_at = 0x04
    order = ("second", "minute", "hour", "day", "weekday", "month", "year")
    first_weekday = 0
    reset_weekday = 1
    restarts_second = False
    CONTROL_1, OFFSET = 0x00, 0x02
    STOP, MODE_12_HOUR = 0x20, 0x02
    SOFTWARE_RESET = 0x58
    # From the release of STOP to the first tick: 0.507813 to 0.507935 s.
    FIRST_TICK = round(0.507874 * _CRYSTAL_HZ)

    def reset_registers(self) -> None:
        self._has_stopped = True  # OS
        self._trim = 0.0

    def clear_flag(self) -> None:
        self._has_stopped = False

    def set_flag(self) -> None:
        self._has_stopped = True

    @property
    def is_flag_set(self) -> bool:
        return self._has_stopped

    def _is_12_hour(self) -> bool:
        return bool(self._registers[self.CONTROL_1] & self.MODE_12_HOUR)

    def _encode_hour(self, hour: int) -> int:
        if not self._is_12_hour():
            return _bcd(hour)
        return (0x20 if hour >= 12 else 0) | _bcd(hour % 12 or 12)

    def _decode_hour(self, value: int) -> int:
        if not self._is_12_hour():
            return _from_bcd(value & 0x3F)
        return _from_bcd(value & 0x1F) % 12 + (12 if value & 0x20 else 0)

    def _on_seconds(self, now: int, value: int) -> None:
        self._has_stopped = bool(value & 0x80)

    def read_time(self, index: int) -> int:
        return self._copy[index] | (0x80 if index == 0 and self._has_stopped else 0)

    def write_register(self, now: int, number: int, value: int) -> None:
        if number == self.CONTROL_1:
            if value == self.SOFTWARE_RESET:
                self.lose_power()
                return
            was_stopped = self._registers[number] & self.STOP
            if value & self.STOP and not was_stopped:
                self._stop_counting(now)
            elif was_stopped and not value & self.STOP:
                self._base = self._time(now)
                self._is_stopped = False
                self._edge = self._oscillator.count_at(now) + self.FIRST_TICK - _CRYSTAL_HZ
        self._registers[number] = value
        if number == self.OFFSET:
            steps = (value & 0x7F) - (0x80 if value & 0x40 else 0)
            trim = -steps * (4.069 if value & 0x80 else 4.34)
            self._oscillator.change_by(trim - self._trim, now)
            self._trim = trim
