#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds sentences in read-only data. Usage: no_texts.py OBJECT... Prints each; exits 1 if there is one.

On an ESP8266 constants fill data memory, so texts for people are in sources of their own (*_texts.cpp), which a
firmware that never shows them does not link. Objects are little-endian ELF32. A sentence has three words or more.
"""

import pathlib
import re
import struct
import sys

SENTENCE = re.compile(rb"[ -~]*[A-Za-z]{2,}[^ ]* [a-z]{2,}[^ ]* [a-z]+[ -~]*")


def read_only_data(elf):
    """Yields the contents of the sections .rodata*."""
    if elf[:6] != b"\x7fELF\x01\x01":
        sys.exit("no_texts.py: an object is no little-endian ELF32: compile it for a device")
    (table,) = struct.unpack_from("<I", elf, 32)
    size, count, names = struct.unpack_from("<3H", elf, 46)
    headers = [struct.unpack_from("<10I", elf, table + i * size) for i in range(count)]
    names_at = headers[names][4]
    for header in headers:
        name = elf[names_at + header[0] : elf.index(b"\0", names_at + header[0])]
        if name.startswith(b".rodata"):
            yield elf[header[4] : header[4] + header[5]]


def main():
    found = False
    for path in map(pathlib.Path, sys.argv[1:]):
        for data in read_only_data(path.read_bytes()):
            for sentence in SENTENCE.findall(data):
                print(f"{path.name}: {sentence.decode()}")
                found = True
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
