// SPDX-License-Identifier: MIT
#include "libsync/policy/discipline/delay_statistics.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace isletime {
namespace {

constexpr std::uint32_t kBlockSamples = 32;
constexpr nanoseconds kBlockTime = seconds{900};

// The mean follows this share of each sample's excess, of which a spike counts up to 4 means.
constexpr double kGain = 1.0 / 64;
constexpr double kClip = 4.0;

// Of the sum of two exponential delays of mean 1: its lower quartile, and sqrt(n) times the expected
// minimum of n.
constexpr double kLowerQuartile = 0.961;
constexpr double kMinimumBias = 1.25;
constexpr std::uint64_t kQuartileSamples = 16;

// Longer is nonsense, which must not become infinite.
constexpr Seconds kLongestDelay{1e4};

Seconds usable(Delay delay) {
  return std::clamp(Seconds{delay.value}, DelayStatistics::kPrecision, kLongestDelay);
}

}  // namespace

void DelayStatistics::add(FreeTime at, Delay delay) {
  const Seconds d = usable(delay);
  if (open_block().count > 0 && open_block().count >= kBlockSamples &&
      elapsed(open_block().opened, at) >= kBlockTime) {
    close_block(at);
  }
  Block& block = open_block();
  if (block.count == 0) block = {.least = d, .sum = {}, .count = 0, .opened = at};
  block.least = std::min(block.least, d);
  block.sum += d;
  ++block.count;
  recent_[recent_added_++ % kRecent] = d;
  if (delays_added_++ == 0) average_ = d / 4;

  const Seconds lowest = least();
  const double n = count();
  average_ += (std::min((d - std::min(minimum_, lowest)) / 2, kClip * average_) - average_) * kGain;
  mean_excess_ = std::min(average_, quiet_level(lowest));
  if (recent_added_ >= kQuartileSamples) {
    mean_excess_ = std::min(mean_excess_, (lower_quartile() - lowest) / kLowerQuartile);
  }
  mean_excess_ = std::max(mean_excess_, kPrecision);
  minimum_ = std::max(lowest - mean_excess_ * (kMinimumBias / std::sqrt(n)), Seconds{});
}

Seconds DelayStatistics::half_width(Delay delay) const {
  return std::max((usable(delay) - minimum_) / 2, Seconds{});
}

void DelayStatistics::close_block(FreeTime now) {
  const Block closed = open_block();
  Seconds others = kLongestDelay;
  for (const Block& block : blocks_) {
    if (&block != &open_block() && block.count > 0) others = std::min(others, block.least);
  }
  if (others < kLongestDelay && is_new_route(closed, others)) {
    blocks_ = {};
    open_ = 0;
    open_block() = closed;
    recent_added_ = 0;
  }
  open_ = (open_ + 1) % kBlocks;
  open_block() = {.least = {}, .sum = {}, .count = 0, .opened = now};
}

// Its own spread keeps congestion, which lifts a minimum too, from looking like a longer route.
bool DelayStatistics::is_new_route(const Block& block, Seconds least_before) const {
  const Seconds spread = (block.sum / block.count - block.least) / 2;
  return block.least - least_before > 2 * std::max(mean_excess_, spread);
}

Seconds DelayStatistics::least() const {
  Seconds lowest = kLongestDelay;
  for (const Block& block : blocks_) {
    if (block.count > 0) lowest = std::min(lowest, block.least);
  }
  return lowest;
}

std::uint32_t DelayStatistics::count() const {
  std::uint32_t sum = 0;
  for (const Block& block : blocks_) sum += block.count;
  return sum;
}

// The mean excess of the least busy full block.
Seconds DelayStatistics::quiet_level(Seconds least) const {
  Seconds level = kLongestDelay;
  for (const Block& block : blocks_) {
    if (block.count >= kBlockSamples) level = std::min(level, (block.sum / block.count - least) / 2);
  }
  return level;
}

Seconds DelayStatistics::lower_quartile() const {
  auto sorted = recent_;
  const auto size = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(recent_added_, kRecent));
  const auto quartile = sorted.begin() + size / 4;
  std::nth_element(sorted.begin(), quartile, sorted.begin() + size);
  return *quartile;
}

}  // namespace isletime
