// SPDX-License-Identifier: MIT
// How long to wait before asking a source again: as long as what is not known of the oscillator stays
// small against the noise of the path. A lucky sample earns a longer wait, an uninformative one is soon
// followed by the next, and a surprising one at once, but only as often as the server's owner puts up with.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

// log2 seconds, as RFC 5905 counts them; 0 to 17.
struct PollLimits {
  std::int8_t min = 6;
  std::int8_t max = 10;
};

enum class ServerOwner : std::uint8_t {
  kOurselves,
  // A public server or pool: after the first minutes never two queries within 64 s (RFC 8633, section 3).
  kStranger,
};

class PollChoice {
 public:
  explicit PollChoice(PollLimits limits, ServerOwner owner = ServerOwner::kOurselves);

  void on_sample(MonoTime now);
  void on_loss();
  // As at the start: the phase is no longer known. A stranger's server does not get its burst again.
  void restart();

  // `is_curious`: the last sample cannot be left as it is. `tolerable(wait)`: whether the phase would still
  // be known to tolerance(wait) mean excesses after that wait.
  template <class Tolerable>
  nanoseconds interval(MonoTime now, bool is_curious, Tolerable tolerable) const {
    if (const auto prescribed = prescribed_interval(now, is_curious)) return *prescribed;
    std::int8_t log2 = limits_.min;
    while (log2 < limits_.max && tolerable(duration_of(static_cast<std::int8_t>(log2 + 1)))) ++log2;
    return duration_of(log2);
  }

  nanoseconds shortest() const { return duration_of(limits_.min); }

  // Deviation of the phase just before the next sample, in mean excesses of the path. Packets to our own
  // servers cost nothing. Strangers are asked as seldom as leaves a third of chrony's error at its defaults,
  // for at most three times its packets (tests/sim, 30 to 33).
  double tolerance() const { return owner_ == ServerOwner::kOurselves ? 0.2 : 0.55; }

 private:
  static constexpr nanoseconds duration_of(std::int8_t log2) { return seconds{std::int64_t{1} << log2}; }
  // Where the wait does not depend on what is known.
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
