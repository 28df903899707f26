# SPDX-License-Identifier: MIT
"""Tables of what the tests have measured: printed, and kept beside the images, where ./check shows them."""

from pathlib import Path


class Table:
    def __init__(self, images: Path, name: str):
        self._path = Path(images) / "measured" / f"{name}.txt"
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        print(text, flush=True)
        self._lines.append(text + "\n")

    def conclude(self, failures: list[str]) -> int:
        """Keeps the table, prints the failures, and returns the exit status."""
        for failure in failures:
            print(failure)
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text("".join(self._lines), encoding="utf-8")
        return 1 if failures else 0
