// SPDX-License-Identifier: MIT
// Reference ids: the codes of RFC 5905 (figures 12 and 13) as ASCII bytes, and addresses.
#pragma once

#include <cstdint>

#include "libsync/core/reference_id.hpp"
#include "tests/core/vectors/table.hpp"

namespace isletime::vectors {

struct NamedId {
  ReferenceId id;
  std::uint32_t expected;

  constexpr bool holds() const {
    return id.value == expected && id.byte(0) == expected >> 24 && id.byte(1) == (expected >> 16 & 0xff) &&
           id.byte(2) == (expected >> 8 & 0xff) && id.byte(3) == (expected & 0xff);
  }
};

inline constexpr NamedId kNamedIds[] = {
    {kiss::kRate, 0x5241'5445},
    {kiss::kDeny, 0x4445'4e59},
    {kiss::kRestrict, 0x5253'5452},
    {ReferenceId::ascii("GPS\0"), 0x4750'5300},
    {ReferenceId::ascii("\x80\xff\x01\x02"), 0x80ff'0102},  // also where char is signed
};

inline constexpr NamedId kLocalClockIds[] = {{kLocalClock, 127U << 24 | 127U << 16 | 1U << 8 | 1U}};

struct AsciiCode {
  std::uint32_t id;
  bool expected;

  constexpr bool holds() const { return is_ascii_code({id}) == expected; }
};

inline constexpr AsciiCode kAsciiCodes[] = {
    {0x5241'5445, true},  // RATE
    {0x494e'4954, true},  // INIT
    {0x4750'5300, true},  // GPS
    {0x5858'0000, true}, {0x5800'0000, true},
    {0x217e'217e, true},  // the first and the last printable character
};

inline constexpr AsciiCode kOtherIds[] = {
    {0x0000'0000, false},                        // what an unsynchronised server sends
    {0xc000'0201, false},                        // 192.0.2.1
    {0x7f7f'0101, false}, {0x5200'5445, false},  // a letter after the padding
    {0x0041'5445, false}, {0x5241'2045, false},  // a space
    {0x5241'7f45, false}, {0x5241'5480, false},
};

inline constexpr Check kReferenceIdChecks[] = {
    {"ReferenceId.NamedIds", first_failing<kNamedIds>},
    {"ReferenceId.LocalClock", first_failing<kLocalClockIds>},
    {"ReferenceId.AsciiCodes", first_failing<kAsciiCodes>},
    {"ReferenceId.OtherIds", first_failing<kOtherIds>},
};

}  // namespace isletime::vectors
