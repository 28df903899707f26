// SPDX-License-Identifier: MIT
#include "tools/common/seconds_option.hpp"

#include <charconv>
#include <cstdint>
#include <string>

namespace isletime {

std::optional<nanoseconds> parse_seconds(std::string_view text) {
  constexpr std::size_t kDecimals = 9;
  constexpr std::size_t kMostWholeDigits = 9;
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (whole.size() + fraction.size() == 0 || whole.size() > kMostWholeDigits || fraction.size() > kDecimals) {
    return std::nullopt;
  }
  std::string digits{whole};
  digits += fraction;
  digits.append(kDecimals - fraction.size(), '0');
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return nanoseconds{count};
}

}  // namespace isletime
