// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/time_fields.hpp"

#include <array>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::syncweb {

std::string imf_fixdate(WallTime time) {
  constexpr std::array kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilTime civil = to_civil_time(time);
  const int weekday = iso_weekday(days_since_epoch(civil.date));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(weekday) - 1],
                     civil.date.day, kMonths[civil.date.month - 1U], civil.date.year, civil.hour,
                     civil.minute, civil.second);
}

void add_time_fields(Response& response, const HubTime& hub) {
  if (!hub.is_synchronised) return;
  response.headers.push_back({"Date", imf_fixdate(hub.time)});
  response.headers.push_back({"X-Isletime-Reliable", hub.is_reliable ? "true" : "false"});
  if (hub.bound) response.headers.push_back({"X-Isletime-Bound", seconds_text(hub.bound->value)});
}

}  // namespace isletime::syncweb
