// SPDX-License-Identifier: MIT
#include "libsync/policy/press_queue.hpp"

#include <algorithm>

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

constexpr int kOk = 200;

// RFC 9110, section 15.5: these statuses blame the request itself, and a repetition would send the same
// bytes. All other failures may pass.
constexpr bool is_refused_for_good(int status) {
  constexpr int kBadRequest = 400;
  constexpr int kConflict = 409;
  constexpr int kContentTooLarge = 413;
  constexpr int kUnsupportedMediaType = 415;
  return status == kBadRequest || status == kConflict || status == kContentTooLarge ||
         status == kUnsupportedMediaType;
}

}  // namespace

PressUse PressQueue::on_press(MonoTime at) {
  if (last_press_ && magnitude(elapsed(*last_press_, at)) < kLockout) return PressUse::kBounce;
  last_press_ = at;
  if (count_ == kMost) {
    ++lost_;
    error_at_ = at;
    return PressUse::kLost;
  }
  Waiting& press = presses_[(first_ + count_) % kMost];
  press.number = ++last_number_;
  press.at = at;
  press.stamp.reset();
  ++count_;
  return PressUse::kQueued;
}

std::optional<Press> PressQueue::poll(const DeviceClock& clock, MonoTime now) {
  if (count_ == 0 || is_under_way_ || now < retry_at_) return std::nullopt;
  Waiting& press = presses_[first_];
  if (!press.stamp) press.stamp = clock.at(press.at);
  if (!press.stamp) return std::nullopt;
  is_under_way_ = true;
  return Press{press.number, *press.stamp};
}

PressAnswer PressQueue::on_status(int status, MonoTime now, std::uint32_t random) {
  if (!is_under_way_) return PressAnswer::kUnexpected;
  if (status == kOk) {
    ++acknowledged_;
    drop_first();
    return PressAnswer::kAcknowledged;
  }
  if (is_refused_for_good(status)) {
    ++refused_;
    error_at_ = now;
    drop_first();
    return PressAnswer::kRefused;
  }
  retry(now, random);
  return PressAnswer::kTryLater;
}

void PressQueue::on_failure(MonoTime now, std::uint32_t random) {
  if (is_under_way_) retry(now, random);
}

void PressQueue::drop_first() {
  is_under_way_ = false;
  wait_ = {};
  first_ = (first_ + 1) % kMost;
  --count_;
}

// The wait is spread by a quarter in both directions.
void PressQueue::retry(MonoTime now, std::uint32_t random) {
  is_under_way_ = false;
  const std::uint32_t ms = std::clamp(wait_.count() * 2, kFirstWait.count(), kLongestWait.count());
  wait_ = Wait{ms};
  retry_at_ = now + Wait{ms * 3 / 4 + ms / 2 * (random % 1024) / 1024};
}

std::optional<MonoTime> PressQueue::next_wakeup() const {
  if (count_ == 0 || is_under_way_) return std::nullopt;
  return retry_at_;
}

bool PressQueue::is_error(MonoTime now) const {
  return error_at_ && elapsed(*error_at_, now) < kErrorShown;
}

}  // namespace isletime
