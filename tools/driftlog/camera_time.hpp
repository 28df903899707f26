// SPDX-License-Identifier: MIT
// A camera's clock as CCAPI tells of it, {"datetime":"Tue, 01 Jan 2019 01:23:45 +0900","dst":false}, and
// where it does. The wall clock has the daylight saving in it; whether the offset has is disputed, and so an
// option.
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
// What a camera shows at this time that has `like`'s zone and daylight saving.
CameraTime from_utc(seconds utc, const CameraTime& like, CameraZone zone);

// Of what a camera lists at /ccapi: the path of the highest version whose time can be read and set. Some list
// nothing, and have the first.
std::string find_datetime_path(std::string_view json);

// A camera that is busy, as the exposure of a picture makes it, is asked again; one that says another thing
// will go on saying it.
bool is_passing(std::string_view message);
// Of an answer's body; empty: it has none.
std::string message_of(std::string_view json);

}  // namespace isletime::driftlog
