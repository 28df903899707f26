// SPDX-License-Identifier: MIT
// As much of DER (ITU-T X.690) as a certificate needs. Certificates are written here and not by GnuTLS, since
// its functions take the validity as time_t: that of Debian 12's library for 32-bit ARM has 32 bits, while
// this program has 64, and it could not express times past 2038 anyway.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace isletime::syncweb::der {

enum class Tag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kObjectIdentifier = 0x06,
  kUtf8String = 0x0c,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kSequence = 0x30,
  kSet = 0x31,
};
// A context-specific tag, of a primitive or of a constructed element.
constexpr Tag context_tag(std::uint8_t number, bool is_constructed) {
  return static_cast<Tag>(0x80 | (is_constructed ? 0x20 : 0) | number);
}

std::string element(Tag tag, std::string_view content);
std::string element(Tag tag, std::initializer_list<std::string> parts);

// Wraps bytes into a bit string without unused bits, or with some in its last byte.
std::string bit_string(std::string_view bytes, std::uint8_t unused_bits = 0);

// UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5).
std::string time(std::chrono::sys_seconds at);

struct Element {
  Tag tag;
  std::string_view content;
};

// Takes the next element from the front; nothing if there is none, or it is broken.
std::optional<Element> take(std::string_view& rest);

// Returns nothing if the element is no time.
std::optional<std::chrono::sys_seconds> parse_time(const Element& element);

}  // namespace isletime::syncweb::der
