// SPDX-License-Identifier: MIT
#include "libsync/policy/device_delays.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "libsync/policy/fixed_point.hpp"

namespace isletime {
namespace {

constexpr std::uint32_t kSamplesInBlock = 32;
constexpr nanoseconds kBlockTime = seconds{900};
constexpr std::size_t kEnoughForQuantile = 16;
constexpr std::uint32_t kLeastExcess = 1000;
// A day and a half at 32 s, three days at 64 s: no queue lasts that long without a break.
constexpr std::uint8_t kMostQueuedBlocks = 128;

// With this limit 15/13 of a delay fit into 32 bits. The client refuses replies after 2 s.
constexpr std::int64_t kLongestHeld = 3'700'000'000;

constexpr std::uint32_t held(Delay delay) {
  return static_cast<std::uint32_t>(clamped(delay.value.count(), 0, kLongestHeld));
}

// Sorts by insertion, since there are few, and the code of std::sort or std::nth_element is several times as
// long.
void sort(std::span<std::uint32_t> few) {
  for (std::size_t i = 1; i < few.size(); ++i)
    for (std::size_t at = i; at > 0 && few[at - 1] > few[at]; --at) std::swap(few[at - 1], few[at]);
}

}  // namespace

void DeviceDelays::add(Delay delay, MonoTime at, bool is_centred) {
  const std::uint32_t ns = held(delay);
  if (added_ == 0) block_opened_ = at;
  delays_[added_++ % kDelays] = ns;
  Block& block = blocks_[block_];
  block.least = std::min(block.least, ns);
  if (block.count < UINT16_MAX) ++block.count;
  if (is_centred && block.centred < block.count) ++block.centred;
  block_excess_ += ns - least();
  estimate(ns);
  if (block.count >= kSamplesInBlock && elapsed(block_opened_, at) >= kBlockTime) close_block(at);
}

void DeviceDelays::forget_quiet() {
  for (Block& block : blocks_) block.mean_excess = UINT32_MAX;
}

std::uint32_t DeviceDelays::half_width(std::uint32_t delay) const {
  return delay > minimum_ ? (delay - minimum_) / 2 : 0;
}

nanoseconds DeviceDelays::half_width(Delay delay) const {
  return nanoseconds{half_width(held(delay))};
}

Delay DeviceDelays::recent_minimum() const {
  constexpr std::size_t kRecent = 16;
  std::uint32_t least = added_ == 0 ? 0 : UINT32_MAX;
  for (std::size_t i = 1; i <= std::min(added_, kRecent); ++i)
    least = std::min(least, delays_[(added_ - i) % kDelays]);
  return {nanoseconds{least}};
}

std::uint32_t DeviceDelays::least() const {
  return std::min_element(blocks_.begin(), blocks_.end(),
                          [](const Block& a, const Block& b) { return a.least < b.least; })
      ->least;
}

std::uint32_t DeviceDelays::count() const {
  std::uint32_t sum = 0;
  for (const Block& block : blocks_) sum += block.count;
  return sum;
}

// Returns what a path without congestion adds in one direction, estimated as the least of the blocks' means,
// which is a quarter less than their mean.
std::uint32_t DeviceDelays::quiet_level() const {
  const auto quiet = std::min_element(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) {
    return a.mean_excess < b.mean_excess;
  });
  return quiet->mean_excess / 8 * 5;
}

// A block that never came near the least delay saw another route, or a standing queue. The offsets
// distinguish the two: if they agree with a path of that delay, it is a route, and the old minimum is
// forgotten. If not, it is a queue in one direction: the block says nothing about the path, and the old
// minimum is kept, but not forever: offsets cannot distinguish a wrong old minimum from a standing queue.
void DeviceDelays::close_block(MonoTime at) {
  Block closed = blocks_[block_];
  const std::uint32_t risen = closed.least - least();
  closed.mean_excess = static_cast<std::uint32_t>(block_excess_ / closed.count);
  block_opened_ = at;
  block_excess_ = 0;
  if (risen / 2 <= mean_excess_) {
    queued_blocks_ = 0;
    blocks_[block_] = closed;
    block_ = (block_ + 1) % kBlocks;
  } else if (4 * closed.centred >= 3 * closed.count || ++queued_blocks_ == kMostQueuedBlocks) {
    queued_blocks_ = 0;
    closed.mean_excess -= risen;
    blocks_.fill({});
    blocks_[0] = closed;
    block_ = 1;
    // Only the last delay is certainly one of the new route.
    delays_[0] = delays_[(added_ - 1) % kDelays];
    added_ = 1;
  }
  blocks_[block_] = {};
}

// The sum of two exponential delays of mean m has its 25 % quantile at 0.961 m, which is 25/26 m, and its
// 75 % quantile 1.732 m above that, which is 26/15 m. Long delays that are all alike are no queues, so the
// result is at most twice what their spread implies.
std::optional<std::uint32_t> DeviceDelays::quantile_of_excess() const {
  const std::size_t size = std::min(added_, kDelays);
  if (size < kEnoughForQuantile) return std::nullopt;
  auto sorted = delays_;
  sort(std::span{sorted}.first(size));
  const std::uint32_t lower = sorted[size / 4];
  const std::uint32_t spread = sorted[size * 3 / 4] - lower;
  const std::uint32_t excess = lower - least();
  return std::min(excess / 25 * 26, spread / 13 * 15);
}

void DeviceDelays::estimate(std::uint32_t delay) {
  const auto quantile = quantile_of_excess();
  if (average_ == 0) {
    average_ = std::max(delay / 4, kLeastExcess);
  } else {
    // A spike counts as at most four times the mean; a delay that three of four samples exceed is no spike.
    const std::uint32_t half = half_width(delay);
    const std::uint32_t usual = std::max(average_, quantile.value_or(0));
    const std::uint32_t counted = half / 4 > usual ? 4 * usual : half;
    average_ += static_cast<std::uint32_t>(static_cast<std::int32_t>(counted - average_) / 64);
  }
  mean_excess_ =
      std::max(std::min(quantile ? std::min(average_, *quantile) : average_, quiet_level()), kLeastExcess);
  // The minimum of N sums of two exponential delays of mean m exceeds zero by sqrt(pi / 2N) m, or 1.25 m /
  // sqrt(N).
  constexpr std::int64_t kScale = 256;
  const std::int64_t excess =
      std::int64_t{mean_excess_} * (kScale * 5 / 4) / square_root(count() * (kScale * kScale));
  minimum_ = static_cast<std::uint32_t>(larger(least() - excess, 0));
}

}  // namespace isletime
