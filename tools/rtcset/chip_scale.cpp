// SPDX-License-Identifier: MIT
#include "tools/rtcset/chip_scale.hpp"

#include <time.h>

namespace isletime::rtcset {

seconds to_utc(seconds shown, ChipScale scale) {
  if (scale == ChipScale::kUtc) return shown;
  const auto as_if_utc = static_cast<time_t>(shown.count());
  tm parts{};
  gmtime_r(&as_if_utc, &parts);
  parts.tm_isdst = -1;
  return seconds{mktime(&parts)};
}

seconds from_utc(seconds utc, ChipScale scale) {
  if (scale == ChipScale::kUtc) return utc;
  const auto time = static_cast<time_t>(utc.count());
  tm parts{};
  localtime_r(&time, &parts);
  return seconds{timegm(&parts)};
}

}  // namespace isletime::rtcset
