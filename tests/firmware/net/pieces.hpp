// SPDX-License-Identifier: MIT
// Bytes for the parsers of HTTP, whole or as TCP may cut them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

#include "libsync/core/bytes.hpp"

namespace isletime::net {

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Calls `take` with the text in pieces of `size` bytes.
template <class Take>
void in_pieces(std::string_view text, std::size_t size, Take take) {
  for (; !text.empty(); text.remove_prefix(text.size() < size ? text.size() : size)) {
    take(bytes_of(text.substr(0, size)));
  }
}

// Mostly one of those that mean something in a head.
inline char any_letter(std::mt19937& random) {
  constexpr std::string_view kMeaningful = "\r\n:0? ";
  if (random() % 4 == 0) return static_cast<char>(random() % 256);
  return kMeaningful[random() % kMeaningful.size()];
}

}  // namespace isletime::net
