// SPDX-License-Identifier: MIT
// Converts a measurement of a battery clock to a sample record.
#pragma once

#include <optional>
#include <string>

#include "libsync/record/sample_record.hpp"
#include "tools/common/battery_clock/measurement.hpp"

namespace isletime::battery_clock {

// `name` is the clock's. Without a doubt the sample is reliable.
SampleRecord record_of(const std::string& name, const Measurement& measurement,
                       const std::optional<Fault>& doubt, WallTime now);

}  // namespace isletime::battery_clock
