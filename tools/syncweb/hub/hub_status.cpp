// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_status.hpp"

#include <charconv>
#include <cmath>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

std::optional<bool> flag_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value == nullptr ? std::nullopt : value->flag();
}

// Rejects negative bounds.
std::optional<Dispersion> bound_of(const JsonValue& object, std::string_view name) {
  const auto value = seconds_of(object, name);
  return value && *value >= nanoseconds::zero() ? std::optional{Dispersion{*value}} : std::nullopt;
}

}  // namespace

std::optional<nanoseconds> seconds_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const JsonNumber* number = value == nullptr ? nullptr : value->number();
  if (number == nullptr) return std::nullopt;
  const auto parsed = parse_decimal_seconds(number->text);
  return parsed ? std::optional{*parsed} : std::nullopt;
}

std::optional<double> number_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const JsonNumber* number = value == nullptr ? nullptr : value->number();
  if (number == nullptr) return std::nullopt;
  double result = 0;
  const char* end = number->text.data() + number->text.size();
  const auto [stop, failure] = std::from_chars(number->text.data(), end, result);
  if (failure != std::errc{} || stop != end || !std::isfinite(result)) return std::nullopt;
  return result;
}

std::string plain_text_in(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const std::string* text = value == nullptr ? nullptr : value->text();
  return text == nullptr ? "" : made_plain(*text);
}

Result<HubStatus, std::string> parse_hub_status(const JsonValue& object) {
  const auto time = parse_rfc3339(plain_text_in(object, "time"));
  if (!time) return Unexpected{std::string{"time: is not a time"}};
  const auto ahead = seconds_of(object, "ahead_s");
  if (!ahead) return Unexpected{std::string{"ahead_s: is not a number of seconds"}};
  const auto is_synchronised = flag_of(object, "synchronised");
  const auto is_reliable = flag_of(object, "reliable");
  if (!is_synchronised || !is_reliable)
    return Unexpected{std::string{"synchronised, reliable: are neither true nor false"}};
  const auto offset = seconds_of(object, "offset_s");
  return HubStatus{.time = *time,
                   .ahead = *ahead,
                   .ahead_rate_ppm = number_of(object, "ahead_rate_ppm").value_or(0),
                   .is_synchronised = *is_synchronised,
                   .is_reliable = *is_reliable,
                   .reliable_for = seconds_of(object, "reliable_for_s"),
                   .bound = bound_of(object, "bound_s"),
                   .rate_error_ppm = number_of(object, "rate_error_ppm"),
                   .age = seconds_of(object, "age_s"),
                   .offset = offset ? std::optional{Offset{*offset}} : std::nullopt,
                   .source = plain_text_in(object, "source"),
                   .kind = plain_text_in(object, "kind")};
}

}  // namespace isletime::syncweb
