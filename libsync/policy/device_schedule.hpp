// SPDX-License-Identifier: MIT
// When a device asks its server again: 8 times after 2 s, 16 times after 16 s, then every 64 s. Later it
// asks sooner only while it must learn something, and pays for that with longer intervals: after the
// first minutes a server sees no more than a packet in 64 s on average, in bursts of some twenty.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

enum class DeviceNeed : std::uint8_t {
  kNone,
  kRate,       // 16 s: the rate is hardly known
  kRateSoon,   // 2 s: not at all
  kCertainty,  // 2 s: a sample is doubted; queries are kept for it
};

class DeviceSchedule {
 public:
  void on_sample(MonoTime at);
  // The interval between queries as of now: a server that does not reply is not asked more often for that.
  seconds interval(MonoTime now, DeviceNeed need) const;

 private:
  bool affords(seconds interval, std::int64_t kept) const;

  std::optional<MonoTime> last_;
  std::uint16_t samples_ = 0;
  std::uint16_t spent_ = 0;  // the seconds by which queries came sooner than every 64 s
};

}  // namespace isletime
