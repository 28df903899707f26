// SPDX-License-Identifier: MIT
// Texts and records that several commands print.
#pragma once

#include <cstdint>
#include <string>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/record/json_writer.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/battery_clock/measurement.hpp"

namespace isletime::rtcset {

std::string ppm_text(std::int64_t ppb);  // "+0.300"
const char* integrity_text(Integrity integrity);
// Returns "the battery clock is 1.2 ms behind, give or take 0.5 ms".
std::string comparison_text(const battery_clock::Comparison& comparison);

// Returns "it shows the local time of UTC+01:00: ...", if a clock that should keep UTC seems to keep local
// time; otherwise nothing.
std::string zone_text(Offset offset, battery_clock::ChipScale scale);

// Starts an object with the record's members.
JsonWriter json_of(const SampleRecord& record);

}  // namespace isletime::rtcset
