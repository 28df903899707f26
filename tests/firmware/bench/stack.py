# SPDX-License-Identifier: MIT
"""The stack's greatest depth, which each program on an emulated CPU says when it stops ("stack: 2112 of 6144 bytes").
A run that leaves less than a quarter of the stack free fails. All are kept beside the images, for stack_table.py."""

import re
from pathlib import Path

FREE_SHARE = 4
_SAID = re.compile(r"^stack: (\d+) of (\d+) bytes$", re.MULTILINE)


def _kept_in(image: Path) -> Path:
    return image.parent / "stack" / f"{image.stem}.txt"


def _version_of(image: Path) -> int:
    return image.stat().st_mtime_ns


def judge(image: Path, console: str) -> None:
    """Judges what a program has said as it stopped, and keeps it."""
    said = _SAID.search(console)
    if not said:
        raise AssertionError(f"{image.name} did not say how deep its stack was:\n{console[-1000:]}")
    deepest, size = map(int, said.groups())
    path = _kept_in(image)
    path.parent.mkdir(exist_ok=True)
    with open(path, "a", encoding="ascii") as file:
        file.write(f"{_version_of(image)} {deepest} {size}\n")
    if size - deepest < size // FREE_SHARE:
        raise AssertionError(f"{image.name}: {deepest} of {size} bytes of the stack were used; a quarter must be free")


def kept(image: Path) -> list[tuple[int, int]]:
    """Returns (deepest, size) of all runs of this image, but not of those that were built before it."""
    path = _kept_in(image)
    if not path.exists():
        return []
    runs = [tuple(map(int, line.split())) for line in path.read_text(encoding="ascii").splitlines()]
    return [(deepest, size) for version, deepest, size in runs if version == _version_of(image)]
