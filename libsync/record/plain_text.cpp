// SPDX-License-Identifier: MIT
#include "libsync/record/plain_text.hpp"

#include <cstdint>

namespace isletime {
namespace {

struct Lead {
  std::size_t size = 0;     // bytes; 0 if no character begins like this
  std::uint32_t bits = 0;   // of the first byte
  std::uint32_t least = 0;  // the least code point of this length
};

// RFC 3629, section 3, has the table.
Lead lead_of(std::uint8_t first) {
  if (first < 0x80) return {1, first, 0};
  if (first >> 5 == 0x6) return {2, first & 0x1fU, 0x80};
  if (first >> 4 == 0xe) return {3, first & 0xfU, 0x800};
  if (first >> 3 == 0x1e) return {4, first & 0x7U, 0x10000};
  return {};
}

bool is_control(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

bool is_scalar(std::uint32_t code_point) {
  return code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
}

}  // namespace

std::size_t plain_character(std::string_view text) {
  if (text.empty()) return 0;
  const Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
  if (lead.size == 0 || text.size() < lead.size) return 0;
  std::uint32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte >> 6 != 0x2) return 0;
    code_point = code_point << 6 | (byte & 0x3fU);
  }
  if (code_point < lead.least || !is_scalar(code_point) || is_control(code_point)) return 0;
  return lead.size;
}

bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = plain_character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string made_plain(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = plain_character(text);
    out += size == 0 ? std::string_view{"?"} : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return made_plain(text.substr(0, kShown)) + (text.size() > kShown ? "..." : "");
}

}  // namespace isletime
