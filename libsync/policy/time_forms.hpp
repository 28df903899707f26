// SPDX-License-Identifier: MIT
// The forms in which a device tells its time over HTTP. They are those of syncweb(8), so that programs read a
// hub and a device alike. A device without a time answers with an error.
#pragma once

#include <string_view>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime {

inline constexpr std::size_t kTimeFormSize = 320;  // room for any of these

// "04:05:06, 02, 03-02-2026": the day of the week is 1 for Monday, and 7 for Sunday.
void write_time_and_date(TextWriter& out, const CivilTime& local);

// {"time":"2026-02-03T04:05:06.789012345Z","unix":1770091506.789012345,"reliable":true,...}; `age` is that of
// the last setting or check of the clock, `source` "ntp:192.0.2.7" or the like.
void write_time_object(TextWriter& out, const DeviceTime& time, nanoseconds age, std::string_view source);

// {"error":"unsynchronised",...}, to be sent with status 503.
std::string_view unsynchronised_object();

}  // namespace isletime
