// SPDX-License-Identifier: MIT
// Composes short texts in a buffer of the caller's. What does not fit is left out, and is_whole() says so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::firmware {

class TextWriter {
 public:
  constexpr explicit TextWriter(std::span<char> buffer) : buffer_(buffer) {}

  constexpr TextWriter& text(std::string_view text) {
    if (text.size() > buffer_.size() - size_) {
      is_whole_ = false;
      return *this;
    }
    for (const char letter : text) buffer_[size_++] = letter;
    return *this;
  }

  constexpr TextWriter& number(std::uint64_t value) { return digits(value, 1); }

  // At least `least` digits, with leading zeros.
  constexpr TextWriter& digits(std::uint64_t value, int least) {
    constexpr int kMostDigits = 20;
    std::array<char, kMostDigits> written{};
    int at = kMostDigits;
    do {
      written[static_cast<std::size_t>(--at)] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (at > 0 && (value > 0 || kMostDigits - at < least));
    return text(std::string_view{written.data() + at, static_cast<std::size_t>(kMostDigits - at)});
  }

  constexpr TextWriter& hex(std::uint64_t value, int digits) {
    while (digits-- > 0) text(std::string_view{"0123456789abcdef"}.substr(value >> (4 * digits) & 0xf, 1));
    return *this;
  }

  // Seconds with nine decimals, as "-1.500000000".
  constexpr TextWriter& seconds(nanoseconds value) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const auto bits = static_cast<std::uint64_t>(value.count());
    const std::uint64_t magnitude = value < nanoseconds::zero() ? 0 - bits : bits;
    if (value < nanoseconds::zero()) text("-");
    return number(magnitude / kSecond).text(".").digits(magnitude % kSecond, 9);
  }

  // As "192.168.4.1"; only IPv4 addresses have a form here.
  constexpr TextWriter& address(IpAddress address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      number(address.v4_value() >> shift & 0xff);
      if (shift > 0) text(".");
    }
    return *this;
  }

  constexpr bool is_whole() const { return is_whole_; }
  constexpr std::string_view view() const { return {buffer_.data(), size_}; }

 private:
  std::span<char> buffer_;
  std::size_t size_ = 0;
  bool is_whole_ = true;
};

}  // namespace isletime::firmware
