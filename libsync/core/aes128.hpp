// SPDX-License-Identifier: MIT
// Encryption of single blocks by AES-128 (FIPS 197) for small CPUs: the S-box is the only table, round keys
// are computed along the way, and nothing is kept but the key. The table is read in whole words, so it may
// also lie in a memory that faults on loads of single bytes, as an ESP8266's flash does. On a CPU with a data
// cache the time that it takes depends on the data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "libsync/core/dialect.hpp"

namespace isletime {

namespace aes {

// Multiplies by x modulo the field's polynomial (FIPS 197, section 4.2.1).
constexpr std::uint8_t times_x(std::uint8_t value) {
  return static_cast<std::uint8_t>(value << 1 ^ (value >> 7) * 0x1b);
}

constexpr std::uint8_t rotated(std::uint8_t value, int by) {
  return static_cast<std::uint8_t>(value << by | value >> (8 - by));
}

// Returns four entries a word, the first in its lowest bits. S(a) is an affine map of the inverse of a (FIPS
// 197, section 5.1.1): while `power` goes through all powers of 3, `inverse` goes through those of 1/3.
constexpr std::array<std::uint32_t, 64> make_s_box() {
  std::array<std::uint32_t, 64> words{};
  const auto put = [&words](std::uint8_t at, std::uint8_t inverse) {
    const int affine = inverse ^ rotated(inverse, 1) ^ rotated(inverse, 2) ^ rotated(inverse, 3) ^
                       rotated(inverse, 4) ^ 0x63;
    words[at / 4] |= static_cast<std::uint32_t>(affine) << (at % 4 * 8);
  };
  put(0, 0);
  std::uint8_t power = 1;
  std::uint8_t inverse = 1;
  do {
    power = static_cast<std::uint8_t>(power ^ times_x(power));
    // Division by 3 is multiplication by 0xf6.
    std::uint8_t quotient = 0;
    std::uint8_t shifted = inverse;
    for (int bits = 0xf6; bits != 0; bits >>= 1, shifted = times_x(shifted)) {
      if ((bits & 1) != 0) quotient = static_cast<std::uint8_t>(quotient ^ shifted);
    }
    inverse = quotient;
    put(power, inverse);
  } while (power != 1);
  return words;
}

inline constexpr std::array<std::uint32_t, 64> kSBox = make_s_box();

constexpr std::uint8_t substituted(std::uint8_t value) {
  return static_cast<std::uint8_t>(kSBox[value / 4] >> (value % 4 * 8));
}

// FIPS 197, figure 7.
static_assert(substituted(0x00) == 0x63 && substituted(0x53) == 0xed && substituted(0xff) == 0x16);

}  // namespace aes

class Aes128 {
 public:
  static constexpr std::size_t kBlockSize = 16;
  using Block = std::array<std::uint8_t, kBlockSize>;

  constexpr explicit Aes128(std::span<const std::uint8_t, kBlockSize> key) : key_(copied(key)) {}

  constexpr Block encrypt(const Block& plain) const {
    constexpr int kRounds = 10;
    Block state = plain;
    Block round_key = key_;
    std::uint8_t constant = 1;
    add(state, round_key);
    for (int round = 1; round <= kRounds; ++round) {
      state = substitute_and_shift(state);
      if (round < kRounds) mix_columns(state);
      advance(round_key, constant);
      constant = aes::times_x(constant);
      add(state, round_key);
    }
    return state;
  }

 private:
  static constexpr Block copied(std::span<const std::uint8_t, kBlockSize> bytes) {
    Block out{};
    for (std::size_t i = 0; i < kBlockSize; ++i) out[i] = bytes[i];
    return out;
  }

  static constexpr void add(Block& state, const Block& other) {
    for (std::size_t i = 0; i < kBlockSize; ++i) state[i] = static_cast<std::uint8_t>(state[i] ^ other[i]);
  }

  // SubBytes and ShiftRows: row r, which is every fourth byte from r on, turns left by r columns.
  static constexpr Block substitute_and_shift(const Block& state) {
    Block out{};
    for (std::size_t i = 0; i < kBlockSize; ++i) {
      out[i] = aes::substituted(state[(i + i % 4 * 4) % kBlockSize]);
    }
    return out;
  }

  static constexpr void mix_columns(Block& state) {
    for (std::size_t column = 0; column < kBlockSize; column += 4) {
      const std::uint8_t first = state[column];
      const int all = first ^ state[column + 1] ^ state[column + 2] ^ state[column + 3];
      for (std::size_t row = 0; row < 4; ++row) {
        std::uint8_t& byte = state[column + row];
        const std::uint8_t next = row == 3 ? first : state[column + row + 1];
        byte = static_cast<std::uint8_t>(byte ^ all ^ aes::times_x(byte ^ next));
      }
    }
  }

  // The key schedule of FIPS 197, section 5.2, from one round to the next.
  static constexpr void advance(Block& key, std::uint8_t constant) {
    const std::size_t last = kBlockSize - 4;
    const Block before = key;
    for (std::size_t i = 0; i < 4; ++i) {
      key[i] = static_cast<std::uint8_t>(key[i] ^ aes::substituted(before[last + (i + 1) % 4]));
    }
    key[0] = static_cast<std::uint8_t>(key[0] ^ constant);
    for (std::size_t i = 4; i < kBlockSize; ++i) key[i] = static_cast<std::uint8_t>(key[i] ^ key[i - 4]);
  }

  Block key_;
};

}  // namespace isletime
