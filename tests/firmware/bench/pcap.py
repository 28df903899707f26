# SPDX-License-Identifier: MIT
"""Captures of the simulated link, in the classic pcap format with nanoseconds, for Wireshark and tcpdump."""

import struct
from collections import deque
from pathlib import Path

_NANOSECOND_MAGIC = 0xA1B23C4D
_ETHERNET = 1


class Capture:
    """Keeps the last frames in memory; save() writes them."""

    def __init__(self, most_frames: int = 20_000):
        self._frames: deque[tuple[int, bytes]] = deque(maxlen=most_frames)

    def add(self, true_time: int, frame: bytes) -> None:
        self._frames.append((true_time, frame))

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", _NANOSECOND_MAGIC, 2, 4, 0, 0, 65535, _ETHERNET))
            for at, frame in sorted(self._frames, key=lambda entry: entry[0]):
                seconds, nanoseconds = divmod(at, 1_000_000_000)
                file.write(struct.pack("<IIII", seconds & 0xFFFFFFFF, nanoseconds, len(frame), len(frame)))
                file.write(frame)
