// SPDX-License-Identifier: MIT
// Reads a short text of fixed form from its front, as date-times and time zones are: digits, and single
// characters out of a few. It reads no locale and allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libsync/core/dialect.hpp"

namespace isletime {

// Takes characters off the front; after the first mismatch everything fails.
class TextReader {
 public:
  constexpr explicit TextReader(std::string_view text) : text_(text) {}

  constexpr bool at_digit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }
  constexpr bool at_end() const { return text_.empty(); }
  constexpr bool failed() const { return failed_; }

  constexpr std::uint32_t digit() {
    if (failed_ || !at_digit()) {
      failed_ = true;
      return 0;
    }
    const auto value = static_cast<std::uint32_t>(text_[0] - '0');
    text_.remove_prefix(1);
    return value;
  }

  constexpr std::uint32_t digits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value * 10 + digit();
    return value;
  }

  // Takes one digit, and as many more as there are, up to `most` in all; most <= 9.
  constexpr std::uint32_t number(int most) {
    std::uint32_t value = digit();
    for (int i = 1; i < most && at_digit(); ++i) value = value * 10 + digit();
    return value;
  }

  // Takes the next character if it is one of `allowed`; otherwise returns 0.
  constexpr char take_if(std::string_view allowed) {
    if (failed_ || text_.empty()) return 0;
    for (const char candidate : allowed) {
      if (text_[0] != candidate) continue;
      text_.remove_prefix(1);
      return candidate;
    }
    return 0;
  }

  constexpr void expect(std::string_view allowed) {
    if (take_if(allowed) == 0) failed_ = true;
  }

  constexpr std::string_view rest() const { return text_; }
  // Takes the next `count` characters; there must be as many.
  constexpr std::string_view take(std::size_t count) {
    const std::string_view taken{text_.data(), count};  // substr() would need exceptions
    text_.remove_prefix(count);
    return taken;
  }

 private:
  std::string_view text_;
  bool failed_ = false;
};

}  // namespace isletime
