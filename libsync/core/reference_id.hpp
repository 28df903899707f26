// SPDX-License-Identifier: MIT
// The 32-bit reference id of RFC 5905, section 7.3: four ASCII letters at stratum 0 (kiss code) and 1 (kind
// of clock); above, an IPv4 address or the first four bytes of the MD5 of an IPv6 address.
#pragma once

#include <cstdint>

#include "libsync/core/dialect.hpp"

namespace isletime {

struct ReferenceId {
  std::uint32_t value = 0;

  static constexpr ReferenceId ascii(const char (&code)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(code[i]);
    return {value};
  }
  constexpr std::uint8_t byte(int i) const { return static_cast<std::uint8_t>(value >> (24 - 8 * i) & 0xff); }
  constexpr bool operator==(const ReferenceId&) const = default;
};

// 127.127.1.1 is ntpd's address for an undisciplined local clock, which every NTP tool knows.
inline constexpr ReferenceId kLocalClock{0x7f7f'0101};

// A server that serves its own undisciplined clock, or follows one that does: its time is an agreement among
// its clients.
constexpr bool is_local_clock(std::uint8_t stratum, ReferenceId reference_id) {
  return reference_id == (stratum == 1 ? ReferenceId::ascii("LOCL") : kLocalClock);
}

namespace kiss {
inline constexpr auto kRate = ReferenceId::ascii("RATE");
inline constexpr auto kDeny = ReferenceId::ascii("DENY");
inline constexpr auto kRestrict = ReferenceId::ascii("RSTR");
}  // namespace kiss

// Returns true for four printable ASCII characters, with trailing zeros allowed ("GPS\0"): at stratum 0, a
// kiss code.
constexpr bool is_ascii_code(ReferenceId id) {
  for (std::uint32_t rest = id.value; rest != 0; rest <<= 8) {
    const std::uint32_t byte = rest >> 24;
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return id.value != 0;
}

}  // namespace isletime
