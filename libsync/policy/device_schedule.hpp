// SPDX-License-Identifier: MIT
// When a device polls its server: every 2 s for 8 minutes, which tells the counter's rate well enough to do
// without the server from then on, every 8 s for 6 minutes, every 16 s for 16 minutes, and then every 32 s.
// Then it polls faster only while it has something to learn, and pays for that with longer intervals: a
// server gets no more than a packet in 32 s on average, in bursts of about twenty.
#pragma once

#include <cstdint>
#include <optional>

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
  bool affords(seconds interval, std::int64_t kept) const;

  std::optional<MonoTime> last_;
  std::uint16_t samples_ = 0;
  std::uint16_t spent_ = 0;  // seconds by which queries came sooner than every 32 s
};

}  // namespace isletime
