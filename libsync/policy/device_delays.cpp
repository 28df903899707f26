// SPDX-License-Identifier: MIT
#include "libsync/policy/device_delays.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"

namespace isletime {
namespace {

constexpr std::uint32_t kSamplesInBlock = 32;
constexpr nanoseconds kBlockTime = seconds{900};
constexpr std::size_t kEnoughForQuantile = 16;
constexpr std::int64_t kLeastExcess = 1000;
// Three days at 64 s, since no queue lasts that long without a break.
constexpr std::uint8_t kMostQueuedBlocks = 128;

// 32 bits hold 4.2 s; later replies are refused anyway.
constexpr std::uint32_t held(Delay delay) {
  return static_cast<std::uint32_t>(
      std::clamp(delay.value, nanoseconds::zero(), nanoseconds{std::chrono::milliseconds{4200}}).count());
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

nanoseconds DeviceDelays::half_width(Delay delay) const {
  return std::max((nanoseconds{held(delay)} - minimum_.value) / 2, nanoseconds::zero());
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
std::int64_t DeviceDelays::quiet_level() const {
  const auto quiet = std::min_element(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) {
    return a.mean_excess < b.mean_excess;
  });
  return std::int64_t{quiet->mean_excess} * 5 / 8;
}

// A block that never came near the least delay saw another route, or a standing queue. The offsets
// distinguish the two: if they agree with a path of that delay, it is a route, and the old minimum is
// forgotten. If not, it is a queue in one direction: the block says nothing about the path, and the old
// minimum is kept, but not forever: offsets cannot distinguish a wrong old minimum from a standing queue.
void DeviceDelays::close_block(MonoTime at) {
  Block closed = blocks_[block_];
  const auto risen = std::int64_t{closed.least} - least();
  closed.mean_excess = static_cast<std::uint32_t>(block_excess_ / closed.count);
  block_opened_ = at;
  block_excess_ = 0;
  if (risen <= 2 * mean_excess_.count()) {
    queued_blocks_ = 0;
    blocks_[block_] = closed;
    block_ = (block_ + 1) % kBlocks;
  } else if (4 * closed.centred >= 3 * closed.count || ++queued_blocks_ == kMostQueuedBlocks) {
    queued_blocks_ = 0;
    closed.mean_excess -= static_cast<std::uint32_t>(risen);
    blocks_.fill({});
    blocks_[0] = closed;
    block_ = 1;
    added_ = 0;
  }
  blocks_[block_] = {};
}

// The sum of two exponential delays of mean m has its 25 % quantile at 0.961 m and its 75 % quantile at 2.693
// m. Long delays that are all alike are no queues, so the result is at most twice what their spread implies.
std::optional<std::int64_t> DeviceDelays::quantile_of_excess() const {
  const std::size_t size = std::min(added_, kDelays);
  if (size < kEnoughForQuantile) return std::nullopt;
  auto sorted = delays_;
  const auto quantile = sorted.begin() + static_cast<std::ptrdiff_t>(size / 4);
  std::nth_element(sorted.begin(), quantile, sorted.begin() + static_cast<std::ptrdiff_t>(size));
  const std::int64_t excess = std::int64_t{*quantile} - least();
  const std::int64_t lower = *quantile;
  const auto upper = sorted.begin() + static_cast<std::ptrdiff_t>(size * 3 / 4);
  std::nth_element(quantile, upper, sorted.begin() + static_cast<std::ptrdiff_t>(size));
  const std::int64_t spread = std::int64_t{*upper} - lower;
  return std::min(excess * 1000 / 961, 2 * spread * 1000 / (2693 - 961));
}

void DeviceDelays::estimate(std::uint32_t delay) {
  const std::int64_t half = (std::int64_t{delay} - minimum_.value.count()) / 2;
  const auto quantile = quantile_of_excess();
  if (average_ == 0) {
    average_ = std::max(std::int64_t{delay} / 4, kLeastExcess);
  } else {
    // A spike counts as at most four times the mean; a delay that three of four samples exceed is no spike.
    const std::int64_t most = 4 * std::max(average_, quantile.value_or(0));
    average_ += (std::clamp<std::int64_t>(half, 0, most) - average_) / 64;
  }
  const std::int64_t mean =
      std::max(std::min({average_, quantile.value_or(average_), quiet_level()}), kLeastExcess);
  mean_excess_ = nanoseconds{mean};
  // The minimum of N sums of two exponential delays of mean m exceeds zero by sqrt(pi / 2N) m, or 1.25 m /
  // sqrt(N).
  const std::int64_t excess = mean * 5 / 4 * 256 / square_root(std::int64_t{count()} * 65'536);
  minimum_ = {nanoseconds{std::max<std::int64_t>(std::int64_t{least()} - excess, 0)}};
}

}  // namespace isletime
