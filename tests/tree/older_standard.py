#!/usr/bin/env python3
"""Checks that whoever compiles a header for devices under an older standard is told so, and nothing else.

Usage: older_standard.py ROOT COMPILER. Prints a line per breach; exits 1 if there is one.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

FOLDERS = ("core", "policy", "ports", "drivers")
SAID = "isletime needs C++20: compile with -std=gnu++20"
THE_END = "isletime needs C++20"  # the file that is included to end the compilation


def errors(root, compiler, header, standard):
    command = [compiler, f"-std={standard}", "-fsyntax-only", f"-I{root}", "-x", "c++", header]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if "error:" in line]


def breach(root, compiler, header):
    for standard in ("gnu++11", "gnu++17"):
        found = errors(root, compiler, header, standard)
        if len(found) != 2 or SAID not in found[0] or THE_END not in found[1]:
            return f"{header}: under {standard} it says {found}"
    return None


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    headers = [path for folder in FOLDERS for path in sorted((root / "libsync" / folder).rglob("*.hpp"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        breaches = [b for b in pool.map(lambda path: breach(root, compiler, path), headers) if b]
    for line in breaches:
        print(line)
    return 1 if breaches or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
