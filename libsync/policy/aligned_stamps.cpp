// SPDX-License-Identifier: MIT
#include "libsync/policy/aligned_stamps.hpp"

#include <algorithm>
#include <limits>

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

constexpr seconds kOneDay{86'400};
constexpr nanoseconds kNever = std::chrono::hours{1};

seconds start_of_day(seconds since_epoch) {
  const std::int64_t days = since_epoch / kOneDay - (since_epoch % kOneDay < seconds::zero() ? 1 : 0);
  return days * kOneDay;
}

constexpr std::uint32_t saturated_count(std::uint32_t count, std::uint32_t more) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  return more > kMost - count ? kMost : count + more;
}

WallTime wall(seconds since_epoch) {
  return WallTime{nanoseconds{since_epoch}};
}

}  // namespace

AlignedStamps::AlignedStamps(seconds interval)
    : interval_(interval > seconds::zero() && interval <= kOneDay ? interval : seconds::zero()) {}

WallTime AlignedStamps::aligned_before(WallTime shown) const {
  const auto now = std::chrono::floor<seconds>(shown.time_since_epoch());
  const seconds midnight = start_of_day(now);
  return wall(midnight + (now - midnight) / interval_ * interval_);
}

// The last interval of a day is shorter if the day is no multiple of it.
WallTime AlignedStamps::aligned_after(WallTime shown) const {
  const auto before = std::chrono::floor<seconds>(aligned_before(shown).time_since_epoch());
  return wall(std::min(before + interval_, start_of_day(before) + kOneDay));
}

// Returns how many instants are after `from` and not after `to`; both are aligned.
std::uint32_t AlignedStamps::count_between(WallTime from, WallTime to) const {
  const auto index = [this](WallTime aligned) {
    const auto time = std::chrono::floor<seconds>(aligned.time_since_epoch());
    const seconds midnight = start_of_day(time);
    const std::int64_t in_a_day = (kOneDay + interval_ - seconds{1}) / interval_;
    return midnight / kOneDay * in_a_day + (time - midnight) / interval_;
  };
  const std::int64_t count = index(to) - index(from);
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(count, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<AlignedStamps::Stamp> AlignedStamps::poll(const std::optional<WallTime>& shown) {
  if (!shown || interval_ == seconds::zero()) return std::nullopt;
  const WallTime last = aligned_before(*shown);
  const bool is_far_back = passed_ && elapsed(*shown, *passed_) > kFarBack;
  // At the start, and after the clock was set far back, the instants before the present time do not count as
  // missed.
  if (!passed_ || is_far_back) passed_ = last;
  if (is_far_back) {
    restarted_ = true;
    missed_ = 0;
  }
  if (last <= *passed_) return std::nullopt;
  missed_ = saturated_count(missed_, count_between(*passed_, last) - 1);
  passed_ = last;
  if (elapsed(last, *shown) > kMostLate) {
    missed_ = saturated_count(missed_, 1);
    return std::nullopt;
  }
  const Stamp stamp{.at = last, .missed = missed_, .is_after_restart = restarted_};
  missed_ = 0;
  restarted_ = false;
  return stamp;
}

nanoseconds AlignedStamps::until_next(const std::optional<WallTime>& shown) const {
  if (!shown || interval_ == seconds::zero()) return kNever;
  const nanoseconds wait = elapsed(*shown, aligned_after(std::max(*shown, passed_.value_or(*shown))));
  return std::min(wait, kNever);
}

}  // namespace isletime
