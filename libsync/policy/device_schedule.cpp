// SPDX-License-Identifier: MIT
#include "libsync/policy/device_schedule.hpp"

#include <algorithm>

#include "libsync/policy/fixed_point.hpp"

namespace isletime {
namespace {

// All of these are in seconds.
constexpr std::int32_t kSoon = 2;
constexpr std::int32_t kNear = 16;
constexpr std::int32_t kUsual = 32;
constexpr std::int32_t kSaving = 48;
constexpr std::int32_t kNoReply = 32;

// The reserve is for 8 samples after 2 s and 16 after 16 s.
constexpr std::int32_t kMostSpent = 8 * (kUsual - kSoon) + 16 * (kUsual - kNear);
// It takes three samples to prove a change.
constexpr std::int32_t kKeptForDoubts = 3 * (kUsual - kSoon);

// Returns the first intervals by how long the server has been heard, and zero once they are over.
std::int32_t first_interval(std::int32_t heard) {
  if (heard < 300) return 1;
  if (heard < 600) return kSoon;
  if (heard < 840) return 8;
  return heard < 1800 ? kNear : 0;
}

// Returns the time between the two in seconds, rounded, and at most what pays for the whole reserve.
std::int32_t seconds_between(MonoTime then, MonoTime now) {
  constexpr nanoseconds kHalf = std::chrono::milliseconds{500};
  const nanoseconds since = shorter(age(then, now), seconds{kMostSpent + kUsual});
  return static_cast<std::int32_t>((since + kHalf) / seconds{1});
}

}  // namespace

void DeviceSchedule::on_sample(MonoTime at) {
  const std::int32_t since = heard_ == 0 ? 0 : seconds_between(last_, at);
  if (const std::int32_t first = first_interval(heard_)) {
    heard_ = static_cast<std::uint16_t>(heard_ + std::max(first, std::min(since, kUsual)));
  } else {
    spent_ = static_cast<std::uint16_t>(std::clamp<std::int32_t>(spent_ + kUsual - since, 0, kMostSpent));
  }
  last_ = at;
}

seconds DeviceSchedule::interval(MonoTime now, DeviceNeed need) const {
  return seconds{heard_ != 0 && seconds_between(last_, now) > kNoReply ? kUsual : wanted(need)};
}

std::int32_t DeviceSchedule::wanted(DeviceNeed need) const {
  const std::int32_t first = first_interval(heard_);
  if (first != 0 && (first <= kSoon || need != DeviceNeed::kCertainty)) return first;
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

bool DeviceSchedule::affords(std::int32_t interval, std::int32_t kept) const {
  return spent_ + kUsual - interval + kept <= kMostSpent;
}

}  // namespace isletime
