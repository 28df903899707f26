// SPDX-License-Identifier: MIT
// The requests of a soak's clients: well-formed ones, and ones that nobody may answer. Each has its kind and
// number in its transmit stamp, so that whatever comes back is known again.
#pragma once

#include <cstdint>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/mac.hpp"

namespace isletime::soak {

enum class Kind : std::uint8_t {
  kPlain = 1,
  kSigned,
  kWronglySigned,  // signed by a key that the server does not have: no time is told
  kMalformed,      // in a dozen ways
  kStranger,       // well formed, from an address that is not answered
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
