// SPDX-License-Identifier: MIT
// A camera's clock in the terms of CCAPI, {"datetime":"Tue, 01 Jan 2019 01:23:45 +0900","dst":false}, and the
// path at which it is told. The wall clock has the daylight saving in it; whether the offset has it too is
// disputed, and so an option.
#pragma once

#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/mail_date.hpp"

namespace isletime::driftlog {

struct CameraTime {
  MailDate shown;
  bool dst = false;  // daylight saving is on
};

// Error: a clause.
Result<CameraTime, std::string> parse_camera_time(std::string_view json);
std::string format_camera_time(const CameraTime& time);

seconds to_utc(const CameraTime& time, CameraZone zone);
// The text that a camera with the zone and daylight saving of `like` shows at this time.
CameraTime from_utc(seconds utc, const CameraTime& like, CameraZone zone);

// From what a camera lists at /ccapi: the path of the highest version whose time can be read and set. Some
// cameras list nothing, and have the first version.
std::string find_datetime_path(std::string_view json);

// Whether a camera is busy, as it is during an exposure, and should be asked again; one that reports another
// error will go on reporting it.
bool is_passing(std::string_view message);
// The message of an answer's body; empty: it has none.
std::string message_of(std::string_view json);

}  // namespace isletime::driftlog
