// SPDX-License-Identifier: MIT
// Keys for tests, and packets signed with them.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "libsync/posix/mac.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::fakes {

// The text must outlive the key, as a literal does.
inline Key key_of(std::uint32_t id, KeyType type, std::string_view secret) {
  return {id, type, {reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size()}};
}

inline std::vector<std::uint8_t> signed_with(const Key& key, Bytes packet) {
  const SentMac mac(key, packet);
  std::vector<std::uint8_t> datagram;
  for (const Bytes part : {packet, mac.bytes()}) {
    std::copy(part.begin(), part.end(), std::back_inserter(datagram));
  }
  return datagram;
}

inline std::vector<std::uint8_t> signed_with(const Key& key, const Header& header) {
  return signed_with(key, Bytes{bytes_of(header)});
}

}  // namespace isletime::fakes
