// SPDX-License-Identifier: MIT
// What a source's round trips tell of its path: the least delay, which all share, and the mean of what
// queues add to it each way. An order statistic over the last hours. While all round trips are long, a
// queue stands or the route is a longer one, which delays alone cannot tell: so the least delay stays
// what it was until somebody who knows the clock decides. Fixed in size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/hub/discipline/free_time.hpp"

namespace isletime {

class DelayStatistics {
 public:
  // Of the stamps: no delay counts as less (RFC 5905, section 8), and no queue as shorter.
  static constexpr Seconds kPrecision{2e-7};
  // Round trips that are long by chance seldom come so many in a row.
  static constexpr std::uint32_t kStanding = 3;

  void add(FreeTime at, Delay delay);

  bool empty() const { return delays_added_ == 0; }
  // One way, beyond the path's own delay; at least kPrecision.
  Seconds mean_excess() const { return mean_excess_; }
  // Of a round trip that waited in no queue. Somewhat below the least seen, by a minimum's expected bias.
  Seconds minimum_delay() const { return minimum_; }
  // The least that was seen.
  Seconds least() const;
  // Half of what a round trip took beyond the minimum: how far at most its offset is off.
  Seconds half_width(Delay delay) const;

  // How many round trips in a row, up to the last one, have been longer than usual queues make them.
  std::uint32_t long_run() const { return long_.count; }
  // When the first of them came.
  FreeTime long_since() const { return long_.opened; }
  // Half of what the least of the last 8, or of a run that is shorter, exceeds the path's least: usual queues
  // leave one of them nearly alone, so an offset may be off by that much.
  Seconds standing_excess() const;
  // The run's least is the path's own delay from now on.
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
  Block long_{};  // the present run of long round trips
  std::array<Seconds, kRecent> recent_{};
  std::uint64_t recent_added_ = 0;
  std::array<Seconds, kLately> lately_{};  // also of long runs
  std::uint64_t lately_added_ = 0;
  std::uint64_t delays_added_ = 0;
  Seconds average_{};
  Seconds mean_excess_ = kPrecision;
  Seconds minimum_{};
};

}  // namespace isletime
