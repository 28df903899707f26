// SPDX-License-Identifier: MIT
#include "tests/sim/device_machine.hpp"

#include <algorithm>
#include <chrono>

namespace isletime::sim {
namespace {

constexpr std::uint32_t kTicksPerSecond = 80'000'000;
constexpr nanoseconds kTwoTicks{25};

// The timestamps of the free-running counter start here, less than 68 years from any server's time.
constexpr WallTime kEpoch{seconds{1'790'000'000}};

// If the clock is further off, the device steps it; smaller errors are slewed, so that time never goes back.
constexpr nanoseconds kStepAbove = std::chrono::milliseconds{100};

// The error of a clock that was never set.
constexpr nanoseconds kUnset = std::chrono::hours{24};

// Slews within a quarter of the poll interval, as the hub does.
constexpr int kSlewShare = 4;

WallTime true_time(MonoTime mono, Offset offset) {
  return kEpoch + mono.time_since_epoch() + offset.value;
}

Ppm speed_of(nanoseconds amount, nanoseconds duration) {
  constexpr double kScaledPpm = 1e6 * 65536.0;
  return {static_cast<std::int64_t>(Seconds{magnitude(amount)} / Seconds{duration} * kScaledPpm) + 1};
}

}  // namespace

DeviceMachine::DeviceMachine(const Scenario& scenario, std::uint64_t seed)
    : start_(scenario.start),
      oscillator_(scenario.oscillator, Random{seed * 3 + 1}),
      estimator_(scenario.device_wander) {}

NtpTimestamp DeviceMachine::stamp(TrueTime now) {
  return to_ntp(true_time(mono(now), {}));
}

void DeviceMachine::on_reply(std::size_t, TrueTime now, const Reply& reply) {
  const MonoTime at = mono(now);
  const auto [offset, delay] = measure(reply.exchange);
  const SampleUse use = estimator_.add({at, offset, delay, reply.precision});
  if (use != SampleUse::kDoubted) correct(at);
}

Seconds DeviceMachine::error(TrueTime now) {
  const auto wall = clock_.at(mono(now));
  return wall ? *wall - (start_ + now) : kUnset;
}

JudgedClock DeviceMachine::judge(TrueTime now) {
  JudgedClock judged{.error = error(now)};
  const MonoTime at = mono(now);
  const auto wall = clock_.at(at);
  const auto estimate = estimator_.at(at);
  if (!wall || !estimate) return judged;
  constexpr double kScaledPpm = 1e6 * 65536.0;
  const nanoseconds believed = *wall - true_time(at, estimate->offset);
  judged.belief = JudgedClock::Belief{
      .error = believed,
      .frequency_error = -static_cast<double>(estimate->rate.scaled) / kScaledPpm - oscillator_.frequency(),
      .deviation = estimate->deviation.value,
      .bound = {saturated_sum(magnitude(believed), estimate->bound.value)}};
  return judged;
}

MonoTime DeviceMachine::mono(TrueTime now) {
  const auto ticks = static_cast<std::uint64_t>((now + rounded(oscillator_.gained(now))) * 2 / kTwoTicks);
  return mono_time(ticks_.extend(static_cast<std::uint32_t>(ticks)), kTicksPerSecond);
}

void DeviceMachine::correct(MonoTime mono) {
  const auto estimate = estimator_.at(mono);
  if (!estimate) return;
  const WallTime wanted = true_time(mono, estimate->offset);
  clock_.set_rate(mono, estimate->rate);
  const auto wall = clock_.at(mono);
  if (!wall || magnitude(elapsed(*wall, wanted)) > kStepAbove) {
    clock_.set(mono, wanted);
    return;
  }
  const nanoseconds away = elapsed(*wall, wanted);
  clock_.slew(mono, {away}, speed_of(away, nanoseconds{estimator_.interval(mono)} / kSlewShare));
}

}  // namespace isletime::sim
