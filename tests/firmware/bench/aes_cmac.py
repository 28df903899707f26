# SPDX-License-Identifier: MIT
"""AES-128 (FIPS 197, encryption only) and AES-CMAC (RFC 4493): slow, small, and independent of the device's code."""


def _gmul(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _make_sbox() -> bytes:
    box = bytearray(256)
    for value in range(256):
        inverse = next((x for x in range(256) if _gmul(value, x) == 1), 0)
        mixed = inverse
        for turn in range(1, 5):
            mixed ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
        box[value] = mixed ^ 0x63
    return bytes(box)


_SBOX = _make_sbox()


def _expand(key: bytes) -> list[bytes]:
    words = [key[i : i + 4] for i in range(0, 16, 4)]
    constant = 1
    for i in range(4, 44):
        word = words[i - 1]
        if i % 4 == 0:
            word = bytes(_SBOX[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _gmul(constant, 2)
        words.append(bytes(a ^ b for a, b in zip(words[i - 4], word)))
    return [b"".join(words[i : i + 4]) for i in range(0, 44, 4)]


def encrypt_block(key: bytes, block: bytes) -> bytes:
    keys = _expand(key)
    state = bytes(a ^ b for a, b in zip(block, keys[0]))
    for turn in range(1, 11):
        state = bytes(_SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16))  # SubBytes, ShiftRows
        if turn < 10:
            mixed = bytearray()
            for c in range(0, 16, 4):
                a = state[c : c + 4]
                for i in range(4):
                    mixed.append(_gmul(a[i], 2) ^ _gmul(a[(i + 1) % 4], 3) ^ a[(i + 2) % 4] ^ a[(i + 3) % 4])
            state = bytes(mixed)
        state = bytes(a ^ b for a, b in zip(state, keys[turn]))
    return state


def cmac(key: bytes, message: bytes) -> bytes:
    def double(block: bytes) -> bytes:
        value = int.from_bytes(block, "big") << 1
        return ((value & (1 << 128) - 1) ^ (0x87 if value >> 128 else 0)).to_bytes(16, "big")

    subkey = double(encrypt_block(key, bytes(16)))
    blocks = [message[i : i + 16] for i in range(0, len(message), 16)] or [b""]
    last = blocks.pop()
    if len(last) < 16:
        subkey = double(subkey)
        last = (last + b"\x80").ljust(16, b"\0")
    state = bytes(16)
    for block in [*blocks, bytes(a ^ b for a, b in zip(last, subkey))]:
        state = encrypt_block(key, bytes(a ^ b for a, b in zip(state, block)))
    return state
