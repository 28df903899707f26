// SPDX-License-Identifier: MIT
// How long to wait before asking a source again: as long as what is not known of the oscillator stays
// small against the noise of the path. A lucky sample earns a longer wait, an uninformative one is soon
// followed by the next.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/discipline/free_time.hpp"

namespace isletime {

// log2 seconds, as RFC 5905 counts them; 0 to 17.
struct PollLimits {
  std::int8_t min = 6;
  std::int8_t max = 10;
};

class PollChoice {
 public:
  // Deviation of the phase just before the next sample, in mean excesses of the path.
  static constexpr double kAccurate = 0.1;
  static constexpr double kUsual = 0.55;

  PollChoice(PollLimits limits, double tolerance);

  void on_sample(MonoTime now);
  void on_loss();
  // As at the start: the phase is no longer known.
  void restart();

  // `tolerable(wait)`: whether the phase would still be known well enough after that wait.
  template <class Tolerable>
  nanoseconds interval(MonoTime now, bool is_suspicious, Tolerable tolerable) const {
    if (const auto prescribed = prescribed_interval(now, is_suspicious)) return *prescribed;
    std::int8_t log2 = limits_.min;
    while (log2 < limits_.max && tolerable(duration_of(static_cast<std::int8_t>(log2 + 1)))) ++log2;
    return duration_of(log2);
  }
  double tolerance() const { return tolerance_; }

 private:
  static constexpr nanoseconds duration_of(std::int8_t log2) { return seconds{std::int64_t{1} << log2}; }
  // Where the wait does not depend on what is known.
  std::optional<nanoseconds> prescribed_interval(MonoTime now, bool is_suspicious) const;

  PollLimits limits_;
  double tolerance_;
  int samples_ = 0;
  int losses_ = 0;
  std::optional<MonoTime> last_sample_;
  std::optional<MonoTime> hurried_until_;
};

}  // namespace isletime
