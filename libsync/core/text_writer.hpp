// SPDX-License-Identifier: MIT
// Writes a short text into a buffer of the caller's: the counterpart of TextReader. It reads no locale and
// allocates nothing. What does not fit is left out, and is_whole() says so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

class TextWriter {
 public:
  constexpr explicit TextWriter(std::span<char> room) : room_(room) {}

  constexpr TextWriter& text(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  constexpr TextWriter& number(std::uint64_t value) { return digits(value, 1); }
  // Writes at least `least` digits, with leading zeros; least <= 20.
  constexpr TextWriter& digits(std::uint64_t value, int least) {
    put_digits(value, least);
    return *this;
  }
  // Writes seconds with nine decimals, as "-1.500000000".
  constexpr TextWriter& seconds(nanoseconds value) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const bool is_negative = value < nanoseconds::zero();
    const auto bits = static_cast<std::uint64_t>(value.count());
    const std::uint64_t magnitude = is_negative ? 0 - bits : bits;
    if (is_negative) put('-');
    return number(magnitude / kSecond).text(".").digits(magnitude % kSecond, 9);
  }
  // Writes the lowest `digits` hexadecimal digits.
  constexpr TextWriter& hex(std::uint64_t value, int digits) {
    while (digits-- > 0) put("0123456789abcdef"[value >> (4 * digits) & 0xf]);
    return *this;
  }
  constexpr TextWriter& hex(Bytes bytes) {
    for (const std::uint8_t byte : bytes) hex(byte, 2);
    return *this;
  }
  // Writes an IPv4 address as "192.168.4.1". Other addresses are not supported.
  constexpr TextWriter& address(IpAddress address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      number(address.v4_value() >> shift & 0xff);
      if (shift > 0) put('.');
    }
    return *this;
  }

  constexpr std::string_view view() const { return {room_.data(), size_}; }
  constexpr bool is_whole() const { return is_whole_; }

 private:
  // time_types.hpp says why it is marked as not inline.
  [[gnu::noinline]] constexpr void put_digits(std::uint64_t value, int least) {
    std::array<char, 20> reversed{};
    int count = 0;
    for (; value != 0 || count < least; value /= 10) {
      reversed[static_cast<std::size_t>(count++)] = static_cast<char>('0' + value % 10);
    }
    while (count > 0) put(reversed[static_cast<std::size_t>(--count)]);
  }
  constexpr void put(char c) {
    if (size_ == room_.size()) {
      is_whole_ = false;
    } else {
      room_[size_++] = c;
    }
  }

  std::span<char> room_;
  std::size_t size_ = 0;
  bool is_whole_ = true;
};

}  // namespace isletime
