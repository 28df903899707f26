// SPDX-License-Identifier: MIT
#include "tools/rtcset/words.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "libsync/drivers/rtc_policy.hpp"
#include "tools/common/duration_text.hpp"

namespace isletime::rtcset {

std::string ppm_text(std::int64_t ppb) {
  return fmt::format("{}{}.{:03}", ppb < 0 ? '-' : '+', std::abs(ppb) / 1000, std::abs(ppb) % 1000);
}

const char* integrity_text(Integrity integrity) {
  switch (integrity) {
    case Integrity::kGood:
      return "good: it has run since it was set";
    case Integrity::kLost:
      return "lost: its oscillator stopped or its power failed since it was set";
    case Integrity::kUntold:
      return "untold: nothing tells whether it has run since it was set";
  }
  return "";
}

std::string comparison_text(const battery_clock::Comparison& comparison) {
  const nanoseconds offset = comparison.offset.value;
  const nanoseconds bound = comparison.bound.value;
  if (std::chrono::abs(offset) <= bound) {
    return fmt::format("the clocks agree to within {}", duration_text(std::chrono::abs(offset) + bound));
  }
  return fmt::format("the battery clock is {} {}, give or take {}", duration_text(std::chrono::abs(offset)),
                     offset > nanoseconds::zero() ? "ahead" : "behind", duration_text(bound));
}

std::string zone_text(Offset offset, battery_clock::ChipScale scale) {
  const auto zone = scale == battery_clock::ChipScale::kUtc ? find_zone(offset) : std::nullopt;
  if (!zone) return "";
  const auto minutes = std::abs(zone->count());
  return fmt::format("it shows the local time of UTC{}{:02}:{:02}: --local-time if it is to keep that",
                     zone->count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

JsonWriter json_of(const SampleRecord& record) {
  JsonWriter json;
  for (const SampleField& field : sample_fields()) {
    const auto value = field.value(record);
    if (!value) continue;
    json.raw(field.name, field.form == SampleField::Form::kText ? json_quoted(*value) : *value);
  }
  return json;
}

}  // namespace isletime::rtcset
