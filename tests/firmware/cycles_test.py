# SPDX-License-Identifier: MIT
"""Prints how many instructions the devices' CPUs need for what they do most often, and fails if one needs twice as
many as it did. Usage: cycles_test.py FOLDER_OF_IMAGES

QEMU counts instructions, so an image's figures are the same at every run. They are no cycles: a chip needs at least one for
each, and more for loads, taken branches, and flash that is not in its cache. On the lx106 64-bit divisions are those
of firmware/boards/common/lx106/rom.cpp, in place of the chip's ROM."""

import re
import sys
from pathlib import Path

from emulated import Emulated
from measured import Table

SHIFT = 6  # each instruction takes 2^SHIFT ns of QEMU's time, so that the boards' counters see every single one
KNOWN = ("known loop", 2000)
# The board, its CPU, and the CPU's usual clock in MHz; what each operation took on it, the mean of many.
CPUS = (
    ("kc705-lx106", "lx106", 80),
    ("mps2-an385", "Cortex-M3", 25),
)
WERE = {
    "query": (400, 320),
    "reply handled": (78_400, 37_200),
    "estimate": (17_500, 6_300),
    "reply served": (33_800, 11_900),
    "signature": (28_000, 27_000),
    "picture": (11_400, 3_500),
}
MEANINGS = {
    "query": "DeviceFollower::poll",
    "reply handled": "DeviceFollower::on_datagram, from the datagram to the clock's new state",
    "estimate": "DeviceClock::at: time, bound and reliability",
    "reply served": "request judged, limited and answered; without UDP, IP and Ethernet",
    "signature": "AES-CMAC of an NTP packet",
    "picture": "local time and its picture for the display",
}


def measure(images: Path, board: str) -> dict[str, tuple[int, int]]:
    """Returns the mean and the maximum of each operation."""
    more = ["-icount", f"shift={SHIFT},sleep=off"]
    with Emulated(images, "cycles", board, {"instruction-ns": str(1 << SHIFT)}, more=more) as device:
        if (status := device.wait()) != 0:
            raise AssertionError(f"{board}: it ended with status {status}:\n{device.console}")
        found = re.findall(r"^instructions: (.+): (\d+), at most (\d+)$", device.console, re.MULTILINE)
    return {name: (int(mean), int(most)) for name, mean, most in found}


def main() -> int:
    images = Path(sys.argv[1]).resolve()
    table = Table(images, "cycles")
    failures = []
    table.line(f"{'CPU':11}{'operation':15}{'mean':>8}{'most':>9}{'at least':>13}   (instructions)")
    for index, (board, cpu, megahertz) in enumerate(CPUS):
        counts = measure(images, board)
        # The board's counter need not begin with an instruction of the loop.
        if abs(counts[KNOWN[0]][0] - KNOWN[1]) > 2:
            failures.append(f"{cpu}: a loop of {KNOWN[1]} instructions counts as {counts[KNOWN[0]][0]}")
        for name, were in WERE.items():
            mean, most = counts[name]
            time = f"{most / megahertz:.0f} us"
            table.line(f"{cpu:11}{name:15}{mean:8}{most:9}{time:>13}   {MEANINGS[name]}")
            if mean > 2 * were[index]:
                failures.append(f"{cpu}: {name} takes {mean} instructions, of {were[index]} before")
    table.line(f"at least: with a cycle for each instruction, at {' and '.join(f'{mhz} MHz ({cpu})' for _, cpu, mhz in CPUS)}")
    return table.conclude(failures)


if __name__ == "__main__":
    sys.exit(main())
