# SPDX-License-Identifier: MIT
"""A device under test: the program of a lockstep board (firmware/boards/lockstep), run as a process that waits
while the simulation goes on. channel.hpp beside that board has the messages."""

import os
import select
import shutil
import struct
import subprocess
import tempfile
from collections import deque
from pathlib import Path
from typing import Callable

from . import stack
from .link import Link, LinkPath
from .oscillator import Oscillator
from .simulation import SECOND, Simulation

# A process that says nothing for this long, in real time, hangs.
PATIENCE_S = 30
EMULATORS = {
    "lockstep-lx106": ["qemu-system-xtensa", "-M", "sim", "-cpu", "lx106", "-semihosting", "-kernel"],
    "lockstep-cortex-m3": [
        "qemu-system-arm",
        "-M",
        "mps2-an385",
        "-semihosting-config",
        "enable=on,target=native",
        "-kernel",
    ],
    "lockstep-host": [],
}
# With `computing`, an instruction takes 2^shift ns: 2.6 cycles at 80 MHz on the lx106, 1.6 at 25 MHz on the Cortex-M3.
_INSTRUCTION_SHIFT = {"lockstep-lx106": 5, "lockstep-cortex-m3": 6}
_FRAMES_WAITING = 8  # as in the receiver of kc705-lx106
_QUIET = ["-display", "none", "-monitor", "none", "-serial", "none"]
_ANSWER = struct.Struct("<IBH")
_MASK = 0xFFFFFFFF
_MOST_QUIET = 20 * SECOND  # less than 2^31 ticks of any board


class DeviceFailure(AssertionError):
    """The device crashed, hung, or broke the protocol."""


