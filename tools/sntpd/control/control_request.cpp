// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/control_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/control_socket.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_reader.hpp"
#include "tools/common/control_limits.hpp"

namespace isletime::sntpd {
namespace {

// Empty if there is no fault.
using Fault = std::optional<RequestFault>;

constexpr std::array kTopics{Topic::kStatus, Topic::kSources, Topic::kClients, Topic::kActivity};

RequestFault bad(std::string message) {
  return {"bad-request", std::move(message)};
}

// Finds members other than "request" and those in `known`.
std::optional<std::string> find_unknown(const JsonValue& request,
                                        std::initializer_list<std::string_view> known) {
  for (const JsonMember& member : *request.object()) {
    if (member.name == "request") continue;
    if (std::find(known.begin(), known.end(), member.name) == known.end()) return shortened(member.name);
  }
  return std::nullopt;
}

Fault read_show(const JsonValue& request, Topic topic, Show& show) {
  show.topic = topic;
  const auto unknown = topic == Topic::kActivity ? find_unknown(request, {"follow", "lines"})
                                                 : find_unknown(request, {"follow"});
  if (unknown) return bad(*unknown + ": is not known of this request");
  if (const JsonValue* follow = request.find("follow")) {
    const auto flag = follow->flag();
    if (!flag) return bad("follow: is neither true nor false");
    show.follow = *flag;
  }
  if (const JsonValue* lines = request.find("lines")) {
    const auto* number = lines->number();
    const std::string text = number == nullptr ? "" : number->text;
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, show.lines);
    if (failure != std::errc{} || stop != end || show.lines < 1 || show.lines > kMostActivityLines) {
      return bad(fmt::format("lines: is not a whole number from 1 to {}", kMostActivityLines));
    }
  }
  return std::nullopt;
}

Fault read_feed(const JsonValue& request, Feed& feed) {
  if (const auto unknown = find_unknown(request, {"sample"})) {
    return bad(*unknown + ": is not known of this request");
  }
  const JsonValue* value = request.find("sample");
  if (value == nullptr) return bad("sample: is missing");
  auto sample = to_sample(*value);
  if (!sample) return RequestFault{"bad-sample", sample.error()};
  if (!sample->offset) return RequestFault{"bad-sample", "offset_s: is missing"};
  if (!sample->uncertainty) return RequestFault{"bad-sample", "uncertainty_s: is missing"};
  feed.sample = std::move(*sample);
  return std::nullopt;
}

Fault read_set(const JsonValue& request, SetTime& set) {
  if (const auto unknown = find_unknown(request, {"time", "uncertainty_s"})) {
    return bad(*unknown + ": is not known of this request");
  }
  const JsonValue* value = request.find("time");
  if (value == nullptr) return bad("time: is missing");
  const auto time = parse_rfc3339(value->text() == nullptr ? "" : *value->text());
  if (!time) return bad("time: is not a time as in RFC 3339, or not within the years 1678 to 2261");
  set.time = *time;
  if (const JsonValue* uncertainty = request.find("uncertainty_s")) {
    const auto* number = uncertainty->number();
    const auto duration = parse_decimal_seconds(number == nullptr ? "" : number->text);
    if (!duration) return bad(fmt::format("uncertainty_s: {}", duration.error()));
    if (*duration < nanoseconds::zero()) return bad("uncertainty_s: is negative");
    set.uncertainty = Dispersion{*duration};
  }
  return std::nullopt;
}

Fault read_set_rate_error(const JsonValue& request, SetRateError& set) {
  if (const auto unknown = find_unknown(request, {"rate_ppm"})) {
    return bad(*unknown + ": is not known of this request");
  }
  const JsonValue* value = request.find("rate_ppm");
  if (value == nullptr) return bad("rate_ppm: is missing");
  const auto* number = value->number();
  const std::string text = number == nullptr ? "" : number->text;
  double ppm = 0;  // remains if it is no number
  std::from_chars(text.data(), text.data() + text.size(), ppm);
  const double scaled = ppm * 65536;
  if (!(scaled >= 1) || scaled > static_cast<double>(kMostRateError.scaled)) {
    return bad("rate_ppm: is not a number above 0, at most 500");
  }
  set.rate_error = {std::llround(scaled)};
  return std::nullopt;
}

Fault read_request(const JsonValue& request, const std::string& name, ControlRequest& out) {
  for (const Topic topic : kTopics) {
    if (name == to_string(topic)) return read_show(request, topic, out.emplace<Show>());
  }
  if (name == "feed") return read_feed(request, out.emplace<Feed>());
  if (name == "set") return read_set(request, out.emplace<SetTime>());
  if (name == "set-rate-error") return read_set_rate_error(request, out.emplace<SetRateError>());
  if (name != "reload") {
    return RequestFault{"unknown-request", fmt::format("there is no \"{}\"", shortened(name))};
  }
  out.emplace<Reload>();
  if (const auto unknown = find_unknown(request, {})) {
    return bad(*unknown + ": is not known of this request");
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Topic topic) {
  switch (topic) {
    case Topic::kStatus:
      return "status";
    case Topic::kSources:
      return "sources";
    case Topic::kClients:
      return "clients";
    case Topic::kActivity:
      return "activity";
  }
  return "";
}

Result<ControlRequest, RequestFault> parse_control_request(std::string_view line) {
  constexpr JsonLimits kLimits{kLargestControlRequest, 5};  // a sample's own depth, plus that of the request
  const auto request = parse_json(line, kLimits);
  if (!request) return Unexpected{bad(request.error())};
  if (request->object() == nullptr) return Unexpected{bad("is not a JSON object")};
  const JsonValue* member = request->find("request");
  const std::string* name = member == nullptr ? nullptr : member->text();
  if (name == nullptr) return Unexpected{bad("request: is missing, or not a text")};
  ControlRequest out;
  if (auto fault = read_request(*request, *name, out)) return Unexpected{std::move(*fault)};
  return out;
}

}  // namespace isletime::sntpd
