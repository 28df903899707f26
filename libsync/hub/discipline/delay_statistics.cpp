// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/delay_statistics.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace isletime {
namespace {

constexpr std::uint32_t kBlockSamples = 32;
constexpr nanoseconds kBlockTime = seconds{900};

// The mean follows each sample's excess with this gain; a spike counts as at most 4 means.
constexpr double kGain = 1.0 / 64;
constexpr double kClip = 4.0;

// A round trip is long if it exceeds the minimum by kLong means, which usual queues cause once in eleven
// times. A run of kNoChance long ones is not chance, and says nothing about the path's usual queues.
constexpr double kLong = 4.0;
constexpr std::uint32_t kNoChance = 16;

// For the sum of two exponential delays of mean 1: its lower quartile, and sqrt(n) times the expected minimum
// of n.
constexpr double kLowerQuartile = 0.961;
constexpr double kMinimumBias = 1.25;
constexpr std::uint64_t kQuartileSamples = 16;

// Longer delays are nonsense, but must not become infinite.
constexpr Seconds kLongestDelay{1e4};

Seconds usable(Delay delay) {
  return std::clamp(Seconds{delay.value}, DelayStatistics::kPrecision, kLongestDelay);
}

}  // namespace

void DelayStatistics::Block::add(Seconds delay, FreeTime at) {
  if (count == 0) *this = {.least = delay, .sum = {}, .count = 0, .opened = at};
  least = std::min(least, delay);
  sum += delay;
  ++count;
}

void DelayStatistics::add(FreeTime at, Delay delay) {
  const Seconds d = usable(delay);
  // A delay so much below all earlier ones belongs to another path, whose queues are unknown.
  const bool is_other_path = !empty() && minimum_ - d > kLong * mean_excess_;
  const Seconds bias = least() - minimum_;
  if (is_other_path) *this = {};
  lately_[lately_added_++ % kLately] = d;
  if (is_long(d)) {
    long_.add(d, at);
    if (long_.count >= kNoChance) return;
  } else {
    long_ = {};
  }
  const Block& open = open_block();
  if (open.count >= kBlockSamples && elapsed(open.opened, at) >= kBlockTime) {
    open_ = (open_ + 1) % kBlocks;
    open_block() = {};
  }
  open_block().add(d, at);
  estimate(d);
  if (is_other_path) minimum_ = std::max(d - bias, Seconds{});
}

bool DelayStatistics::is_long(Seconds delay) const {
  return !empty() && delay - least() > kLong * mean_excess_;
}

void DelayStatistics::estimate(Seconds delay) {
  recent_[recent_added_++ % kRecent] = delay;
  if (delays_added_++ == 0) average_ = delay / 4;
  const Seconds lowest = least();
  average_ += (std::min((delay - std::min(minimum_, lowest)) / 2, kClip * average_) - average_) * kGain;
  mean_excess_ = std::min(average_, quiet_level(lowest));
  if (recent_added_ >= kQuartileSamples) {
    mean_excess_ = std::min(mean_excess_, (lower_quartile() - lowest) / kLowerQuartile);
  }
  mean_excess_ = std::max(mean_excess_, kPrecision);
  minimum_ = std::max(lowest - mean_excess_ * (kMinimumBias / std::sqrt(count())), Seconds{});
}

Seconds DelayStatistics::half_width(Delay delay) const {
  return std::max((usable(delay) - minimum_) / 2, Seconds{});
}

Seconds DelayStatistics::standing_excess() const {
  const std::uint64_t lately =
      long_.count < kStanding ? kLately : std::min<std::uint64_t>(long_.count, kLately);
  if (lately_added_ < lately) return {};
  Seconds lowest = kLongestDelay;
  for (std::uint64_t i = 1; i <= lately; ++i)
    lowest = std::min(lowest, lately_[(lately_added_ - i) % kLately]);
  return std::max((lowest - minimum_) / 2, Seconds{});
}

void DelayStatistics::accept_longer_route(FreeTime now) {
  if (long_.count == 0) return;
  blocks_ = {};
  open_ = 0;
  open_block() = long_;
  open_block().opened = now;
  long_ = {};
  recent_added_ = 0;
  minimum_ = std::max(least() - mean_excess_ * (kMinimumBias / std::sqrt(count())), Seconds{});
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

// Returns the mean excess of the least busy full block.
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
