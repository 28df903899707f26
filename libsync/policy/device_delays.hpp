// SPDX-License-Identifier: MIT
// A device's memory of the delays of its exchanges: the least of them, and how much queues add to it on
// either way. From both follows how far the offset of a sample can be wrong. It needs integers only, and a
// quarter of a kilobyte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

class DeviceDelays {
 public:
  // `is_centred`: the sample's offset is also that of a path without queues, as far as is known.
  void add(Delay delay, MonoTime at, bool is_centred);

  // An offset has contradicted how little queues add at best, which is no longer known.
  void forget_quiet();

  // The mean that queues add on one way; at least 1 us. Before the first delay: 1 us.
  nanoseconds mean_excess() const { return mean_excess_; }
  // The delay of a path without queues: the least delay, less the expected excess of a minimum of so many.
  Delay minimum() const { return minimum_; }
  // The least of the last 16 delays: it contains what a standing queue, or a route, may add to one way.
  Delay recent_minimum() const;
  // How far the offset of a sample of that delay can be wrong, to either side.
  nanoseconds half_width(Delay delay) const;

 private:
  static constexpr std::size_t kDelays = 32;
  static constexpr std::size_t kBlocks = 8;

  // A minimum that is older than eight of these is forgotten, as routes change.
  struct Block {
    std::uint32_t least = UINT32_MAX;
    std::uint16_t count = 0;
    std::uint16_t centred = 0;
    std::uint32_t mean_excess = UINT32_MAX;  // of a round trip; known once it is closed
  };

  std::uint32_t least() const;
  std::uint32_t count() const;
  std::int64_t quiet_level() const;
  void close_block(MonoTime at);
  void estimate(std::uint32_t delay);
  std::optional<std::int64_t> quantile_of_excess() const;

  std::array<std::uint32_t, kDelays> delays_{};  // ns
  std::size_t added_ = 0;
  std::array<Block, kBlocks> blocks_{};
  std::size_t block_ = 0;
  MonoTime block_opened_{};
  std::uint64_t block_excess_ = 0;  // over the least delay then known, ns
  std::uint8_t queued_blocks_ = 0;  // in a row
  std::int64_t average_ = 0;        // of half widths, ns
  nanoseconds mean_excess_{1000};
  Delay minimum_{};
};

}  // namespace isletime
