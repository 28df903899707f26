# SPDX-License-Identifier: MIT
"""A chain of MAX7219 with 8x8 matrices (Maxim 19-4452): what is shifted out and latched becomes a picture."""

DIGIT_0, DECODE, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 0x01, 0x09, 0x0A, 0x0B, 0x0C, 0x0F


class Chip:
    def __init__(self) -> None:
        self.registers = bytearray(16)  # all zero: in shutdown, blank, intensity 1/32, one digit

    @property
    def is_lit(self) -> bool:
        """False in shutdown; the test overrides it."""
        return bool(self.registers[SHUTDOWN] & 1) or self.is_in_test

    @property
    def is_in_test(self) -> bool:
        return bool(self.registers[TEST] & 1)

    @property
    def intensity(self) -> int:
        return 15 if self.is_in_test else self.registers[INTENSITY] & 15

    def rows(self) -> list[int]:
        """Returns what each row shows, bit 7 on the left as the segments D7 to D0 (DP, A to G) are."""
        if self.is_in_test:
            return [0xFF] * 8
        if not self.registers[SHUTDOWN] & 1:
            return [0] * 8
        shown = (self.registers[SCAN_LIMIT] & 7) + 1
        decode = self.registers[DECODE]
        return [
            self._segments(self.registers[DIGIT_0 + i], bool(decode >> i & 1)) if i < shown else 0 for i in range(8)
        ]

    @staticmethod
    def _segments(value: int, is_decoded: bool) -> int:
        if not is_decoded:
            return value
        font = (0x7E, 0x30, 0x6D, 0x79, 0x33, 0x5B, 0x5F, 0x70, 0x7F, 0x7B, 0x01, 0x4F, 0x37, 0x0E, 0x67, 0x00)
        return font[value & 15] | value & 0x80


class Chain:
    """`chips[0]` is the one farthest from the controller: the first word of a frame ends there. A frame is the bytes
    between two latches, two for each chip; one that is shorter leaves what was shifted before in the farther chips."""

    def __init__(self, count: int = 4):
        self.chips = [Chip() for _ in range(count)]
        self.bad_frames: list[bytes] = []
        self._shift = bytes(2 * count)

    def latch(self, frame: bytes) -> None:
        if len(frame) % 2:
            self.bad_frames.append(frame)
        size = 2 * len(self.chips)
        self._shift = (self._shift + frame)[-size:]
        for number, chip in enumerate(self.chips):
            address, value = self._shift[2 * number] & 15, self._shift[2 * number + 1]
            if address:  # 0 is no operation
                chip.registers[address] = value

    def picture(self) -> list[str]:
        """Returns eight lines of `#` and `.`; the chip farthest from the controller is on the left."""
        rows = [chip.rows() for chip in self.chips]
        return [
            "".join("#" if each[row] >> bit & 1 else "." for each in rows for bit in range(7, -1, -1))
            for row in range(8)
        ]

    def is_dark(self) -> bool:
        return all("#" not in line for line in self.picture())
