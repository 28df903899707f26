// SPDX-License-Identifier: MIT
// A device's memory of the delays of its exchanges: their minimum, and how much queues add to it in each
// direction. Together they give how wrong the offset of a sample may be. It uses only integers, and a quarter
// of a kilobyte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime {

class DeviceDelays {
 public:
  // `is_centred` says that, as far as known, the sample's offset fits a path without queues.
  void add(Delay delay, MonoTime at, bool is_centred);

  // An offset has contradicted the estimate of what queues add at least, so that is no longer known.
  void forget_quiet();

  // Returns the mean that queues add in one direction, at least 1 us, which is also its initial value.
  nanoseconds mean_excess() const { return nanoseconds{mean_excess_}; }
  // Returns the delay of a path without queues: the least delay minus the expected excess of the minimum.
  Delay minimum() const { return {nanoseconds{minimum_}}; }
  // Returns the least of the last 16 delays. It contains what a standing queue, or a route, may add in one
  // direction.
  Delay recent_minimum() const;
  // Returns how wrong the offset of a sample with that delay may be, in either direction.
  nanoseconds half_width(Delay delay) const;

 private:
  static constexpr std::size_t kDelays = 32;
  static constexpr std::size_t kBlocks = 8;

  // A minimum older than eight of these is forgotten, because routes change.
  struct Block {
    std::uint32_t least = UINT32_MAX;
    std::uint16_t count = 0;
    std::uint16_t centred = 0;
    std::uint32_t mean_excess = UINT32_MAX;  // of a round trip; set when the block is closed
  };

  std::uint32_t least() const;
  std::uint32_t count() const;
  std::uint32_t quiet_level() const;
  std::uint32_t half_width(std::uint32_t delay) const;
  void close_block(MonoTime at);
  void estimate(std::uint32_t delay);
  std::optional<std::uint32_t> quantile_of_excess() const;

  std::array<std::uint32_t, kDelays> delays_{};  // ns
  std::size_t added_ = 0;
  std::array<Block, kBlocks> blocks_{};
  std::size_t block_ = 0;
  MonoTime block_opened_{};
  std::uint64_t block_excess_ = 0;  // over the least delay known at the time, ns
  std::uint8_t queued_blocks_ = 0;  // consecutive
  std::uint32_t average_ = 0;       // of the half widths, ns
  std::uint32_t mean_excess_ = 1000;
  std::uint32_t minimum_ = 0;
};

}  // namespace isletime
