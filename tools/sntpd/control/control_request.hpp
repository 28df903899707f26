// SPDX-License-Identifier: MIT
// A control client's request, from one line of JSON. The parser is strict: it refuses unknown members, so
// that a typing error does not silently become a default.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::sntpd {

enum class Topic : std::uint8_t { kStatus, kSources, kClients, kActivity };
std::string_view to_string(Topic topic);  // as in the request

// {"request":"status","follow":true}
struct Show {
  Topic topic = Topic::kStatus;
  bool follow = false;  // sends a line whenever something changes
  unsigned lines = 20;  // number of lines of the activity log
};
// {"request":"feed","sample":{...}}: the sample must have an offset and its uncertainty.
struct Feed {
  SampleRecord sample;
};
// {"request":"set","time":"2026-02-03T04:05:06Z","uncertainty_s":1}
struct SetTime {
  WallTime time;
  Dispersion uncertainty{std::chrono::milliseconds{500}};  // of a person who enters it as the second begins
};
// {"request":"set-rate-error","rate_ppm":12.5}: the rate error of this machine's uncorrected clock.
struct SetRateError {
  Ppm rate_error;  // positive, at most kMostRateError
};
struct Reload {};

using ControlRequest = std::variant<Show, Feed, SetTime, SetRateError, Reload>;

// Everybody may look, but not everybody may make changes.
constexpr bool is_change(const ControlRequest& request) {
  return !std::holds_alternative<Show>(request);
}

struct RequestFault {
  std::string name;     // "bad-request", "unknown-request", "bad-sample"
  std::string message;  // one clause
};

Result<ControlRequest, RequestFault> parse_control_request(std::string_view line);

}  // namespace isletime::sntpd
