// SPDX-License-Identifier: MIT
#include "libsync/policy/common_view.hpp"

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/leap_second.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

// A station that has missed a frame lacks the effect of that frame's delay on the others. The rate counts as
// less steady than any crystal's, so that the effect does not last, and the edges are softer than the
// stations' own jitter, so that no single frame has a large one. With these values two devices differ least
// in tests/sim/cell.
constexpr std::uint32_t kWander = 80;
constexpr std::int64_t kSoftness = 120'000;
// Queues add no more than this to the least delay on average.
constexpr std::int64_t kMeanExcess = 2'500'000;

constexpr std::int64_t kFirstDeviation = 5'000'000;
// With less frequent frames the exchanges know better.
constexpr nanoseconds kLongestGap = seconds{40};
// The broadcasts count once the filter's deviation is below kGoodDeviation, and until it exceeds
// kLargestDeviation. All devices pass these limits at nearly the same frame, because the filter depends on
// the frames alone.
constexpr std::uint8_t kFewestFrames = 32;
constexpr std::int64_t kGoodDeviation = 300'000;
constexpr std::int64_t kLargestDeviation = 1'000'000;

}  // namespace

// A frame leaves some time after its transmit timestamp. That time is the same for all stations, as the delay
// is. In interleaved mode (RFC 9769, section 4) the origin timestamp of the next frame would correct it, but
// then a station that misses one frame would lack two.
std::optional<BroadcastReject> CommonView::on_datagram(Bytes bytes, const Endpoint& from, MonoTime at,
                                                       WallTime free,
                                                       const std::optional<DeviceEstimate>& estimate) {
  const auto packet = parse(bytes);
  if (!packet) return as<BroadcastReject>(packet.error());
  if (const auto fault = find_fault_of_broadcast(*packet, from, config_.server)) return fault;
  const Header& header = packet->header;
  if (latest_ && header.transmit - *latest_ <= nanoseconds::zero()) return BroadcastReject::kReplay;
  if (!estimate) return BroadcastReject::kNotCalibrated;
  const WallTime present = shifted(free, estimate->offset.value);
  const nanoseconds bound = estimate->bound.value;
  const nanoseconds delay = to_ntp(present) - header.transmit;
  // Accepts frames that were sent at most half a second ago, give or take the bound. One that was held back
  // for longer is worthless, and a timestamp of the future would make all later frames look like replays.
  constexpr nanoseconds kMiddle = std::chrono::milliseconds{250};
  if (magnitude(delay - kMiddle) > saturated_sum(kMiddle, bound)) return BroadcastReject::kDisagrees;
  if (is_near_leap_second(announced_leap_second(header.leap, header.transmit, present), present)) {
    return BroadcastReject::kLeapSecond;
  }
  latest_ = header.transmit;
  take(at, {saturated_difference(estimate->offset.value, delay)}, *estimate);
  return std::nullopt;
}

void CommonView::reset() {
  latest_.reset();
  filter_.reset();
  frames_ = 0;
  is_good_ = false;
}

void CommonView::take(MonoTime at, Offset edge, const DeviceEstimate& estimate) {
  if (!filter_) {
    filter_.emplace(at, edge.value.count(), kFirstDeviation, estimate.rate,
                    estimate.rate_deviation.scaled / kScaledPerNs);
    return;
  }
  filter_->predict(at, kWander);
  filter_->apply_slope(kMeanExcess, 1);
  filter_->apply_edge(edge.value.count(), 1, kSoftness);
  if (!is_good_ && elapsed(taken_, at) > kLongestGap) frames_ = 0;
  taken_ = at;
  if (frames_ < kFewestFrames) ++frames_;
  is_good_ =
      frames_ == kFewestFrames && filter_->deviation() <= (is_good_ ? kLargestDeviation : kGoodDeviation);
}

std::optional<CommonOffset> CommonView::offset(MonoTime now, const DeviceEstimate& estimate) const {
  if (!filter_ || !is_good_) return std::nullopt;
  const DeviceFilter::Prediction predicted = filter_->predicted(now, kWander);
  const std::int64_t away = distance(predicted.offset, estimate.offset.value.count());
  if (predicted.deviation > kLargestDeviation || away > estimate.bound.value.count()) return std::nullopt;
  return CommonOffset{now, {nanoseconds{predicted.offset}}, filter_->rate()};
}

}  // namespace isletime
