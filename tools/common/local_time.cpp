// SPDX-License-Identifier: MIT
#include "tools/common/local_time.hpp"

#include <array>

#include <time.h>

namespace isletime {

seconds local_of(seconds utc) {
  const auto time = static_cast<time_t>(utc.count());
  tm parts{};
  localtime_r(&time, &parts);
  return seconds{timegm(&parts)};
}

UtcTimes utc_times_of(seconds local) {
  // The changes of clocks at the ends of daylight saving, ascending; Lord Howe Island's is half an hour.
  constexpr std::array kTurns{seconds{-3600}, seconds{-1800}, seconds{0}, seconds{1800}, seconds{3600}};
  const auto as_if_utc = static_cast<time_t>(local.count());
  tm parts{};
  gmtime_r(&as_if_utc, &parts);
  parts.tm_isdst = -1;
  UtcTimes times{seconds{mktime(&parts)}, {}};
  for (const seconds turn : kTurns) {
    if (local_of(times.guess + turn) == local) times.all.push_back(times.guess + turn);
  }
  return times;
}

}  // namespace isletime
