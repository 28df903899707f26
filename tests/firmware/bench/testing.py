# SPDX-License-Identifier: MIT
"""What tests on the bench stand on. See __init__.py for how to write one."""

import argparse
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable

from .island import Island
from .simulation import DEFAULT_START

BOARDS = ("lockstep-lx106", "lockstep-cortex-m3", "lockstep-host")
_images = Path()
_board = BOARDS[-1]


def only_on(*boards: str) -> Callable:
    """Marks a test, or a class of tests, that runs on some boards only, for it takes long."""

    def decorate(test):
        test.only_on = boards
        return test

    return decorate


class BenchTest(unittest.TestCase):
    """Each test has an island of its own, in `self.island`, and may make others by make_island(). If it fails, the
    captures of their links and the devices' consoles are kept, and their folder is printed."""

    maxDiff = None

    def setUp(self) -> None:
        boards = getattr(getattr(self, self._testMethodName), "only_on", None) or getattr(self, "only_on", BOARDS)
        if _board not in boards:
            self.skipTest("runs on " + ", ".join(boards))
        self._islands: list[Island] = []
        self._began = time.monotonic()
        self.island = self.make_island()

    def tearDown(self) -> None:
        """Ends the programs that still run, so that their stacks are judged."""
        for island in self._islands:
            for device in island.devices:
                if device.is_on:
                    device.stop()

    def make_island(self, start: int = DEFAULT_START, seed: int = 1) -> Island:
        island = Island(_images, _board, start, seed)
        self._islands.append(island)
        self.addCleanup(island.close)
        return island

    def run(self, result: unittest.TestResult | None = None):
        before = self._failures(result)
        outcome = super().run(result)
        if self._failures(result) > before:
            self._keep()
        elif getattr(self, "_islands", None):
            messages = sum(island.messages() for island in self._islands)
            duration = time.monotonic() - self._began
            simulated = sum(island.simulation.now for island in self._islands) / 1e9
            print(
                f"{self.id().split('.', 1)[1]}: {simulated:.0f} s simulated in {duration:.1f} s, "
                f"{messages} messages",
                flush=True,
            )
        return outcome

    @staticmethod
    def _failures(result: unittest.TestResult | None) -> int:
        return len(result.failures) + len(result.errors) if result else 0

    def _keep(self) -> None:
        parent = os.environ.get("ISLETIME_CAPTURES") or tempfile.gettempdir()
        folder = Path(tempfile.mkdtemp(prefix=f"isletime-{self._testMethodName}-", dir=parent))
        for number, island in enumerate(getattr(self, "_islands", [])):
            island.link.capture.save(folder / f"link-{number}.pcap")
            for device in island.devices:
                (folder / f"console-{number}-{device.mac[-1]}.txt").write_text(device.console)
        print(f"{self.id()}: its captures and consoles are in {folder}", file=sys.stderr, flush=True)


def main() -> None:
    """Usage: NAME_bench_test.py FOLDER_OF_IMAGES [--board BOARD] [arguments of unittest]"""
    global _images, _board
    parser = argparse.ArgumentParser(usage=main.__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("--board", choices=BOARDS, default=_board)
    arguments, rest = parser.parse_known_args()
    _images = arguments.images.resolve()
    _board = arguments.board
    unittest.main(argv=[sys.argv[0], *rest])
