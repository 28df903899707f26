// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/phone_json.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

constexpr JsonLimits kBodyLimits{.size = kLargestBody, .depth = 4};
constexpr std::size_t kLongestText = 128;

// Multiplies a JSON number by 10^-3: 1.5e12 becomes 1.5e9. Returns nothing if its exponent is absurd.
std::optional<std::string> thousandth(std::string_view digits) {
  const std::size_t mark = digits.find_first_of("eE");
  if (mark == std::string_view::npos) return std::string{digits} + "e-3";
  std::string_view text = digits.substr(mark + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  constexpr int kLargest = 1000;
  if (failure != std::errc{} || end != text.data() + text.size() || std::abs(exponent) > kLargest)
    return std::nullopt;
  return fmt::format("{}e{}", digits.substr(0, mark), exponent - 3);
}

Result<const JsonNumber*, Refusal> find_number(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  if (value == nullptr) return Unexpected{bad_member(name, "is missing")};
  if (value->number() == nullptr) return Unexpected{bad_member(name, "is not a number")};
  return value->number();
}

}  // namespace

Refusal bad_member(std::string_view name, std::string_view clause) {
  return {Status::kBadRequest, "bad-member", fmt::format("{}: {}", name, clause)};
}

Result<JsonValue, Refusal> parse_phone_json(const Request& request) {
  auto value = parse_json(request.body, kBodyLimits);
  if (!value) return Unexpected{Refusal{Status::kBadRequest, "bad-json", value.error()}};
  if (value->object() == nullptr)
    return Unexpected{Refusal{Status::kBadRequest, "bad-json", "the body is not a JSON object"}};
  return *std::move(value);
}

Result<WallTime, const char*> parse_unix_milliseconds(std::string_view digits) {
  constexpr const char* kBeyond = "is beyond all range";
  const auto seconds_digits = thousandth(digits);
  if (!seconds_digits) return Unexpected{kBeyond};
  const auto value = parse_decimal_seconds(*seconds_digits);
  if (!value) return Unexpected{kBeyond};
  if (*value < nanoseconds::zero()) return Unexpected{"is negative"};
  return WallTime{*value};
}

Result<std::string, Refusal> text_member(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  if (value == nullptr) return Unexpected{bad_member(name, "is missing")};
  const std::string* text = value->text();
  if (text == nullptr) return Unexpected{bad_member(name, "is not a text")};
  if (text->empty() || text->size() > kLongestText || !is_plain(*text))
    return Unexpected{bad_member(name, "is empty, too long or not plain text")};
  return *text;
}

Result<double, Refusal> number_member(const JsonValue& object, std::string_view name, double least,
                                      double most) {
  const auto number = find_number(object, name);
  if (!number) return Unexpected{number.error()};
  const std::string& digits = (*number)->text;
  double value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value) ||
      value < least || value > most)
    return Unexpected{bad_member(name, fmt::format("is not within {} and {}", least, most))};
  return value;
}

Result<WallTime, Refusal> milliseconds_member(const JsonValue& object, std::string_view name) {
  const auto number = find_number(object, name);
  if (!number) return Unexpected{number.error()};
  const auto time = parse_unix_milliseconds((*number)->text);
  if (!time) return Unexpected{bad_member(name, time.error())};
  return *time;
}

}  // namespace isletime::syncweb
