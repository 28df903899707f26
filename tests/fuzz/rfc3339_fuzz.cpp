// SPDX-License-Identifier: MIT
// The input is eight bytes of an instant and a text. Converting either to the other form and back preserves
// it.
#include <string_view>

#include "libsync/core/rfc3339.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

void check_round_trip(WallTime time) {
  const auto written = format_rfc3339(time);
  const auto read = parse_rfc3339({written.data(), written.size()});
  require(read.has_value(), "what was written can be read");
  require(*read == time, "what was written is the same instant");
}

void check_calendar(WallTime time) {
  const CivilTime civil = to_civil_time(time);
  require(is_valid(civil), "every instant has a date");
  require(to_wall_time(civil) == time, "a date is one instant");
  const std::int64_t days = days_since_epoch(civil.date);
  require(iso_weekday(days) % 7 + 1 == iso_weekday(days + 1), "days of the week follow one another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const WallTime instant = input.wall_time();
  check_round_trip(instant);
  check_calendar(instant);

  const Bytes text = input.rest();
  const auto time = parse_rfc3339({reinterpret_cast<const char*>(text.data()), text.size()});
  if (time) check_round_trip(*time);
  return 0;
}
