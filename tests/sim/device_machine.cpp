// SPDX-License-Identifier: MIT
#include "tests/sim/device_machine.hpp"

#include <algorithm>
#include <chrono>

namespace isletime::sim {
namespace {

constexpr std::uint32_t kTicksPerSecond = 80'000'000;
constexpr nanoseconds kTwoTicks{25};

// The timestamps of the free-running counter start here, less than 68 years from any server's time.
constexpr WallTime kBuilt{seconds{1'600'000'000}};

// The error of a clock that was never set.
constexpr nanoseconds kUnset = std::chrono::hours{24};

}  // namespace

DeviceMachine::DeviceMachine(const Scenario& scenario, std::uint64_t seed)
    : start_(scenario.start),
      oscillator_(scenario.oscillator, Random{seed * 3 + 1}),
      clock_({.built = kBuilt, .wander = scenario.device_wander, .resolution = {kTwoTicks}}) {}

NtpTimestamp DeviceMachine::stamp(TrueTime now) {
  return to_ntp(clock_.free_time(mono(now)));
}

void DeviceMachine::on_reply(std::size_t, TrueTime now, const Reply& reply) {
  const MonoTime at = mono(now);
  const auto [offset, delay] = measure(reply.exchange);
  Header server;
  server.stratum = 1;
  clock_.on_measurement({.time = clock_.free_time(at),
                         .offset = offset,
                         .delay = delay,
                         .dispersion = reply.precision,
                         .server = server},
                        at);
}

Seconds DeviceMachine::error(TrueTime now) {
  const auto wall = clock_.wall(mono(now));
  return wall ? *wall - (start_ + now) : kUnset;
}

JudgedClock DeviceMachine::judge(TrueTime now) {
  JudgedClock judged{.error = error(now)};
  const MonoTime at = mono(now);
  const auto known = clock_.at(at);
  const auto estimate = clock_.estimator().at(at);
  if (!known || !estimate) return judged;
  constexpr double kScaledPpm = 1e6 * 65536.0;
  judged.belief = JudgedClock::Belief{
      .error = known->time - (clock_.free_time(at) + estimate->offset.value),
      .frequency_error = -static_cast<double>(estimate->rate.scaled) / kScaledPpm - oscillator_.frequency(),
      .deviation = estimate->deviation.value,
      .bound = known->bound};
  return judged;
}

MonoTime DeviceMachine::mono(TrueTime now) {
  const auto ticks = static_cast<std::uint64_t>((now + rounded(oscillator_.gained(now))) * 2 / kTwoTicks);
  return mono_time(ticks_.extend(static_cast<std::uint32_t>(ticks)), kTicksPerSecond);
}

}  // namespace isletime::sim
