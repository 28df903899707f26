// SPDX-License-Identifier: MIT
// Chooses a source's poll interval: as long as the uncertainty of the oscillator stays small relative to the
// path's noise. A sample with little delay earns a longer interval; an uninformative one is soon followed by
// the next, and a surprising one at once, but only as often as the server's owner tolerates.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

// Values are log2 seconds, as in RFC 5905; 0 to 17.
struct PollLimits {
  std::int8_t min = 6;
  std::int8_t max = 10;
};

enum class ServerOwner : std::uint8_t {
  kOurselves,
  // A public server or pool: after the first minutes, queries are never less than 64 s apart (RFC 8633,
  // section 3).
  kStranger,
};

class PollChoice {
 public:
  explicit PollChoice(PollLimits limits, ServerOwner owner = ServerOwner::kOurselves);

  void on_sample(MonoTime now);
  void on_loss();
  // Restarts because the phase is no longer known. A public server does not get its burst again.
  void restart();

  // `is_curious` says that the last sample needs confirmation. `tolerable(wait)` says whether the phase would
  // still be known to tolerance(wait) mean excesses after that wait.
  template <class Tolerable>
  nanoseconds interval(MonoTime now, bool is_curious, Tolerable tolerable) const {
    if (const auto prescribed = prescribed_interval(now, is_curious)) return *prescribed;
    std::int8_t log2 = limits_.min;
    while (log2 < limits_.max && tolerable(duration_of(static_cast<std::int8_t>(log2 + 1)))) ++log2;
    return duration_of(log2);
  }

  nanoseconds shortest() const { return duration_of(limits_.min); }

  // The tolerated deviation of the phase just before the next sample, in mean excesses of the path. Packets
  // to our own servers cost nothing. Public servers are polled so rarely that the error is a third of
  // chrony's at its defaults, with at most three times its packets (tests/sim, 30 to 33).
  double tolerance() const { return owner_ == ServerOwner::kOurselves ? 0.2 : 0.55; }

 private:
  static constexpr nanoseconds duration_of(std::int8_t log2) { return seconds{std::int64_t{1} << log2}; }
  // Returns the interval where it does not depend on the estimate.
  std::optional<nanoseconds> prescribed_interval(MonoTime now, bool is_curious) const;
  void account_for_haste(nanoseconds since_last);

  PollLimits limits_;
  ServerOwner owner_;
  int samples_ = 0;
  int losses_ = 0;
  double spare_;  // queries that may still come sooner than the shortest poll
  std::optional<MonoTime> last_sample_;
  std::optional<MonoTime> hurried_until_;
};

}  // namespace isletime
