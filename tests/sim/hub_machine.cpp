// SPDX-License-Identifier: MIT
#include "tests/sim/hub_machine.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libsync/drivers/ds3231_chip.hpp"

namespace isletime::sim {
namespace {

constexpr Dispersion kPrecision{nanoseconds{200}};
constexpr TrueTime kNever = TrueTime::max();
// A job takes this long, because it waits for the edge of a second.
constexpr nanoseconds kRtcJobTakes = seconds{1};
constexpr nanoseconds kYear = std::chrono::hours{24 * 365};

HubConfig config_of(const Scenario& scenario) {
  HubConfig config;
  config.precision = -20;
  config.limits = scenario.hub.control;
  config.made = scenario.start - std::chrono::hours{24};
  config.latest = scenario.start + 20 * kYear;
  if (scenario.hub.model != nullptr) config.model = *scenario.hub.model;
  return config;
}

std::optional<LastRun> last_run_of(const Scenario& scenario) {
  const auto& saved = scenario.hub.saved_frequency;
  if (!saved) return std::nullopt;
  SavedState state{};
  state.saved_at = scenario.start;
  state.frequency = saved;
  return LastRun{state, false};
}

Header header_of(const Reply& reply) {
  Header header;
  header.version = 4;
  header.mode = Mode::kServer;
  header.stratum = 1;
  header.leap = reply.leap;
  header.reference_id = ReferenceId::ascii("GPS\0");
  header.origin = reply.exchange.t1;
  header.receive = reply.exchange.t2;
  header.transmit = reply.exchange.t3;
  return header;
}

}  // namespace

HubMachine::HubMachine(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario),
      random_(seed * 3 + 2),
      clock_(Oscillator{scenario.oscillator, Random{seed * 3 + 1}}, scenario.start, scenario.initial_error),
      hub_(config_of(scenario), last_run_of(scenario), {.instant = instant({})}) {
  hub_.take_clock(0.0, instant({}));
  const auto add = [&](Tier tier) {
    const auto number = static_cast<std::uint32_t>(servers_.size() + 1);
    const std::uint32_t network = scenario.hub.owner == ServerOwner::kOurselves ? 0x0a00'0000 : 0xc000'0200;
    const std::string source = "ntp:server" + std::to_string(number);
    const ServerAddress address{.endpoint = {IpAddress::v4(network + number), 123}, .source = source};
    hub_.ask({.text = source, .literal = address, .tier = tier, .poll = scenario.hub.poll}, instant({}));
    execute({});
  };
  if (!scenario.fed) add(scenario.hub.tier);
  for (const FurtherServer& server : scenario.further) add(server.tier);
  if (scenario.fed) next_feed_ = seconds{5};
  if (scenario.rtc) {
    rtc_.emplace(BatteryClock{Oscillator{scenario.rtc->oscillator, Random{~seed}}, scenario.rtc->error});
    hub_.use_rtc("rtc:/dev/i2c-1@0x68", true, instant({}));
  }
  hub_.resume(instant({}));
  execute({});
}

NtpTimestamp HubMachine::stamp(TrueTime now) {
  return to_ntp(clock_.read(now));
}

// The monotonic clock is slewed with the machine's, is never stepped, and stands still in sleep.
Instant HubMachine::instant(TrueTime now) {
  return {MonoTime{clock_.since_start(now) - asleep_}, clock_.read(now), {}};
}

void HubMachine::notice(TrueTime now) {
  hub_.notice({.instant = instant(now), .asleep = asleep_});
  execute(now);
}

void HubMachine::on_reply(std::size_t server, TrueTime now, const Reply& reply) {
  notice(now);
  if (reply.sent < given_up_) return plan(now);
  reach_[server] = static_cast<std::uint8_t>(reach_[server] << 1 | 1);
  const auto [offset, delay] = measure(reply.exchange);
  hub_.on_measurement(servers_[server],
                      {.time = clock_.read(now),
                       .offset = offset,
                       .delay = delay,
                       .dispersion = {kPrecision.value + reply.precision.value},
                       .server = header_of(reply),
                       .turnaround = reply.exchange.t3 - reply.exchange.t2},
                      false, instant(now));
  remember_consensus(now);
  execute(now);
}

void HubMachine::on_loss(std::size_t server, TrueTime now) {
  notice(now);
  std::uint8_t& reach = reach_[server];
  reach = static_cast<std::uint8_t>(reach << 1);
  hub_.on_no_reply(servers_[server], {.is_reachable = reach != 0}, instant(now));
  remember_consensus(now);
  execute(now);
}

nanoseconds HubMachine::interval(std::size_t server, TrueTime now) {
  return hub_.interval(servers_[server], instant(now));
}

void HubMachine::on_event(TrueTime now) {
  notice(now);
  if (now >= next_feed_) feed(now);
  if (rtc_ && now >= rtc_->done) end_rtc_job(now);
  hub_.tick(instant(now));
  execute(now);
}

void HubMachine::execute(TrueTime now) {
  while (const auto next = hub_.take_action()) {
    std::visit([&](const auto& order) { perform(order, now); }, *next);
  }
  plan(now);
}

void HubMachine::remember_consensus(TrueTime now) {
  if (hub_.consensus()) agreed_ = Agreed{hub_.clock().free_at(clock_.read(now)), *hub_.consensus()};
}

void HubMachine::perform(const action::Steer& order, TrueTime now) {
  Hub::Steered done{.at = clock_.read(now), .rate = clock_.set_rate(now, order.rate)};
  if (order.step) {
    clock_.step(*order.step);
    done.is_stepped = true;
  }
  hub_.on_steered(done, instant(now));
}

void HubMachine::perform(const action::Ask& order, TrueTime) {
  servers_.push_back(order.index);
  reach_.push_back(0);
}

void HubMachine::perform(const action::RunRtcJob& order, TrueTime now) {
  rtc_->job = order.job;
  rtc_->done = now + kRtcJobTakes;
}

// Returns when the hub wakes next, in true time. The monotonic clock is slewed. If the oscillator makes it
// slower still, the hub is woken too early and asked again.
void HubMachine::plan(TrueTime now) {
  constexpr nanoseconds kSoon{1000};
  next_event_ = std::min(next_feed_, rtc_ ? rtc_->done : kNever);
  const Instant instant = this->instant(now);
  const auto wakeup = hub_.next_wakeup(instant);
  if (!wakeup) return;
  const nanoseconds left = rounded(Seconds{elapsed(instant.mono, *wakeup)} / clock_.pace());
  next_event_ = std::min(next_event_, now + std::max(left, kSoon));
}

void HubMachine::feed(TrueTime now) {
  const auto& [shortest, longest, uncertainty] = *scenario_.fed;
  next_feed_ = now + shortest + rounded(random_.uniform() * Seconds{longest - shortest});
  SampleRecord sample;
  sample.source = "ntp:192.0.2.1";
  sample.time = clock_.read(now);
  sample.offset = elapsed(sample.time, clock_.truth(now)) + mistake(uncertainty);
  sample.uncertainty = uncertainty.value;
  hub_.feed(sample, false, instant(now));
  remember_consensus(now);
  execute(now);
}

void HubMachine::end_rtc_job(TrueTime now) {
  const RtcJob job = *std::exchange(rtc_->job, std::nullopt);
  rtc_->done = kNever;
  const Rtc& model = *scenario_.rtc;
  RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
  const WallTime free = clock_.truth(now) + rounded(rtc_->oscillator.gained(now));
  if (job.kind == RtcJob::Kind::kWrite) {
    const WallTime set_to = shifted(job.true_time, elapsed(job.at, instant(now).mono));
    rtc_->error = elapsed(free, set_to) + mistake(model.uncertainty);
  }
  if (job.kind != RtcJob::Kind::kCheck) {
    outcome.look = RtcLook{.chip = "ds3231",
                           .oscillator = Ds3231Chip::kOscillator,
                           .is_set_by_others = false,
                           .distrust = {},
                           .pair = RtcPair{.chip = free + rtc_->error + mistake(model.uncertainty),
                                           .machine = clock_.read(now),
                                           .bound = model.uncertainty},
                           .temperature = Celsius{20}};
  }
  hub_.on_rtc(outcome, instant(now));
  remember_consensus(now);
  execute(now);
}

nanoseconds HubMachine::mistake(Dispersion most) {
  return rounded((2.0 * random_.uniform() - 1.0) * Seconds{most.value});
}

JudgedClock HubMachine::judge(TrueTime now) {
  JudgedClock judged{.error = clock_.error(now)};
  const WallTime wall = clock_.read(now);
  const ServerState state = hub_.served(wall).state;
  if (!agreed_ || !is_synchronised(state, wall)) return judged;
  const Estimate& estimate = agreed_->consensus.estimate;
  const nanoseconds since = elapsed(agreed_->at, hub_.clock().free_at(wall));
  const nanoseconds phase = saturated_sum(estimate.phase, rounded(estimate.frequency * Seconds{since}));
  judged.belief =
      JudgedClock::Belief{.error = saturated_sum(phase, hub_.clock().steered(wall)),
                          .frequency_error = estimate.frequency - clock_.oscillator_frequency(),
                          .deviation = Seconds{std::sqrt(estimate.var_phase)},
                          .bound = {state.root_delay.value / 2 + root_dispersion_at(state, wall).value},
                          .is_followed = hub_.consensus().has_value()};
  return judged;
}

}  // namespace isletime::sim
