// SPDX-License-Identifier: MIT
#include "libsync/policy/device_schedule.hpp"

#include <algorithm>

namespace isletime {
namespace {

constexpr seconds kSoon{2};
constexpr seconds kClose{8};
constexpr seconds kNear{16};
constexpr seconds kUsual{32};
constexpr seconds kSaving{48};
constexpr seconds kNoReply{32};

constexpr std::uint16_t kSoonSamples = 240;
constexpr std::uint16_t kCloseSamples = kSoonSamples + 45;
constexpr std::uint16_t kFirstSamples = kCloseSamples + 60;

// The reserve is for 8 samples after 2 s and 16 after 16 s.
constexpr std::int64_t kMostSpent = 8 * (kUsual - kSoon).count() + 16 * (kUsual - kNear).count();
// It takes three samples to prove a change.
constexpr std::int64_t kKeptForDoubts = 3 * (kUsual - kSoon).count();

}  // namespace

void DeviceSchedule::on_sample(MonoTime at) {
  if (last_ && samples_ >= kFirstSamples) {
    const nanoseconds longest = seconds{kMostSpent} + kUsual;
    const auto since = std::clamp(elapsed(*last_, at), nanoseconds::zero(), longest);
    const std::int64_t spent = spent_ + (kUsual - since) / seconds{1};
    spent_ = static_cast<std::uint16_t>(std::clamp<std::int64_t>(spent, 0, kMostSpent));
  }
  last_ = last_ ? std::max(*last_, at) : at;
  if (samples_ < kFirstSamples) ++samples_;
}

seconds DeviceSchedule::interval(MonoTime now, DeviceNeed need) const {
  if (last_ && elapsed(*last_, now) > kNoReply) return kUsual;
  if (samples_ < kSoonSamples) return kSoon;
  if (need != DeviceNeed::kCertainty) {
    if (samples_ < kCloseSamples) return kClose;
    if (samples_ < kFirstSamples) return kNear;
  }
  switch (need) {
    case DeviceNeed::kCertainty:
      return affords(kSoon, 0) ? kSoon : kUsual;
    case DeviceNeed::kRateSoon:
      if (affords(kSoon, kKeptForDoubts)) return kSoon;
      [[fallthrough]];
    case DeviceNeed::kRate:
      return affords(kNear, kKeptForDoubts) ? kNear : kUsual;
    case DeviceNeed::kNone:
      break;
  }
  return spent_ > 0 ? kSaving : kUsual;
}

bool DeviceSchedule::affords(seconds interval, std::int64_t kept) const {
  return spent_ + (kUsual - interval).count() + kept <= kMostSpent;
}

}  // namespace isletime
