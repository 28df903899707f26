// SPDX-License-Identifier: MIT
// The zone of this machine's local time, until the end of the test.
#pragma once

#include <cstdlib>

#include <time.h>

namespace isletime::fakes {

class TimeZone {
 public:
  explicit TimeZone(const char* zone) { use(zone); }
  ~TimeZone() {
    unsetenv("TZ");
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

  // As POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3".
  void use(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
};

}  // namespace isletime::fakes
