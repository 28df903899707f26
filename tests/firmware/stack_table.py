# SPDX-License-Identifier: MIT
"""Prints how deep the stack of each app has been on each emulated board, over all tests that have run; bench/stack.py
judges each run. Fails if an app was not run on a board. Usage: stack_table.py FOLDER_OF_IMAGES APP..."""

import sys
from pathlib import Path

from bench import stack
from measured import Table

BOARDS = ("kc705-lx106", "mps2-an385", "lockstep-lx106", "lockstep-cortex-m3")


def main() -> int:
    images, apps = Path(sys.argv[1]), sys.argv[2:]
    table = Table(images, "stack")
    missing = []
    table.line(f"{'app':10}{'board':20}{'deepest':>9}{'of':>7}{'free':>6}{'runs':>7}   (bytes of stack)")
    for app in apps:
        for board in BOARDS:
            runs = stack.kept(images / f"{app}-{board}.elf")
            if not runs:
                missing.append(f"{app} on {board}: no test of it has ended")
                continue
            deepest, size = max(runs)
            table.line(f"{app:10}{board:20}{deepest:9}{size:7}{(size - deepest) * 100 // size:5}%{len(runs):7}")
    return table.conclude(missing)


if __name__ == "__main__":
    sys.exit(main())
