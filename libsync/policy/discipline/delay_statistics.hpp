// SPDX-License-Identifier: MIT
// What a source's round trips tell of its path: the least delay, which all share, and the mean of what
// queues add to it each way. An order statistic over the last hours; a longer route is noticed when a
// whole block of samples lies above. Fixed in size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libsync/policy/discipline/free_time.hpp"

namespace isletime {

class DelayStatistics {
 public:
  // Of the stamps: no delay counts as less (RFC 5905, section 8), and no queue as shorter.
  static constexpr Seconds kPrecision{2e-7};

  void add(FreeTime at, Delay delay);

  bool empty() const { return delays_added_ == 0; }
  // One way, beyond the path's own delay; at least kPrecision.
  Seconds mean_excess() const { return mean_excess_; }
  // Of a round trip that waited in no queue. Somewhat below the least seen, by a minimum's expected bias.
  Seconds minimum_delay() const { return minimum_; }
  // Half of what a round trip took beyond the minimum: how far at most its offset is off.
  Seconds half_width(Delay delay) const;

 private:
  struct Block {
    Seconds least{};
    Seconds sum{};
    std::uint32_t count = 0;
    FreeTime opened{};
  };
  static constexpr std::size_t kBlocks = 16;
  static constexpr std::size_t kRecent = 64;

  Block& open_block() { return blocks_[open_]; }
  void close_block(FreeTime now);
  bool is_new_route(const Block& block, Seconds least_before) const;
  Seconds least() const;
  std::uint32_t count() const;
  Seconds quiet_level(Seconds least) const;
  Seconds lower_quartile() const;

  std::array<Block, kBlocks> blocks_{};
  std::size_t open_ = 0;
  std::array<Seconds, kRecent> recent_{};
  std::uint64_t recent_added_ = 0;
  std::uint64_t delays_added_ = 0;
  Seconds average_{};
  Seconds mean_excess_ = kPrecision;
  Seconds minimum_{};
};

}  // namespace isletime
