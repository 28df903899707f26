// SPDX-License-Identifier: MIT
#include "tools/rtcset/words.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "tools/common/duration_text.hpp"

namespace isletime::rtcset {

std::string ppm_text(std::int64_t ppb) {
  return fmt::format("{}{}.{:03}", ppb < 0 ? '-' : '+', std::abs(ppb) / 1000, std::abs(ppb) % 1000);
}

std::string utc_text(seconds since_epoch) {
  constexpr std::int64_t kDay = 86'400;
  const auto days =
      std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<kDay>>>(since_epoch).count();
  const CivilDate date = civil_date(days);
  const std::int64_t second = since_epoch.count() - days * kDay;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", date.year, date.month, date.day, second / 3600,
                     second / 60 % 60, second % 60);
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

std::string comparison_text(const Comparison& comparison) {
  const nanoseconds offset = comparison.offset.value;
  const nanoseconds bound = comparison.bound.value;
  if (std::chrono::abs(offset) <= bound) {
    return fmt::format("the clocks agree to within {}", duration_text(std::chrono::abs(offset) + bound));
  }
  return fmt::format("the battery clock is {} {}, give or take {}", duration_text(std::chrono::abs(offset)),
                     offset > nanoseconds::zero() ? "ahead" : "behind", duration_text(bound));
}

std::string holding_text(const Result<RtcReading, Fault>& reading) {
  if (!reading) return "what it holds now cannot be read: " + reading.error().text;
  const std::string time = reading->time ? utc_text(seconds_since_epoch(*reading->time)) : "no time";
  if (!reading->is_running) return fmt::format("it now holds {}, and stands still: set it again", time);
  switch (reading->integrity) {
    case Integrity::kGood:
      return fmt::format("it now holds {}, and passes for good: set it again", time);
    case Integrity::kLost:
      return fmt::format("it now holds {}, marked as lost: set it again", time);
    case Integrity::kUntold:
      return fmt::format("it now holds {}: set it again", time);
  }
  return "";
}

SampleRecord record_of(const std::string& name, const Measurement& measurement,
                       const std::optional<Fault>& doubt, WallTime now) {
  SampleRecord record;
  record.time = now;
  record.source = "rtc:" + name;
  if (measurement.comparison) {
    record.time = measurement.comparison->time;
    record.reliable = !doubt;
  }
  // A time that was lost is no sample, as wide as its bound would have to be.
  if (measurement.comparison && (!doubt || doubt->name == "untold")) {
    record.offset = measurement.comparison->offset.value;
    record.uncertainty = measurement.comparison->bound.value;
  } else {
    record.error = doubt ? doubt->name : "failed";
  }
  return record;
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
