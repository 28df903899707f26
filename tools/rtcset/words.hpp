// SPDX-License-Identifier: MIT
// What the commands say in common, to people and as records.
#pragma once

#include <string>

#include "libsync/record/json_writer.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/rtcset/measurement.hpp"

namespace isletime::rtcset {

std::string ppm_text(std::int64_t ppb);     // "+0.300"
std::string utc_text(seconds since_epoch);  // "2026-02-03T04:05:06Z"
const char* integrity_text(Integrity integrity);
// "the battery clock is 1.2 ms behind, give or take 0.5 ms".
std::string comparison_text(const Comparison& comparison);
// What the clock shows by its own account, after something failed.
std::string holding_text(const Result<RtcReading, Fault>& reading);

// Absent doubt: reliable.
SampleRecord record_of(const std::string& name, const Measurement& measurement,
                       const std::optional<Fault>& doubt, WallTime now);
// Begins an object by a record's members.
JsonWriter json_of(const SampleRecord& record);

}  // namespace isletime::rtcset
