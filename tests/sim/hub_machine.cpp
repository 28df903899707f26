// SPDX-License-Identifier: MIT
#include "tests/sim/hub_machine.hpp"

#include <algorithm>

namespace isletime::sim {
namespace {

constexpr Dispersion kPrecision{nanoseconds{200}};
constexpr TrueTime kNever = TrueTime::max();

}  // namespace

HubMachine::HubMachine(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario),
      random_(seed * 3 + 2),
      clock_(Oscillator{scenario.oscillator, Random{seed * 3 + 1}}, scenario.start, scenario.initial_error),
      node_(scenario.node, clock_.read(TrueTime{})) {
  node_.add(scenario.node.tier);
  for (const FurtherServer& server : scenario.further) node_.add(server.tier);
  if (scenario.by_hand) next_by_hand_ = seconds{5};
  if (scenario.rtc) {
    rtc_.emplace(scenario.rtc->oscillator, Random{~seed});
    rtc_index_ = node_.add(Tier::kFallback);
    next_reading_ = seconds{30};
  }
}

NtpTimestamp HubMachine::stamp(TrueTime now) {
  return to_ntp(clock_.read(now));
}

void HubMachine::on_reply(std::size_t server, TrueTime now, const Exchange& exchange, Dispersion precision) {
  const auto [offset, delay] = measure(exchange);
  node_.on_sample(
      server, mono(now),
      free_running(node_.clock(), clock_.read(now), offset, delay, {kPrecision.value + precision.value}));
  correct(now);
}

void HubMachine::on_loss(std::size_t server, TrueTime now) {
  node_.on_loss(server);
  correct(now);
}

nanoseconds HubMachine::interval(std::size_t server, TrueTime now) {
  return node_.interval(server, mono(now), clock_.read(now));
}

TrueTime HubMachine::next_event() const {
  return std::min({slew_end_, next_by_hand_, next_reading_});
}

void HubMachine::on_event(TrueTime now) {
  if (now == next_by_hand_) set_by_hand(now);
  if (now == next_reading_) read_rtc(now);
  if (now == slew_end_) end_slew(now);
}

void HubMachine::on_leap_second() {
  clock_.insert_leap_second();
  node_.on_leap_second(Offset{-seconds{1}});
}

JudgedClock HubMachine::judge(TrueTime now) {
  JudgedClock judged{.error = clock_.error(now)};
  const WallTime wall = clock_.read(now);
  const auto belief = node_.belief(wall);
  if (!belief) return judged;
  judged.belief = JudgedClock::Belief{.error = belief->error,
                                      .frequency_error = belief->frequency - clock_.oscillator_frequency(),
                                      .deviation = belief->deviation,
                                      .bound = belief->bound,
                                      .is_followed = belief->is_followed};
  return judged;
}

void HubMachine::set_by_hand(TrueTime now) {
  const WallTime wall = clock_.read(now);
  const auto& [shortest, longest, uncertainty] = *scenario_.by_hand;
  const Offset offset{elapsed(wall, clock_.truth(now)) + mistake(uncertainty)};
  node_.on_sample(0, mono(now), free_running(node_.clock(), wall, offset, uncertainty));
  next_by_hand_ = now + shortest + rounded(random_.uniform() * Seconds{longest - shortest});
  correct(now);
}

void HubMachine::read_rtc(TrueTime now) {
  const Rtc& rtc = *scenario_.rtc;
  next_reading_ = now + rtc.read_every;
  const WallTime reading =
      scenario_.start + now + rtc.error + rounded(rtc_->gained(now)) + mistake(rtc.uncertainty);
  node_.on_rtc(rtc_index_, mono(now), clock_.read(now), reading, rtc.uncertainty);
  correct(now);
}

nanoseconds HubMachine::mistake(Dispersion most) {
  return rounded((2.0 * random_.uniform() - 1.0) * Seconds{most.value});
}

void HubMachine::end_slew(TrueTime now) {
  slew_end_ = kNever;
  const WallTime wall = clock_.read(now);
  node_.on_rate(wall, clock_.set_rate(now, rate_));
}

void HubMachine::correct(TrueTime now) {
  const auto correction = node_.correction(mono(now), clock_.read(now));
  if (!correction) return;
  if (correction->step) {
    clock_.step(*correction->step);
    node_.on_step(*correction->step);
  }
  slew_end_ = kNever;
  rate_ = correction->rate;
  double rate = rate_;
  if (correction->slew) {
    rate += correction->slew->rate;
    slew_end_ = now + correction->slew->duration;
  }
  const WallTime wall = clock_.read(now);
  node_.on_rate(wall, clock_.set_rate(now, rate));
}

}  // namespace isletime::sim
