#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decompresses a 32-bit ARM kernel for QEMU, because a guest takes as long for it as for all the rest of its start.

Usage: unpack_kernel.py ZIMAGE UIMAGE
"""

import lzma
import pathlib
import struct
import sys
import zlib

XZ = b"\xfd7zXZ\0"
# The start of the memory of a Versatile Express, and Linux's TEXT_OFFSET (arch/arm/Makefile) in kernels that also run
# on Qualcomm's and Amlogic's chips, as Debian's does.
LOAD = 0x6000_0000 + 0x0020_8000
ARM, KERNEL, LINUX, UNCOMPRESSED = 2, 2, 5, 0  # u-boot's include/image.h


def decompressed(zimage):
    at = -1
    while (at := zimage.find(XZ, at + 1)) >= 0:
        try:
            return lzma.LZMADecompressor().decompress(zimage[at:])
        except lzma.LZMAError:
            pass  # The decompressor itself has this constant.
    raise SystemExit("unpack_kernel: no kernel that is compressed by xz")


def uimage(image):
    def header(checksum):
        numbers = 0x2705_1956, checksum, 0, len(image), LOAD, LOAD, zlib.crc32(image)
        return struct.pack(">7I4B32s", *numbers, LINUX, ARM, KERNEL, UNCOMPRESSED, b"Linux")

    return header(zlib.crc32(header(0))) + image


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_bytes(uimage(decompressed(pathlib.Path(sys.argv[1]).read_bytes())))
