// SPDX-License-Identifier: MIT
// Composes short texts in a buffer of the caller's. What does not fit is left out, and is_whole() says so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/ip_address.hpp"

namespace isletime::firmware {

class TextWriter {
 public:
  constexpr explicit TextWriter(std::span<char> buffer) : buffer_(buffer) {}

  constexpr TextWriter& put(std::string_view text) {
    if (text.size() > buffer_.size() - size_) {
      is_whole_ = false;
      return *this;
    }
    for (const char letter : text) buffer_[size_++] = letter;
    return *this;
  }

  // With leading zeros up to `least_digits`.
  constexpr TextWriter& put(std::uint64_t value, int least_digits = 1) {
    constexpr int kMostDigits = 20;
    std::array<char, kMostDigits> digits{};
    int at = kMostDigits;
    do {
      digits[static_cast<std::size_t>(--at)] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (at > 0 && (value > 0 || kMostDigits - at < least_digits));
    return put(std::string_view{digits.data() + at, static_cast<std::size_t>(kMostDigits - at)});
  }

  constexpr TextWriter& put_hex(std::uint64_t value, int digits) {
    while (digits-- > 0) {
      const char digit = "0123456789abcdef"[value >> (4 * digits) & 0xf];
      put(std::string_view{&digit, 1});
    }
    return *this;
  }

  // As "192.168.4.1"; only IPv4 addresses have a form here.
  constexpr TextWriter& put(IpAddress address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      put(std::uint64_t{address.v4_value() >> shift & 0xff});
      if (shift > 0) put(".");
    }
    return *this;
  }

  constexpr bool is_whole() const { return is_whole_; }
  constexpr std::string_view text() const { return {buffer_.data(), size_}; }

 private:
  std::span<char> buffer_;
  std::size_t size_ = 0;
  bool is_whole_ = true;
};

}  // namespace isletime::firmware
