// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/reading_text.hpp"

#include <chrono>
#include <cstdint>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"

namespace isletime::battery_clock {

std::string utc_text(seconds since_epoch) {
  constexpr std::int64_t kDay = 86'400;
  const auto days =
      std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<kDay>>>(since_epoch).count();
  const CivilDate date = civil_date(days);
  const std::int64_t second = since_epoch.count() - days * kDay;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", date.year, date.month, date.day, second / 3600,
                     second / 60 % 60, second % 60);
}

std::string holding_text(const Result<RtcReading, Fault>& reading) {
  if (!reading) return "what it holds now cannot be read: " + reading.error().text;
  const std::string time = reading->time ? utc_text(seconds_since_epoch(*reading->time)) : "no time";
  if (!reading->is_running) return fmt::format("it now holds {}, and stands still: set it again", time);
  switch (reading->integrity) {
    case Integrity::kGood:
      return fmt::format("it now holds {}, and says that it is good: set it again", time);
    case Integrity::kLost:
      return fmt::format("it now holds {}, marked as lost: set it again", time);
    case Integrity::kUntold:
      return fmt::format("it now holds {}: set it again", time);
  }
  return "";
}

}  // namespace isletime::battery_clock
