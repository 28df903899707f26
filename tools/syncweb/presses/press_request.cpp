// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

// Empty if there is no fault.
using PressFault = std::optional<std::string>;

PressFault read_sender(std::string_view text, Press& press) {
  if (text.empty()) return "sender: is empty";
  if (text.size() > kLongestSender) return fmt::format("sender: is longer than {} bytes", kLongestSender);
  if (!is_plain(text)) return "sender: is not plain text";
  press.sender = text;
  return std::nullopt;
}

PressFault read_sender(const JsonValue& value, Press& press) {
  return value.text() == nullptr ? "sender: is not a text" : read_sender(*value.text(), press);
}

PressFault read_boot(const JsonValue& value, Press& press) {
  const auto* text = value.text();
  if (text == nullptr) return "boot: is not a text";
  if (text->empty()) return "boot: is empty; leave it out if the numbers never begin anew";
  if (text->size() > kLongestBoot) return fmt::format("boot: is longer than {} bytes", kLongestBoot);
  if (!is_plain(*text)) return "boot: is not plain text";
  press.boot = *text;
  return std::nullopt;
}

// Takes digits alone: neither a sign nor an exponent.
std::optional<std::uint64_t> read_digits(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  return failure == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

PressFault read_number(const JsonValue& value, Press& press) {
  press.number = value.number() == nullptr ? std::nullopt : read_digits(value.number()->text);
  if (press.number && *press.number <= kLargestPressNumber) return std::nullopt;
  return fmt::format("number: is not a whole number from 0 to {}", kLargestPressNumber);
}

PressFault read_time(const JsonValue& value, Press& press) {
  const auto time = parse_rfc3339(value.text() == nullptr ? "" : *value.text());
  if (!time) return "time: is not a time as in RFC 3339, or not within the years 1678 to 2261";
  press.time = *time;
  return std::nullopt;
}

PressFault read_uncertainty(const JsonValue& value, Press& press) {
  if (value.is_null()) return std::nullopt;
  const auto duration = parse_decimal_seconds(value.number() == nullptr ? "" : value.number()->text);
  if (!duration) return fmt::format("uncertainty_s: {}", duration.error());
  if (*duration < nanoseconds::zero()) return "uncertainty_s: is negative";
  press.uncertainty = Dispersion{*duration};
  return std::nullopt;
}

PressFault read_reliable(const JsonValue& value, Press& press) {
  press.is_reliable = value.flag();
  return press.is_reliable ? std::nullopt : PressFault{"reliable: is neither true nor false"};
}

struct PressMember {
  std::string_view name;
  bool is_needed;
  PressFault (*read)(const JsonValue& value, Press& press);
};

constexpr std::array kPressMembers{
    PressMember{"sender", true, read_sender},
    PressMember{"boot", false, read_boot},
    PressMember{"number", true, read_number},
    PressMember{"time", true, read_time},
    PressMember{"uncertainty_s", false, read_uncertainty},
    PressMember{"reliable", true, read_reliable},
};

bool is_press_member(std::string_view name) {
  return std::any_of(kPressMembers.begin(), kPressMembers.end(),
                     [&](const PressMember& member) { return member.name == name; });
}

Result<std::string_view, std::string> only_value(std::span<const Field> query, std::string_view name) {
  const auto has_name = [&](const Field& field) { return field.name == name; };
  const auto found = std::find_if(query.begin(), query.end(), has_name);
  if (found == query.end()) return Unexpected{fmt::format("{}: is missing", name)};
  if (std::any_of(found + 1, query.end(), has_name))
    return Unexpected{fmt::format("{}: is given twice", name)};
  return std::string_view{found->value};
}

// A smaller number is one of seconds, which stays below this until the year 5138, or counts from the start of
// a device without a clock.
constexpr std::uint64_t kLeastMilliseconds = 100'000'000'000;  // 1973-03-03
constexpr std::uint64_t kMostMilliseconds =
    std::chrono::duration_cast<std::chrono::milliseconds>(nanoseconds::max()).count();

PressFault read_milliseconds(std::string_view text, Press& press) {
  const auto value = read_digits(text);
  if (!value || *value < kLeastMilliseconds || *value > kMostMilliseconds)
    return "msec: is not a Unix time in milliseconds, from 1973 to 2262";
  press.time = WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(*value)}};
  return std::nullopt;
}

}  // namespace

Result<Press, std::string> parse_press(std::string_view body) {
  const auto request = parse_json(body, {kLargestBody, 1});
  if (!request) return Unexpected{request.error()};
  if (request->object() == nullptr) return Unexpected{std::string{"the press is not an object"}};
  for (const JsonMember& member : *request->object()) {
    if (!is_press_member(member.name))
      return Unexpected{shortened(member.name) + ": is not known of a press"};
  }
  Press press;
  for (const PressMember& member : kPressMembers) {
    const JsonValue* value = request->find(member.name);
    if (value == nullptr && !member.is_needed) continue;
    if (value == nullptr) return Unexpected{fmt::format("{}: is missing", member.name)};
    if (auto fault = member.read(*value, press)) return Unexpected{*std::move(fault)};
  }
  return press;
}

Result<Press, std::string> parse_older_press(std::span<const Field> query) {
  const auto sender = only_value(query, "sender");
  if (!sender) return Unexpected{sender.error()};
  const auto milliseconds = only_value(query, "msec");
  if (!milliseconds) return Unexpected{milliseconds.error()};
  Press press;
  if (auto fault = read_sender(*sender, press)) return Unexpected{*std::move(fault)};
  if (auto fault = read_milliseconds(*milliseconds, press)) return Unexpected{*std::move(fault)};
  return press;
}

}  // namespace isletime::syncweb
