// SPDX-License-Identifier: MIT
// Reads and writes big-endian integers in byte buffers by shifts: there are no casts onto buffers, so
// unaligned data is safe on CPUs that fault on it. The caller guarantees that `at + sizeof(value)` fits the
// buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/dialect.hpp"

namespace isletime {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::uint16_t load_be16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

constexpr std::uint32_t load_be32(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

constexpr std::uint64_t load_be64(Bytes bytes, std::size_t at) {
  return std::uint64_t{load_be32(bytes, at)} << 32 | load_be32(bytes, at + 4);
}

constexpr void store_be16(MutableBytes bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

constexpr void store_be32(MutableBytes bytes, std::size_t at, std::uint32_t value) {
  store_be16(bytes, at, static_cast<std::uint16_t>(value >> 16));
  store_be16(bytes, at + 2, static_cast<std::uint16_t>(value & 0xffff));
}

constexpr void store_be64(MutableBytes bytes, std::size_t at, std::uint64_t value) {
  store_be32(bytes, at, static_cast<std::uint32_t>(value >> 32));
  store_be32(bytes, at + 4, static_cast<std::uint32_t>(value & 0xffff'ffff));
}

}  // namespace isletime
