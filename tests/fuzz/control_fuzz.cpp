// SPDX-License-Identifier: MIT
// The input is a request line. A refusal is one short plain line; an accepted request is within its limits,
// and a sample that is fed again means the same.
#include <string>

#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/common/control_limits.hpp"
#include "tools/sntpd/control/control_request.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

void check_sample(const SampleRecord& sample) {
  require(sample.offset && sample.uncertainty, "a sample that is fed has an offset and its bound");
  require(*sample.uncertainty >= nanoseconds::zero(), "a bound is not negative");
  const auto again = sntpd::parse_control_request(
      JsonWriter{}.text("request", "feed").raw("sample", json_line(sample)).object());
  require(again.has_value(), "what was taken can be fed again");
  require(json_line(std::get<sntpd::Feed>(*again).sample) == json_line(sample), "and is the same sample");
}

void check_request(const sntpd::ControlRequest& request) {
  if (const auto* show = std::get_if<sntpd::Show>(&request)) {
    require(show->lines >= 1 && show->lines <= kMostActivityLines, "lines are few");
  }
  if (const auto* set = std::get_if<sntpd::SetTime>(&request)) {
    require(set->uncertainty.value >= nanoseconds::zero(), "a bound is not negative");
  }
  if (const auto* set = std::get_if<sntpd::SetRateError>(&request)) {
    require(set->rate_error > Ppm{0} && set->rate_error <= kMostRateError, "a rate is a clock's");
  }
  if (const auto* feed = std::get_if<sntpd::Feed>(&request)) check_sample(feed->sample);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = sntpd::parse_control_request({reinterpret_cast<const char*>(data), size});
  if (request) {
    check_request(*request);
    return 0;
  }
  const std::string& message = request.error().message;
  require(!message.empty() && message.size() < 200, "a refusal is a short sentence");
  require(is_plain(message), "a refusal is plain text");
  return 0;
}
