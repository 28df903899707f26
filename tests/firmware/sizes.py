# SPDX-License-Identifier: MIT
"""Prints how much memory each image takes, and fails if one is too large or has a heap or floating point.

Usage: sizes.py FOLDER_OF_IMAGES. Flash is what is stored: code, constants and initial values. RAM is everything in
RAM, the stack included; on the ESP8266 constants are there as well, since flash has no byte access. `ours` is the code
that the image has of libsync, whether from an object of its own or inline in an app's. `IRAM` is of 32 KiB."""

import re
import struct
import sys
from pathlib import Path

from measured import Table

KIB = 1024
BOARDS = ("kc705-lx106", "mps2-an385")
OF_TESTS = ("cycles", "probe", "vectors")
# Most bytes of flash, RAM and libsync for an app on a board.
LIMITS = {("button", "kc705-lx106"): {"flash": 96 * KIB, "ram": 40 * KIB, "ours": 24 * KIB}}

ALLOCATED, NO_BITS, SYMBOLS = 2, 8, 2
REGIONS = {
    "kc705-lx106": {"ram": (0x3FFE8000, 0x3FFFC000), "iram": (0x40100000, 0x40108000), "flash": (0x40200000, 0x40300000)},
    "mps2-an385": {"ram": (0x20000000, 0x20010000), "flash": (0, 0x40000)},
}
UNWANTED = re.compile(
    r"_?(malloc|calloc|realloc|free|sbrk)(_r)?|_Z(nw|na|dl|da).*|__cxa_(throw|atexit|pure_virtual).*"
    r"|__[a-z]+[sdtx]f([sdt][if])?[0-9]?|__aeabi_(c?[df]r?(add|sub|mul|div|neg|cmp)[a-z]*|[df]2[a-z]+|u?[il]2[df])")
# Functions of namespace isletime that are not of the apps, boards or network, as their sections are named.
OF_LIBSYNC = re.compile(r"\.(?:text|rodata|literal|data|bss)\._Z+N?[KVRO]*8isletime(?!(8firmware|3net|5board|4host|8lockstep)[A-Z0-9_])")


class Image:
    def __init__(self, path: Path):
        self.data = path.read_bytes()
        header = struct.unpack_from("<16sHHIIIIIHHHHHH", self.data)
        assert header[0][:5] == b"\x7fELF\x01", f"{path} is no ELF file of 32 bits"
        at, size, count = header[6], header[11], header[12]
        self.sections = [struct.unpack_from("<10I", self.data, at + i * size) for i in range(count)]

    def allocated(self):
        """Yields address, size, and whether the section is stored."""
        for _, kind, flags, address, _, size, *_ in self.sections:
            if flags & ALLOCATED and size:
                yield address, size, kind != NO_BITS

    def defined_symbols(self):
        for _, kind, _, _, at, size, link, *_ in self.sections:
            if kind != SYMBOLS:
                continue
            names_at = self.sections[link][4]
            for offset in range(at, at + size, 16):
                name, _, _, _, _, section = struct.unpack_from("<IIIBBH", self.data, offset)
                if section:
                    end = self.data.index(b"\0", names_at + name)
                    yield self.data[names_at + name : end].decode()


def memory_of(image: Image, board: str) -> dict[str, int]:
    used = {"flash": 0, "ram": 0, "iram": 0}
    for address, size, is_stored in image.allocated():
        region = next((name for name, (first, end) in REGIONS[board].items() if first <= address < end), None)
        if region is None:
            continue  # the jump at the emulator's reset address
        if region != "flash":
            used[region] += size
        if is_stored:
            used["flash"] += size
    return used


def libsync_of(linker_map: str) -> int:
    """Sums what the linker kept of libsync's archive, and of its inline functions and templates in other objects."""
    kept = linker_map.split("Linker script and memory map", 1)[1]
    total = 0
    # The address and size of a section with a long name are on the next line.
    for section, size, file in re.findall(r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", kept, re.MULTILINE):
        if section.startswith((".debug", ".comment", ".xt", ".ARM", ".note")):
            continue
        if "/libsync.a(" in file or OF_LIBSYNC.match(section):
            total += int(size, 16)
    return total


def main() -> int:
    folder = Path(sys.argv[1])
    failures = []
    table = Table(folder, "sizes")
    table.line(f"{'app':10}{'board':14}{'flash':>8}{'RAM':>8}{'IRAM':>7}{'ours':>8}   (bytes)")
    for path in sorted(folder.glob("*.elf")):
        app, _, board = path.stem.partition("-")
        if board not in BOARDS:
            continue
        image = Image(path)
        unwanted = sorted(set(filter(UNWANTED.fullmatch, image.defined_symbols())))
        if unwanted:
            failures.append(f"{app} on {board}: it has {', '.join(unwanted)}")
        if app in OF_TESTS:
            continue
        used = memory_of(image, board)
        used["ours"] = libsync_of(path.with_suffix(".map").read_text())
        table.line(f"{app:10}{board:14}{used['flash']:8}{used['ram']:8}{used['iram']:7}{used['ours']:8}")
        for what, limit in LIMITS.get((app, board), {}).items():
            if used[what] > limit:
                failures.append(f"{app} on {board}: {what} is {used[what]} bytes, of {limit}")
    missing = [f"{app} on {board}: there is no image" for app, board in LIMITS if not (folder / f"{app}-{board}.elf").exists()]
    return table.conclude(failures + missing)


if __name__ == "__main__":
    sys.exit(main())