class Device:
    """One device with its own oscillator, memory, chips and station on the link.

    What it does is recorded: `console` (text), `led` (list of (time, is on)), `display` (list of (time, bytes)).
    `i2c` is an object with `set_lines(now, scl, sda)` and `levels(now)`, or None; `light` what the LDR says.
    Memory (`saved`) outlives power_off(). With `computing`, what the program computes takes time (not in a native
    program), and of the frames that it has no time for only a few wait.
    """

    def __init__(
        self,
        simulation: Simulation,
        link: Link,
        board: str,
        image: Path,
        mac: bytes,
        settings: str = "",
        offset_ppm: float = 0.0,
        walk: float = 0.0,
        walk_step: int = 1_000_000_000,
        up: LinkPath | None = None,
        down: LinkPath | None = None,
        computing: bool = False,
    ):
        self.simulation = simulation
        self.board = board
        self.image = image.resolve()
        self.mac = mac
        self.settings = settings
        self.offset_ppm = offset_ppm
        self.walk = walk
        self.walk_step = walk_step
        self.computing = computing and board in _INSTRUCTION_SHIFT
        self.first_count = 0xFFFF_0000  # so that every run has seen the counter wrap
        self.random = simulation.random()
        self.station = link.attach(mac, self._on_frame, up, down)
        self.station.on_link_change = self._on_link_change
        self.saved = b""
        self.can_save = True
        self.i2c = None
        self.light = 2000
        self._console: list[str] = []
        self.led: list[tuple[int, bool]] = []
        self.display: list[tuple[int, bytes]] = []
        self.on_display: Callable[[int, bytes], None] | None = None
        self.messages = 0
        self.exit_status: int | None = None
        self.oscillator: Oscillator | None = None
        self._process: subprocess.Popen | None = None
        self._folder: Path | None = None

    # Power and people

    def power_on(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="isletime-bench-"))
        for name in ("to_bench", "from_bench"):
            os.mkfifo(self._folder / name)
        self._read_fd = os.open(self._folder / "to_bench", os.O_RDONLY | os.O_NONBLOCK)
        self._write_fd = os.open(self._folder / "from_bench", os.O_RDWR)
        self._poll = select.poll()
        self._poll.register(self._read_fd, select.POLLIN)
        self._buffer = b""
        self._inbox: deque[tuple[int, int, bytes]] = deque()
        self._wait_over = None
        self._computed = None
        self._is_waiting = False
        self._count = self.first_count
        self.exit_status = None
        self._is_asked_to_stop = False
        command = EMULATORS[self.board]
        if self.computing:
            command = [command[0], "-icount", f"shift={_INSTRUCTION_SHIFT[self.board]},sleep=off", *command[1:]]
        self._log = open(self._folder / "log", "w+b")
        self._process = subprocess.Popen(
            [*command, str(self.image), *(_QUIET if command else [])],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._run()

    def power_off(self) -> None:
        """Ends the process in the middle of whatever it does."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._clean_up()

    def press(self) -> None:
        """Presses the button now."""
        self._bring(ord("P"), b"")

    def stop(self) -> int:
        """Asks the program to end, and returns its exit status, which is 0: anything else is a failure, and so is a
        stack that was nearly used up."""
        self._is_asked_to_stop = True
        self._bring(ord("S"), b"")
        deadline = self.simulation.now + 60_000_000_000
        while self._process and self.simulation.now < deadline:
            self.simulation.run_for(100_000_000)
        if self._process:
            raise self._failure("it does not stop when it is asked to")
        assert self.exit_status is not None
        if EMULATORS[self.board]:
            stack.judge(self.image, self.console)
        return self.exit_status

    @property
    def is_on(self) -> bool:
        return self._process is not None

    @property
    def console(self) -> str:
        # Pieces are joined when somebody reads them: to append each to the text would copy all of it every time.
        self._console = ["".join(self._console)]
        return self._console[0]

    # What comes from the link

    def _on_frame(self, frame: bytes) -> None:
        if frame[0] & 1 or frame[:6] == self.mac:
            waiting = sum(1 for _, kind, _ in self._inbox if kind == 70) if self.computing else 0
            if waiting < _FRAMES_WAITING:
                self._bring(ord("F"), frame)

    def _on_link_change(self, is_up: bool) -> None:
        self._bring(ord("U" if is_up else "D"), b"")

    def _bring(self, kind: int, payload: bytes) -> None:
        if not self._process:
            return
        self._inbox.append((self.simulation.now, kind, payload))
        if self._is_waiting:
            self._is_waiting = False
            if self._wait_over:
                self._wait_over.cancel()
            self._hand_over()
            self._run()

    # The protocol

    def _hand_over(self) -> None:
        """Answers a wait with the oldest event."""
        at, kind, payload = self._inbox.popleft()
        count = self.oscillator.count_at(at)
        if count > self._count:
            self._count = count
        if kind == 70 or kind == 80:  # frame, press
            payload = (count & _MASK).to_bytes(4, "little") + payload
        self._answer(kind, payload)

    def _answer(self, kind: int, payload: bytes = b"") -> None:
        os.write(self._write_fd, _ANSWER.pack(self._count & _MASK, kind, len(payload)) + payload)

    def _time_out(self) -> None:
        self._is_waiting = False
        self._count = max(self._count, self._wait_until)
        until = min(self.simulation.quiet_until(), self.simulation.now + _MOST_QUIET)
        quiet = max(0, self.oscillator.count_at(until) - self._count)
        self._answer(84, quiet.to_bytes(4, "little"))  # T
        self._run()

    def _receive(self) -> bytes:
        seconds = 0
        while not self._poll.poll(1000):
            seconds += 1
            # One that ends before it has opened its FIFOs closes none.
            if self._process.poll() is not None and not self._poll.poll(0):
                raise self._failure(f"it ended with status {self._process.returncode}")
            if seconds == PATIENCE_S:
                raise self._failure(f"it hangs: no message for {PATIENCE_S} s")
        data = os.read(self._read_fd, 65536)
        if not data:
            status = self._process.wait() if self._process else 0
            raise self._failure(f"it ended with status {status}")
        return data

    def _run(self) -> None:
        """Lets the program run until it waits for something that the simulation has yet to bring."""
        while True:
            buffer = self._buffer + self._receive() if self._buffer else self._receive()
            at = 0
            size = len(buffer)
            while size - at >= 7:
                length = buffer[at + 5] | buffer[at + 6] << 8
                if size - at < 7 + length:
                    break
                kind = buffer[at]
                self._count += int.from_bytes(buffer[at + 1 : at + 5], "little")
                payload = buffer[at + 7 : at + 7 + length]
                at += 7 + length
                self.messages += 1
                if kind == 87:  # W
                    self._wait_until = self._count + int.from_bytes(payload, "little")
                    self._buffer = b""
                    if self.computing and self.now() > self.simulation.now:
                        self._computed = self.simulation.at(self.now(), self._begin_waiting)
                        return
                    if self._inbox:
                        self._hand_over()
                        continue
                    self._wait()
                    return
                if kind == 88:  # X
                    self._end(payload[0])
                    return
                self._HANDLERS[kind](self, payload)
            self._buffer = buffer[at:]

    def _wait(self) -> None:
        self._is_waiting = True
        self._wait_over = self.simulation.at(self.oscillator.time_of(self._wait_until), self._time_out)

    def _begin_waiting(self) -> None:
        """The simulation has come to where the program was done with computing."""
        if self._inbox:
            self._hand_over()
            self._run()
        else:
            self._wait()

    def now(self) -> int:
        """The true time of what the program does at this moment, which may be later than the simulation's."""
        return self.oscillator.time_of(self._count)

    def _on_hello(self, payload: bytes) -> None:
        hz = int.from_bytes(payload[:4], "little")
        if payload[4:].decode() != self.board:
            raise self._failure(f"it is {payload[4:].decode()}")
        self.oscillator = Oscillator(
            hz,
            self.offset_ppm,
            self.walk,
            self.random,
            begins=self.simulation.now,
            first_count=self.first_count,
            step_ns=self.walk_step,
        )
        flags = self.station.is_up | (self.i2c is not None) << 1 | self.computing << 2
        self._answer(ord("H"), bytes([flags]) + self.mac + self.settings.encode())

    def _on_sent_frame(self, payload: bytes) -> None:
        self.simulation.at(self.now(), lambda: self.station.send(payload))

    def _on_pins(self, payload: bytes) -> None:
        self._on_drive(payload)
        scl, sda = self.i2c.levels(self.now()) if self.i2c else (1, 1)
        self._answer(ord("P"), bytes([scl | sda << 1]))

    def _on_drive(self, payload: bytes) -> None:
        if self.i2c:
            self.i2c.set_lines(self.now(), payload[0] & 1, payload[0] >> 1 & 1)

    def _on_light(self, payload: bytes) -> None:
        self._answer(ord("A"), self.light.to_bytes(2, "little"))

    def _on_load(self, payload: bytes) -> None:
        self._answer(ord("L"), self.saved)

    def _on_save(self, payload: bytes) -> None:
        if self.can_save:
            self.saved = payload
        self._answer(ord("S"), bytes([self.can_save]))

    def _on_random(self, payload: bytes) -> None:
        self._answer(ord("R"), self.random.randbytes(256))

    def _on_console(self, payload: bytes) -> None:
        self._console.append(payload.decode(errors="replace"))

    def _on_led(self, payload: bytes) -> None:
        is_on = payload[0] == 1
        if not self.led or self.led[-1][1] != is_on:
            self.led.append((self.now(), is_on))

    def _on_display(self, payload: bytes) -> None:
        self.display.append((self.now(), payload))
        if self.on_display:
            self.on_display(self.now(), payload)

    _HANDLERS = {
        ord("H"): _on_hello,
        ord("F"): _on_sent_frame,
        ord("P"): _on_pins,
        ord("p"): _on_drive,
        ord("A"): _on_light,
        ord("L"): _on_load,
        ord("S"): _on_save,
        ord("R"): _on_random,
        ord("C"): _on_console,
        ord("B"): _on_led,
        ord("D"): _on_display,
    }

    # The end

    def _end(self, status: int) -> None:
        process = self._process
        assert process
        try:
            real = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise self._failure("it said it would end, and did not") from None
        self.exit_status = real if real != 0 else status
        if self.exit_status != 0 or not self._is_asked_to_stop:
            raise self._failure(f"it ended by itself, with status {self.exit_status}")
        self._clean_up()

    def _failure(self, what: str) -> DeviceFailure:
        log = ""
        if self._folder:
            self._log.seek(0)
            log = self._log.read().decode(errors="replace")[-4000:]
        if self._process:
            self._process.kill()
            self._process.wait()
        self._clean_up()
        return DeviceFailure(
            f"{self.image.name} at {self.simulation.now / 1e9:.6f} s: {what}\n"
            f"its log:\n{log}\nthe end of its console:\n{self.console[-2000:]}"
        )

    def _clean_up(self) -> None:
        if not self._folder:
            return
        if self._is_waiting and self._wait_over:
            self._wait_over.cancel()
        self._is_waiting = False
        if self._computed:
            self._computed.cancel()
        os.close(self._read_fd)
        os.close(self._write_fd)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        self._process = None
