// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/poll_choice.hpp"

#include <algorithm>

#include "libsync/core/ntp_packet.hpp"

namespace isletime {
namespace {

// The first samples come quickly, then ever more slowly. Public servers require 2 s between queries.
constexpr nanoseconds kBurstInterval = seconds{2};
constexpr int kQuickSamples = 8;
constexpr int kBurstSamples = 16;

// After a surprise, hasty queries use a reserve of this many, which gains one per so many of the shortest
// polls. In the long run a server whose every reply is a surprise is polled an eighth more often than the
// shortest poll.
constexpr double kMostSpare = 8.0;
constexpr double kPollsForOne = 8.0;

constexpr nanoseconds kLongestBackOff = seconds{128};

// After an outage the path and the oscillator are learned again, for a time proportional to the outage.
constexpr nanoseconds kOutage = seconds{600};
constexpr int kOutageShare = 4;
constexpr nanoseconds kLongestHurry = seconds{3600};

constexpr int kMostDoublings = 17;

constexpr std::int8_t kShortestOfStrangers = 6;

PollLimits usable(PollLimits limits, ServerOwner owner) {
  const std::int8_t shortest = owner == ServerOwner::kStranger ? kShortestOfStrangers : std::int8_t{0};
  const std::int8_t min = std::clamp(limits.min, shortest, kMaxPoll);
  return {.min = min, .max = std::clamp(limits.max, min, kMaxPoll)};
}

nanoseconds doubled(nanoseconds interval, int times, nanoseconds most) {
  return std::min(interval * (std::int64_t{1} << std::min(times, kMostDoublings)), most);
}

}  // namespace

PollChoice::PollChoice(PollLimits limits, ServerOwner owner)
    : limits_(usable(limits, owner)),
      owner_(owner),
      spare_(owner == ServerOwner::kStranger ? 0.0 : kMostSpare) {}

void PollChoice::on_sample(MonoTime now) {
  if (last_sample_) {
    const nanoseconds since = elapsed(*last_sample_, now);
    // The interval that we chose ourselves does not count as an outage.
    if (losses_ > 0 && since > kOutage)
      hurried_until_ = shifted(now, std::min(since / kOutageShare, kLongestHurry));
    if (owner_ == ServerOwner::kOurselves && samples_ >= kBurstSamples) account_for_haste(since);
  }
  last_sample_ = now;
  losses_ = 0;
  samples_ = std::min(samples_ + 1, kBurstSamples);
}

void PollChoice::account_for_haste(nanoseconds since_last) {
  const nanoseconds shortest = duration_of(limits_.min);
  spare_ += Seconds{since_last} / Seconds{shortest} / kPollsForOne;
  if (since_last < shortest / 2) spare_ -= 1.0;
  spare_ = std::clamp(spare_, 0.0, kMostSpare);
}

void PollChoice::on_loss() {
  losses_ = std::min(losses_ + 1, kMostDoublings);
}

void PollChoice::restart() {
  if (owner_ == ServerOwner::kOurselves || samples_ < kBurstSamples) samples_ = 0;
}

std::optional<nanoseconds> PollChoice::prescribed_interval(MonoTime now, bool is_curious) const {
  const nanoseconds shortest = duration_of(limits_.min);
  const bool is_hasty = is_curious && spare_ >= 1.0;
  const bool in_burst = is_hasty || samples_ < kBurstSamples;
  if (losses_ > 0) {
    const nanoseconds first = in_burst ? kBurstInterval : shortest;
    return doubled(first, losses_ - 1, std::max(std::min(kLongestBackOff, duration_of(limits_.max)), first));
  }
  if (is_hasty || samples_ < kQuickSamples) return kBurstInterval;
  if (in_burst) {
    const int doublings = 1 + (samples_ - kQuickSamples) / 2;
    return doubled(kBurstInterval, doublings, std::max(shortest, kBurstInterval));
  }
  if (is_curious || (hurried_until_ && now < *hurried_until_)) return shortest;
  return std::nullopt;
}

}  // namespace isletime
