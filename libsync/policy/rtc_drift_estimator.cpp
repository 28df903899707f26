// SPDX-License-Identifier: MIT
#include "libsync/policy/rtc_drift_estimator.hpp"

#include <algorithm>
#include <chrono>

#include "libsync/policy/fixed_point.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::hours;

// drift() is exact up to 1000 ppm over this.
constexpr nanoseconds kLongestUncompared = hours{24 * 365 * 3};
// A shorter span shows the time of day rather than the chip.
constexpr nanoseconds kShortestSpan = hours{12};
// A span whose ends are known no better than this says little of the rate, so it is continued.
constexpr Ppm kWorthLearning = Ppm::whole(2);

// Later rates count as much as all earlier ones together would after this many.
constexpr std::uint8_t kMostLearned = 24;
// Of a normal distribution the mean distance is 0.8 deviations.
constexpr std::int64_t kDistances = 4;

constexpr nanoseconds kRounding = std::chrono::microseconds{1};

// Returns what gained this much in that time; both are within kLongestUncompared, and `over` is at least a
// second.
constexpr Ppm rate_over(nanoseconds gained, nanoseconds over) {
  constexpr std::int64_t kMost = std::int64_t{1} << 46;
  const std::int64_t ns = std::clamp(gained.count(), -kMost, kMost);
  return Ppm{ns * 65'536 / 1000 / (over / seconds{1})};
}

constexpr Ppm magnitude(Ppm rate) {
  return Ppm{rate.scaled < 0 ? -rate.scaled : rate.scaled};
}

// A saved record: version, count, 2 zeros, CRC, then 64-bit numbers.
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCountAt = 1;
constexpr std::size_t kCrcAt = 4;
constexpr std::size_t kRateAt = 8;
constexpr std::size_t kDistanceAt = 16;
constexpr std::size_t kFirstAt = 24;
constexpr std::size_t kLastAt = 48;
static_assert(kLastAt + 24 == RtcDriftEstimator::kSavedSize);
constexpr std::int64_t kNoBound = -1;  // the offset is unknown

// The CRC-32 of IEEE 802.3, over all but its own place.
constexpr std::uint32_t crc_of(Bytes record) {
  std::uint32_t crc = 0xffff'ffff;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i >= kCrcAt && i < kCrcAt + 4) continue;
    crc ^= record[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

constexpr std::int64_t load_signed(Bytes record, std::size_t at) {
  return static_cast<std::int64_t>(load_be64(record, at));
}

constexpr void store_signed(MutableBytes record, std::size_t at, std::int64_t value) {
  store_be64(record, at, static_cast<std::uint64_t>(value));
}

}  // namespace

RtcDriftEstimator::Outcome RtcDriftEstimator::compare(WallTime chip, Offset offset, Dispersion bound) {
  const Comparison now{chip, offset, {std::max(bound.value, nanoseconds::zero())}};
  Outcome outcome = Outcome::kTaken;
  if (last_) {
    const nanoseconds since = elapsed(last_->chip, chip);
    const nanoseconds moved = isletime::magnitude(saturated_difference(offset.value, last_->offset.value));
    const nanoseconds known = saturated_sum(last_->bound.value, now.bound.value);
    const bool is_possible = since >= nanoseconds::zero() && since <= kLongestUncompared &&
                             moved <= saturated_sum(known, drift(since, traits_.tolerance) + kRounding);
    if (is_possible) {
      learn(now);
    } else {
      outcome = Outcome::kContradicted;
      first_ = now;
    }
  } else {
    first_ = now;
  }
  last_ = now;
  return outcome;
}

// The rate of a span is as uncertain as the offsets at its ends, so a span begins anew while it is short and
// its first offset was known much worse.
void RtcDriftEstimator::learn(const Comparison& later) {
  const nanoseconds span = elapsed(first_->chip, later.chip);
  if (span < kShortestSpan) {
    if (later.bound.value < first_->bound.value / 2) first_ = later;
    return;
  }
  const Ppm error = rate_over(saturated_sum(first_->bound.value, later.bound.value), span);
  if (error > kWorthLearning) return;
  const Ppm seen = rate_over(saturated_difference(later.offset.value, first_->offset.value), span);
  first_ = later;
  // Comparisons between, which were worse, hid that the chip was set.
  if (magnitude(seen) > Ppm{traits_.tolerance.scaled + error.scaled}) return;
  if (learned_ < kMostLearned) ++learned_;
  // At first the rate may be anywhere within the tolerance, and so may its changes.
  if (learned_ == 1) {
    rate_ = seen;
    distance_ = Ppm{traits_.tolerance.scaled / kDistances};
    return;
  }
  const Ppm away{seen.scaled - rate_.scaled};
  rate_.scaled += away.scaled / learned_;
  distance_.scaled += (magnitude(away).scaled + error.scaled / 2 - distance_.scaled) / learned_;
}

void RtcDriftEstimator::forget_offset() {
  first_.reset();
  last_.reset();
}

Ppm RtcDriftEstimator::rate_bound() const {
  if (learned_ == 0) return traits_.tolerance;
  return std::clamp(Ppm{kDistances * distance_.scaled}, traits_.least_wander, traits_.tolerance);
}

std::optional<RtcDriftEstimator::Prediction> RtcDriftEstimator::predict(WallTime chip) const {
  if (!last_) return std::nullopt;
  const nanoseconds since = elapsed(last_->chip, chip);
  if (since < nanoseconds::zero() || since > kLongestUncompared) return std::nullopt;
  const nanoseconds grown = saturated_sum(drift(since, rate_bound()), kRounding);
  return Prediction{.offset = {saturated_sum(last_->offset.value, drift(since, rate_))},
                    .bound = {saturated_sum(last_->bound.value, grown)}};
}

void RtcDriftEstimator::store(MutableBytes record, std::size_t at,
                              const std::optional<Comparison>& comparison) {
  store_signed(record, at, comparison ? comparison->chip.time_since_epoch().count() : 0);
  store_signed(record, at + 8, comparison ? comparison->offset.value.count() : 0);
  store_signed(record, at + 16, comparison ? comparison->bound.value.count() : kNoBound);
}

std::optional<RtcDriftEstimator::Comparison> RtcDriftEstimator::load(Bytes record, std::size_t at) {
  const std::int64_t bound = load_signed(record, at + 16);
  if (bound < 0) return std::nullopt;
  return Comparison{WallTime{nanoseconds{load_signed(record, at)}},
                    {nanoseconds{load_signed(record, at + 8)}},
                    {nanoseconds{bound}}};
}

RtcDriftEstimator::Saved RtcDriftEstimator::saved() const {
  Saved record{};
  record[0] = kVersion;
  record[kCountAt] = learned_;
  store_signed(record, kRateAt, rate_.scaled);
  store_signed(record, kDistanceAt, distance_.scaled);
  store(record, kFirstAt, first_);
  store(record, kLastAt, last_);
  store_be32(record, kCrcAt, crc_of(record));
  return record;
}

std::optional<RtcDriftEstimator> RtcDriftEstimator::restored(const RtcRateTraits& traits, Bytes saved) {
  if (saved.size() != kSavedSize || saved[0] != kVersion) return std::nullopt;
  if (load_be32(saved, kCrcAt) != crc_of(saved)) return std::nullopt;
  RtcDriftEstimator estimator{traits};
  estimator.learned_ = saved[kCountAt];
  estimator.rate_.scaled = load_signed(saved, kRateAt);
  estimator.distance_.scaled = load_signed(saved, kDistanceAt);
  const Ppm most = Ppm::whole(1000);
  if (estimator.learned_ > kMostLearned || estimator.rate_ > most || estimator.rate_ < Ppm{-most.scaled} ||
      estimator.distance_ > most || estimator.distance_ < Ppm{}) {
    return std::nullopt;
  }
  estimator.first_ = load(saved, kFirstAt);
  estimator.last_ = load(saved, kLastAt);
  if (estimator.first_.has_value() != estimator.last_.has_value()) return std::nullopt;
  return estimator;
}

}  // namespace isletime
