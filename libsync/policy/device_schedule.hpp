// SPDX-License-Identifier: MIT
// When a device polls its server: every second for 5 minutes, which tells the counter's rate well enough to
// do without the server from then on, every 2 s for as long, every 8 s for 4 minutes, every 16 s for 16
// minutes, and then every 32 s. Then it polls faster only while it has something to learn, and pays for that
// with longer intervals: a server gets no more than a packet in 32 s on average, in bursts of about twenty.
#pragma once

#include <cstdint>

#include "libsync/core/time_types.hpp"

namespace isletime {

enum class DeviceNeed : std::uint8_t {
  kNone,
  kRate,       // 16 s: the rate is hardly known
  kRateSoon,   // 2 s: the rate is unknown
  kCertainty,  // 2 s: a sample is doubted, for which queries are reserved
};

class DeviceSchedule {
 public:
  void on_sample(MonoTime at);
  // Returns the present interval between queries; a server that does not reply is not polled faster.
  seconds interval(MonoTime now, DeviceNeed need) const;

 private:
  std::int32_t wanted(DeviceNeed need) const;
  bool affords(std::int32_t interval, std::int32_t kept) const;

  MonoTime last_{};          // the last sample, if any was taken
  std::uint16_t heard_ = 0;  // seconds for which the server was heard, as far as the first intervals go
  std::uint16_t spent_ = 0;  // seconds by which queries came sooner than every 32 s
};

}  // namespace isletime
