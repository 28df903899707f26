// SPDX-License-Identifier: MIT
// Parses "Sun, 06 Nov 1994 08:49:37 GMT" as in the Date of HTTP (RFC 9110, section 5.6.7), and with an offset
// at the end (RFC 5322, section 3.3) as cameras print it. The name of the day is ignored, as it is often
// wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

struct MailDate {
  CivilTime local;  // valid, of the years 1970 to 2199
  seconds zone;     // local - UTC
};

// Returns nothing if the text is no such date.
std::optional<MailDate> parse_mail_date(std::string_view text);
std::string format_mail_date(const MailDate& date);

}  // namespace isletime::driftlog
