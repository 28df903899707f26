// SPDX-License-Identifier: MIT
// A camera's clock as CCAPI represents it, {"datetime":"Tue, 01 Jan 2019 01:23:45 +0900","dst":false}, and
// the path at which it is read. The time includes daylight saving. Whether the zone offset includes it too is
// not certain, so it is an option.
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

// The error is a clause.
Result<CameraTime, std::string> parse_camera_time(std::string_view json);
std::string format_camera_time(const CameraTime& time);

seconds to_utc(const CameraTime& time, CameraZone zone);
// Returns the text that a camera with the zone and daylight saving of `like` shows at this time.
CameraTime from_utc(seconds utc, const CameraTime& like, CameraZone zone);

// Returns the path of the highest version whose time can be read and set, from what a camera lists at /ccapi.
// Some cameras list nothing, and have the first version.
std::string find_datetime_path(std::string_view json);

// Returns whether a camera is busy, as during an exposure, and should be asked again. Other errors are not
// expected to go away.
bool is_passing(std::string_view message);
// Returns the message in the body of a response, or an empty text if it has none.
std::string message_of(std::string_view json);

}  // namespace isletime::driftlog
