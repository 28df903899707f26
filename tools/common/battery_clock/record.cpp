// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/record.hpp"

namespace isletime::battery_clock {

SampleRecord record_of(const std::string& name, const Measurement& measurement,
                       const std::optional<Fault>& doubt, WallTime now) {
  SampleRecord record;
  record.time = now;
  record.source = "rtc:" + name;
  if (measurement.comparison) {
    record.time = measurement.comparison->time;
    record.reliable = !doubt;
  }
  // A time that the chip has lost is not a sample, because no bound would be wide enough.
  if (measurement.comparison && (!doubt || is_of_unvouched(*doubt))) {
    record.offset = measurement.comparison->offset.value;
    record.uncertainty = measurement.comparison->bound.value;
  } else {
    record.error = doubt ? doubt->name : "failed";
  }
  return record;
}

}  // namespace isletime::battery_clock
