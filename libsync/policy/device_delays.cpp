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

// 32 bits hold 4.2 s; whoever answers later is not listened to anyway.
constexpr std::uint32_t held(Delay delay) {
  return static_cast<std::uint32_t>(
      std::clamp(delay.value, nanoseconds::zero(), nanoseconds{std::chrono::milliseconds{4200}}).count());
}

}  // namespace

void DeviceDelays::add(Delay delay, MonoTime at) {
  const std::uint32_t ns = held(delay);
  if (added_ == 0) block_opened_ = at;
  delays_[added_++ % kDelays] = ns;
  Block& block = blocks_[block_];
  block.least = std::min(block.least, ns);
  ++block.count;
  block_excess_ += ns - least();
  estimate(ns);
  if (block.count >= kSamplesInBlock && elapsed(block_opened_, at) >= kBlockTime) close_block(at);
}

nanoseconds DeviceDelays::half_width(Delay delay) const {
  return std::max((nanoseconds{held(delay)} - minimum_.value) / 2, nanoseconds::zero());
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

// A block that never came near the least delay went another route, unless its delays spread as far.
void DeviceDelays::close_block(MonoTime at) {
  const Block closed = blocks_[block_];
  const auto risen = std::int64_t{closed.least} - least();
  const auto spread = static_cast<std::int64_t>(block_excess_ / closed.count) - risen;
  if (risen > 2 * std::max(mean_excess_.count(), spread)) {
    blocks_.fill({});
    blocks_[0] = closed;
    block_ = 0;
    added_ = 0;
  }
  block_ = (block_ + 1) % kBlocks;
  blocks_[block_] = {};
  block_opened_ = at;
  block_excess_ = 0;
}

// The 25 % quantile of a sum of two exponential delays of mean m is 0.961 m.
std::optional<std::int64_t> DeviceDelays::quantile_of_excess() const {
  const std::size_t size = std::min(added_, kDelays);
  if (size < kEnoughForQuantile) return std::nullopt;
  auto sorted = delays_;
  const auto quantile = sorted.begin() + static_cast<std::ptrdiff_t>(size / 4);
  std::nth_element(sorted.begin(), quantile, sorted.begin() + static_cast<std::ptrdiff_t>(size));
  return (std::int64_t{*quantile} - least()) * 1000 / 961;
}

void DeviceDelays::estimate(std::uint32_t delay) {
  const std::int64_t half = (std::int64_t{delay} - minimum_.value.count()) / 2;
  if (average_ == 0) {
    average_ = std::max(std::int64_t{delay} / 4, kLeastExcess);
  } else {
    average_ += (std::clamp<std::int64_t>(half, 0, 4 * average_) - average_) / 64;
  }
  const auto quantile = quantile_of_excess();
  const std::int64_t mean = std::max(std::min(average_, quantile.value_or(average_)), kLeastExcess);
  mean_excess_ = nanoseconds{mean};
  // The minimum of N sums of two exponential delays exceeds theirs by sqrt(pi / 2N) m, or 1.25 m / sqrt(N).
  const std::int64_t excess = mean * 5 / 4 * 256 / square_root(std::int64_t{count()} * 65'536);
  minimum_ = {nanoseconds{std::max<std::int64_t>(std::int64_t{least()} - excess, 0)}};
}

}  // namespace isletime
