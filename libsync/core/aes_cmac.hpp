// SPDX-License-Identifier: MIT
// AES-CMAC with a 128-bit key (RFC 4493) for devices, and the comparison of a MAC in constant time. It holds
// no more than the key and one subkey. A hub uses libsync/posix/aes_cmac.hpp, which is quicker.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "libsync/core/aes128.hpp"
#include "libsync/core/bytes.hpp"

namespace isletime {

// Compares as many steps whatever the bytes are; the sizes are no secret.
constexpr bool is_equal_in_constant_time(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
    // The compiler must not see when the result is certain.
    if (!std::is_constant_evaluated()) asm volatile("" : "+r"(difference));
  }
  return difference == 0;
}

class Aes128Cmac {
 public:
  static constexpr std::size_t kKeySize = Aes128::kBlockSize;
  using Tag = Aes128::Block;

  constexpr explicit Aes128Cmac(std::span<const std::uint8_t, kKeySize> key)
      : cipher_(key), subkey_(doubled(cipher_.encrypt({}))) {}

  constexpr Tag tag_of(Bytes message) const {
    Tag state{};
    while (message.size() > state.size()) {
      add(state, message.first(state.size()));
      state = cipher_.encrypt(state);
      message = message.subspan(state.size());
    }
    add(state, message);
    if (message.size() == state.size()) {
      add(state, subkey_);
    } else {
      state[message.size()] ^= 0x80;
      add(state, doubled(subkey_));
    }
    return cipher_.encrypt(state);
  }

 private:
  static constexpr void add(Tag& state, Bytes bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      state[i] = static_cast<std::uint8_t>(state[i] ^ bytes[i]);
    }
  }

  // Multiplies by x in the field of 2^128 elements (RFC 4493, section 2.3).
  static constexpr Tag doubled(const Tag& value) {
    Tag out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
      const int carried = i + 1 < out.size() ? value[i + 1] >> 7 : (value[0] >> 7) * 0x87;
      out[i] = static_cast<std::uint8_t>(value[i] << 1 ^ carried);
    }
    return out;
  }

  Aes128 cipher_;
  Tag subkey_;
};

}  // namespace isletime
