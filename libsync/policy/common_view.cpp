// SPDX-License-Identifier: MIT
#include "libsync/policy/common_view.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/leap_second.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A packet leaves soon after its transmit timestamp; a server that compensates for that may stamp it ahead.
constexpr nanoseconds kMostAhead = milliseconds{1};
constexpr nanoseconds kLongestSending = milliseconds{100};

// A frame that was held back longer tells nothing.
constexpr nanoseconds kLongestDelay = milliseconds{500};

// Stations hear one frame at instants that differ by about this.
constexpr std::int64_t kSoftness = 60'000;
constexpr std::int64_t kFirstDeviation = 5'000'000;
constexpr std::int64_t kFirstExcess = 1'000'000;
constexpr std::int64_t kLeastMeanExcess = 1000;
constexpr std::int64_t kAverageOver = 32;

// With less frequent frames the exchanges know better.
constexpr nanoseconds kLongestGap = seconds{40};
// The broadcasts count once the filter is as certain as this, until it is less certain than that. All devices
// come to nearly the same values, as these depend on the frames alone.
constexpr std::uint8_t kFewestFrames = 32;
constexpr std::int64_t kGoodDeviation = 300'000;
constexpr std::int64_t kLargestDeviation = 1'000'000;

}  // namespace

CommonView::CommonView(const Config& config) : config_(config), mean_excess_(kFirstExcess) {}

Result<BroadcastUse, BroadcastReject> CommonView::on_datagram(Bytes bytes, const Endpoint& from, MonoTime at,
                                                              WallTime free,
                                                              const std::optional<DeviceEstimate>& estimate) {
  const auto packet = parse(bytes);
  if (!packet) return Unexpected{as<BroadcastReject>(packet.error())};
  if (const auto fault = find_fault_of_broadcast(*packet, from, config_.server)) return Unexpected{*fault};
  const Header& header = packet->header;
  if (latest_ && header.transmit - latest_->transmit <= nanoseconds::zero()) {
    return Unexpected{BroadcastReject::kReplay};
  }
  if (!estimate) return Unexpected{BroadcastReject::kNotCalibrated};
  const WallTime present = shifted(free, estimate->offset.value);
  const nanoseconds bound = estimate->bound.value;
  // A timestamp of the future would make all that follow look like replays.
  if (magnitude(header.transmit - to_ntp(present)) > saturated_sum(kLongestDelay, bound)) {
    return Unexpected{BroadcastReject::kDisagrees};
  }
  if (is_near_leap_second(announced_leap_second(header, header.transmit, present), present)) {
    return Unexpected{BroadcastReject::kLeapSecond};
  }
  const auto before = latest_;
  latest_ = Latest{header.transmit, at, free};
  if (!before || header.origin.is_unset()) return BroadcastUse::kHeard;
  const nanoseconds sending = header.origin - before->transmit;
  if (sending < -kMostAhead || sending > kLongestSending) return BroadcastUse::kHeard;
  const Offset edge = unfold(Offset{header.origin - to_ntp(before->free)}, estimate->offset);
  const nanoseconds delay = saturated_difference(estimate->offset.value, edge.value);
  if (delay < -bound || delay > saturated_sum(kLongestDelay, bound)) {
    return Unexpected{BroadcastReject::kDisagrees};
  }
  take(before->at, edge, *estimate);
  return BroadcastUse::kTaken;
}

void CommonView::take(MonoTime at, Offset edge, const DeviceEstimate& estimate) {
  if (!filter_) {
    filter_.emplace(at, edge.value.count(), kFirstDeviation, estimate.rate,
                    estimate.rate_deviation.scaled / kScaledPerNs);
    return;
  }
  filter_->predict(at, config_.wander);
  const std::int64_t excess = std::max<std::int64_t>(filter_->offset() - edge.value.count(), 0);
  filter_->apply_slope(mean_excess_, 1);
  filter_->apply_edge(edge.value.count(), 1, kSoftness);
  mean_excess_ += (std::min(excess, 4 * mean_excess_) - mean_excess_) / kAverageOver;
  mean_excess_ = std::max(mean_excess_, kLeastMeanExcess);
  const bool is_soon = elapsed(taken_, at) <= kLongestGap;
  taken_ = at;
  if (!is_soon && !is_good_) frames_ = 0;
  if (frames_ < kFewestFrames) ++frames_;
  is_good_ =
      frames_ == kFewestFrames && filter_->deviation() <= (is_good_ ? kLargestDeviation : kGoodDeviation);
}

std::optional<CommonOffset> CommonView::offset(MonoTime now, const DeviceEstimate& estimate) const {
  if (!filter_ || !is_good_) return std::nullopt;
  DeviceFilter filter = *filter_;
  filter.predict(now, config_.wander);
  if (filter.deviation() > kLargestDeviation) return std::nullopt;
  if (distance(filter.offset(), estimate.offset.value.count()) > estimate.bound.value.count())
    return std::nullopt;
  return CommonOffset{now, {nanoseconds{filter.offset()}}, filter.rate()};
}

}  // namespace isletime
