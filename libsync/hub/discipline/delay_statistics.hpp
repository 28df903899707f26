// SPDX-License-Identifier: MIT
// Statistics of a source's round trips: the minimum delay of its path, which all share, and the mean that
// queues add in each direction. It uses order statistics over the last hours. While all round trips are long,
// a queue stands or the route is longer; delays alone cannot distinguish the two, so the minimum stays until
// a caller that knows the clock decides. The size is fixed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

class DelayStatistics {
 public:
  // The precision of the timestamps: no delay counts as less (RFC 5905, section 8), and no queue as shorter.
  static constexpr Seconds kPrecision{2e-7};
  // This many long round trips in a row are seldom due to chance.
  static constexpr std::uint32_t kStanding = 3;

  void add(FreeTime at, Delay delay);

  bool empty() const { return delays_added_ == 0; }
  // Returns the mean that queues add in one direction, beyond the path's own delay; at least kPrecision.
  Seconds mean_excess() const { return mean_excess_; }
  // The delay of a round trip without queues: the least one seen, minus the expected bias of a minimum.
  Seconds minimum_delay() const { return minimum_; }
  // The least delay seen.
  Seconds least() const;
  // Half of a round trip's excess over the minimum, which is the greatest error of its offset.
  Seconds half_width(Delay delay) const;

  // Returns how many of the latest round trips in a row were longer than usual queues make them.
  std::uint32_t long_run() const { return long_.count; }
  // Returns when the first of them came.
  FreeTime long_since() const { return long_.opened; }
  // Half of the excess of the least of the last 8 delays, or of a shorter run, over the path's minimum: usual
  // queues hardly affect one of them, so an offset may be wrong by that much.
  Seconds standing_excess() const;
  // From now on the run's minimum is the path's own delay.
  void accept_longer_route(FreeTime now);

 private:
  struct Block {
    Seconds least{};
    Seconds sum{};
    std::uint32_t count = 0;
    FreeTime opened{};

    void add(Seconds delay, FreeTime at);
  };
  static constexpr std::size_t kBlocks = 16;
  static constexpr std::size_t kRecent = 64;
  static constexpr std::size_t kLately = 8;

  Block& open_block() { return blocks_[open_]; }
  bool is_long(Seconds delay) const;
  void estimate(Seconds delay);
  std::uint32_t count() const;
  Seconds quiet_level(Seconds least) const;
  Seconds lower_quartile() const;

  std::array<Block, kBlocks> blocks_{};
  std::size_t open_ = 0;
  Block long_{};  // the current run of long round trips
  std::array<Seconds, kRecent> recent_{};
  std::uint64_t recent_added_ = 0;
  std::array<Seconds, kLately> lately_{};  // includes long runs
  std::uint64_t lately_added_ = 0;
  std::uint64_t delays_added_ = 0;
  Seconds average_{};
  Seconds mean_excess_ = kPrecision;
  Seconds minimum_{};
};

}  // namespace isletime
