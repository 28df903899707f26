// SPDX-License-Identifier: MIT
// "Sun, 06 Nov 1994 08:49:37 GMT", as HTTP has it in Date (RFC 9110, section 5.6.7), and with an offset
// behind it (RFC 5322, section 3.3), as cameras do. The day's name is passed over: clocks get it wrong.
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

// Absent: it is no date.
std::optional<MailDate> parse_mail_date(std::string_view text);
std::string format_mail_date(const MailDate& date);

}  // namespace isletime::driftlog
