// SPDX-License-Identifier: MIT
// Numbers in the state file, which are read as exactly what was written.
#pragma once

#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "libsync/record/json_value.hpp"

namespace isletime::sntpd {

inline std::string digits_of(double value) {
  return fmt::format("{:.17g}", value);
}

// Returns nothing if it is no number, or out of range.
inline std::optional<double> number_of(const JsonValue* value) {
  const auto* number = value == nullptr ? nullptr : value->number();
  if (number == nullptr) return std::nullopt;
  double parsed = 0;
  const char* const end = number->text.data() + number->text.size();
  const auto [stop, failure] = std::from_chars(number->text.data(), end, parsed);
  return failure == std::errc{} && stop == end ? std::optional{parsed} : std::nullopt;
}

}  // namespace isletime::sntpd
