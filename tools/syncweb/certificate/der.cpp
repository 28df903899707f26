// SPDX-License-Identifier: MIT
#include "tools/syncweb/certificate/der.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace isletime::syncweb::der {
namespace {

constexpr std::size_t kLongLength = 0x80;

std::string length_bytes(std::size_t length) {
  if (length < kLongLength) return {static_cast<char>(length)};
  std::string bytes;
  for (; length > 0; length >>= 8) bytes.insert(bytes.begin(), static_cast<char>(length & 0xff));
  return static_cast<char>(kLongLength | bytes.size()) + bytes;
}

std::optional<int> two_digits(std::string_view text, std::size_t at) {
  int value = 0;
  const char* start = text.data() + at;
  const auto [end, failure] = std::from_chars(start, start + 2, value);
  return failure == std::errc{} && end == start + 2 && value >= 0 ? std::optional{value} : std::nullopt;
}

// "MMDDHHMMSSZ"
std::optional<std::chrono::sys_seconds> time_in_year(int year, std::string_view rest) {
  int part[5];
  for (std::size_t i = 0; i < 5; ++i) {
    const auto digits = two_digits(rest, 2 * i);
    if (!digits) return std::nullopt;
    part[i] = *digits;
  }
  const auto day = std::chrono::year{year} / part[0] / part[1];
  if (!day.ok() || part[2] > 23 || part[3] > 59 || part[4] > 59) return std::nullopt;
  return std::chrono::sys_days{day} + std::chrono::hours{part[2]} + std::chrono::minutes{part[3]} +
         std::chrono::seconds{part[4]};
}

}  // namespace

std::string element(Tag tag, std::string_view content) {
  return static_cast<char>(tag) + length_bytes(content.size()) + std::string{content};
}

std::string element(Tag tag, std::initializer_list<std::string> parts) {
  std::string content;
  for (const std::string& part : parts) content += part;
  return element(tag, content);
}

std::string bit_string(std::string_view bytes, std::uint8_t unused_bits) {
  return element(Tag::kBitString, static_cast<char>(unused_bits) + std::string{bytes});
}

std::string time(std::chrono::sys_seconds at) {
  const auto days = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{at - days};
  const int year = static_cast<int>(date.year());
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02dZ", year, static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  if (year < 2050) return element(Tag::kUtcTime, std::string_view{text}.substr(2));
  return element(Tag::kGeneralizedTime, std::string_view{text});
}

std::optional<Element> take(std::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
  std::size_t length = byte(1);
  std::size_t header = 2;
  if (length >= kLongLength) {
    const std::size_t count = length - kLongLength;
    constexpr std::size_t kMostLengthBytes = 3;
    if (count == 0 || count > kMostLengthBytes || rest.size() < header + count) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | byte(header + i);
    header += count;
  }
  if (rest.size() - header < length) return std::nullopt;
  const Element element{static_cast<Tag>(rest[0]), rest.substr(header, length)};
  rest.remove_prefix(header + length);
  return element;
}

std::optional<std::chrono::sys_seconds> parse_time(const Element& element) {
  const std::string_view text = element.content;
  if (text.empty() || text.back() != 'Z') return std::nullopt;
  if (element.tag == Tag::kUtcTime && text.size() == 13) {
    const auto year = two_digits(text, 0);
    if (!year) return std::nullopt;
    return time_in_year(*year < 50 ? 2000 + *year : 1900 + *year, text.substr(2));
  }
  if (element.tag != Tag::kGeneralizedTime || text.size() != 15) return std::nullopt;
  const auto century = two_digits(text, 0);
  const auto year = two_digits(text, 2);
  if (!century || !year) return std::nullopt;
  return time_in_year(100 * *century + *year, text.substr(4));
}

}  // namespace isletime::syncweb::der
