# SPDX-License-Identifier: MIT
"""Runs an image on a board that QEMU emulates, in real time.

    with Emulated(folder_of_images, "button", "kc705-lx106", settings={"hub": "10.0.2.2"}, rtc=True) as device:
        device.wait_for("^led 1$")
        device.press()
        status = device.quit()

The device has QEMU's user network, in which this machine's loopback is 10.0.2.2, unless `network` is another
argument for -netdev (without the id). Each run has a working directory of its own, or `folder` (to start a device
again with what it has saved)."""

import os
import re
import select
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from bench import stack
from bench.i2c import Bus
from bench.rtc import Ds3231
from bench.simulation import DEFAULT_START, Simulation

BOARDS = ("mps2-an385", "kc705-lx106")
PATIENCE = 60.0  # a busy machine may take so long for what takes a fraction of a second

_QEMU = {
    "mps2-an385": ["qemu-system-arm", "-M", "mps2-an385", "-semihosting-config", "enable=on,target=native"],
    "kc705-lx106": ["qemu-system-xtensa", "-M", "kc705-nommu", "-cpu", "lx106", "-m", "16M", "-semihosting"],
}


class WiredRtc:
    """A DS3231 on wires that are two FIFOs in `folder`; see firmware/boards/kc705-lx106/fifo_lines.hpp. Its time goes
    on from `start`, in nanoseconds since 1970, as the machine's does."""

    def __init__(self, folder: Path, start: int):
        self.simulation = Simulation(start)
        self.chip = Ds3231(self.simulation)
        self.chip.set_time(start)
        self.bus = Bus(self.chip)
        for name in ("i2c.out", "i2c.in"):
            if not (folder / name).exists():
                os.mkfifo(folder / name)
        # Opened for both directions, so that neither end waits for the other, or sees an end of file.
        self._from_device = os.open(folder / "i2c.out", os.O_RDWR)
        self._to_device = os.open(folder / "i2c.in", os.O_RDWR)
        self._stop_read, self._stop_write = os.pipe()
        self._begin = time.monotonic_ns()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._from_device, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            for lines in os.read(self._from_device, 1):
                self.simulation.run_until(time.monotonic_ns() - self._begin)
                self.bus.set_lines(self.simulation.now, lines & 1, lines >> 1 & 1)
                scl, sda = self.bus.levels(self.simulation.now)
                os.write(self._to_device, bytes([scl | sda << 1]))

    def close(self) -> None:
        os.write(self._stop_write, b"s")
        self._thread.join()
        for descriptor in (self._from_device, self._to_device, self._stop_read, self._stop_write):
            os.close(descriptor)


class Emulated:
    def __init__(
        self,
        images: Path,
        app: str,
        board: str,
        settings: dict[str, str] | None = None,
        network: str = "user",
        mac: str = "52:54:00:12:34:56",
        rtc: bool = False,
        rtc_start: int = DEFAULT_START,
        folder: Path | None = None,
        more: list[str] | None = None,
    ):
        self._owned = None if folder else tempfile.TemporaryDirectory(prefix="isletime-")
        self.folder = Path(folder or self._owned.name)
        self._console = ""
        self.rtc = None
        settings = dict(settings or {})
        command = [*_QEMU[board], "-display", "none", "-monitor", "none", "-serial", "stdio"]
        self.image = Path(images) / f"{app}-{board}.elf"
        command += ["-kernel", str(self.image), "-netdev", f"{network},id=n0"]
        command += ["-net", f"nic,netdev=n0,macaddr={mac}" + (",model=lan9118" if board == "mps2-an385" else "")]
        if board == "kc705-lx106":
            settings["mac"] = mac.replace(":", "")  # this board has no other way to learn it
            if rtc:
                self.rtc = WiredRtc(self.folder, rtc_start)
        elif rtc:
            date = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(rtc_start / 1e9))
            command += ["-device", "ds1338,address=0x68", "-rtc", f"base={date}"]
        command += ["-append", " ".join(f"{name}={value}" for name, value in settings.items())]
        self.process = subprocess.Popen(
            command + (more or []), cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self) -> "Emulated":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._take_in()
        self.process.stdin.close()
        self.process.stdout.close()
        if self.rtc:
            self.rtc.close()
            self.rtc = None
        if self._owned:
            self._owned.cleanup()

    @property
    def console(self) -> str:
        """All that the device has written until now."""
        self._take_in()
        return self._console

    def _take_in(self) -> bool:
        if self.process.stdout.closed:
            return False
        chunk = self.process.stdout.read()
        if chunk:
            self._console += chunk.decode(errors="replace")
        return chunk != b""

    def read(self, at_most: float = 0.0) -> bool:
        """Takes in what the device has written, waiting for it; returns False at the end of its output."""
        ready, _, _ = select.select([self.process.stdout], [], [], at_most)
        return self._take_in() if ready else True

    def wait_for(self, pattern: str, at_most: float = PATIENCE, start: int = 0) -> re.Match:
        """Waits until the whole lines on the console have the pattern, and returns its first match. `start` is the
        length of the console before what counts."""
        end = time.monotonic() + at_most
        while True:
            console = self.console
            found = re.search(pattern, console[start : console.rfind("\n") + 1], re.MULTILINE)
            if found:
                return found
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError(f"the device has not written {pattern!r}, but:\n{self.console}")

    def send(self, text: str) -> None:
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def press(self) -> None:
        self.send("p")

    def wait(self, at_most: float = PATIENCE) -> int:
        """Waits until the device has ended, and returns its exit status."""
        end = time.monotonic() + at_most
        while self.read(max(0.0, end - time.monotonic())):
            if time.monotonic() > end:
                raise AssertionError(f"the device does not end; it wrote:\n{self.console}")
        return self.process.wait(max(1.0, end - time.monotonic()))

    def quit(self) -> int:
        """Asks the device to end, judges how deep its stack was, and returns its exit status."""
        self.send("q")
        status = self.wait()
        stack.judge(self.image, self.console)
        return status
