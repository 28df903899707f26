// SPDX-License-Identifier: MIT
// Big-endian integers at every alignment. The expected values are read off the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

inline constexpr std::array<std::uint8_t, 12> kCountedBytes{0x80, 0x91, 0xa2, 0xb3, 0xc4, 0xd5,
                                                            0xe6, 0xf7, 0x08, 0x19, 0x2a, 0x3b};

struct Load {
  std::size_t at;
  std::uint16_t be16;
  std::uint32_t be32;
  std::uint64_t be64;

  constexpr bool holds() const {
    return load_be16(kCountedBytes, at) == be16 && load_be32(kCountedBytes, at) == be32 &&
           load_be64(kCountedBytes, at) == be64;
  }
};

inline constexpr Load kLoads[] = {
    {0, 0x8091, 0x8091'a2b3, 0x8091'a2b3'c4d5'e6f7}, {1, 0x91a2, 0x91a2'b3c4, 0x91a2'b3c4'd5e6'f708},
    {2, 0xa2b3, 0xa2b3'c4d5, 0xa2b3'c4d5'e6f7'0819}, {3, 0xb3c4, 0xb3c4'd5e6, 0xb3c4'd5e6'f708'192a},
    {4, 0xc4d5, 0xc4d5'e6f7, 0xc4d5'e6f7'0819'2a3b},
};

// Stores a value of `width` bits between bytes of 0x55.
struct Store {
  std::size_t at;
  std::uint64_t value;
  int width;
  std::array<std::uint8_t, 12> expected;

  constexpr bool holds() const {
    std::array<std::uint8_t, 12> bytes{};
    for (auto& byte : bytes) byte = 0x55;
    if (width == 16) store_be16(bytes, at, static_cast<std::uint16_t>(value));
    if (width == 32) store_be32(bytes, at, static_cast<std::uint32_t>(value));
    if (width == 64) store_be64(bytes, at, value);
    return bytes == expected;
  }
};

inline constexpr Store kStores[] = {
    {0, 0xfe01, 16, {0xfe, 0x01, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55}},
    {1, 0xfe01, 16, {0x55, 0xfe, 0x01, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55}},
    {0, 0xfe01'80ff, 32, {0xfe, 0x01, 0x80, 0xff, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55}},
    {3, 0xfe01'80ff, 32, {0x55, 0x55, 0x55, 0xfe, 0x01, 0x80, 0xff, 0x55, 0x55, 0x55, 0x55, 0x55}},
    {0, 0xfe01'80ff'0000'7f42, 64, {0xfe, 0x01, 0x80, 0xff, 0x00, 0x00, 0x7f, 0x42, 0x55, 0x55, 0x55, 0x55}},
    {2, 0xfe01'80ff'0000'7f42, 64, {0x55, 0x55, 0xfe, 0x01, 0x80, 0xff, 0x00, 0x00, 0x7f, 0x42, 0x55, 0x55}},
    {4, 0xfe01'80ff'0000'7f42, 64, {0x55, 0x55, 0x55, 0x55, 0xfe, 0x01, 0x80, 0xff, 0x00, 0x00, 0x7f, 0x42}},
};

inline constexpr Check kBytesChecks[] = {
    {"Bytes.Loads", first_failing<kLoads>},
    {"Bytes.Stores", first_failing<kStores>},
};

}  // namespace isletime::vectors
