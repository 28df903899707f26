// SPDX-License-Identifier: MIT
// The requests of a soak's clients: well-formed ones, and ones that must not be answered. The transmit
// timestamp holds a request's kind and number, by which its reply is recognised.
#pragma once

#include <cstdint>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime::soak {

enum class Kind : std::uint8_t {
  kPlain = 1,
  kSigned,
  kWronglySigned,  // with a key that the server does not have; the reply must not tell the time
  kMalformed,      // in one of a dozen ways
  kStranger,       // well-formed, but from an address that is not allowed
};

struct Tag {
  Kind kind;
  std::uint64_t number;
};
NtpTimestamp to_stamp(const Tag& tag);
Tag to_tag(NtpTimestamp stamp);

std::vector<std::uint8_t> make_plain(std::uint64_t number);
std::vector<std::uint8_t> make_signed(Kind kind, const Key& key, std::uint64_t number);
std::vector<std::uint8_t> make_malformed(std::uint64_t number);
std::vector<std::uint8_t> make_strangers(std::uint64_t number);

}  // namespace isletime::soak
