// SPDX-License-Identifier: MIT
#include "libsync/record/decimal_seconds.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace isletime {
namespace {

constexpr int kDecimals = 9;
constexpr std::size_t kMostDigits = 19;  // of nanoseconds in 64 bits

// The value is digits * 10^(point - digits.size()). The first digit is not 0; without digits it is zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t point = 0;  // number of digits before the decimal point
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view digits() {
    const auto size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view rest_;
};

// The exponent is clamped where every number of seconds is zero or out of range anyway.
std::int64_t exponent_of(std::string_view digits) {
  constexpr std::int64_t kLargest = 1'000'000;
  std::int64_t value = 0;
  for (const char digit : digits) value = std::min(value * 10 + (digit - '0'), kLargest);
  return value;
}

std::optional<Decimal> read(std::string_view text) {
  Reader reader{text};
  Decimal out;
  out.negative = reader.take('-');
  const auto whole = reader.digits();
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  out.digits = whole;
  out.point = static_cast<std::int64_t>(whole.size());
  if (reader.take('.')) {
    const auto fraction = reader.digits();
    if (fraction.empty()) return std::nullopt;
    out.digits += fraction;
  }
  if (reader.take('e') || reader.take('E')) {
    const bool shrinks = reader.take('-');
    if (!shrinks) reader.take('+');
    const auto exponent = reader.digits();
    if (exponent.empty()) return std::nullopt;
    out.point += shrinks ? -exponent_of(exponent) : exponent_of(exponent);
  }
  if (!reader.at_end()) return std::nullopt;
  const auto zeros = std::min(out.digits.find_first_not_of('0'), out.digits.size());
  out.digits.erase(0, zeros);
  out.point -= static_cast<std::int64_t>(zeros);
  return out;
}

// Returns |decimal| in nanoseconds, or nothing if it exceeds 64 bits.
std::optional<std::uint64_t> magnitude(const Decimal& decimal) {
  const std::int64_t wanted = decimal.point + kDecimals;
  if (decimal.digits.empty() || wanted < 0) return 0;
  if (wanted > static_cast<std::int64_t>(kMostDigits)) return std::nullopt;
  std::uint64_t value = 0;
  const auto size = static_cast<std::size_t>(wanted);
  for (std::size_t i = 0; i < size; ++i) {
    const char digit = i < decimal.digits.size() ? decimal.digits[i] : '0';
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  const bool rounds_up = size < decimal.digits.size() && decimal.digits[size] >= '5';
  return value + (rounds_up ? 1 : 0);
}

}  // namespace

Result<nanoseconds, const char*> parse_decimal_seconds(std::string_view text) {
  const auto decimal = read(text);
  if (!decimal) return Unexpected{"is not a number"};
  const auto size = magnitude(*decimal);
  constexpr std::uint64_t kLargest = INT64_MAX;
  if (!size || *size > kLargest + (decimal->negative ? 1 : 0)) {
    return Unexpected{"is more seconds than there is room for (292 years)"};
  }
  return nanoseconds{static_cast<std::int64_t>(decimal->negative ? 0 - *size : *size)};
}

}  // namespace isletime
