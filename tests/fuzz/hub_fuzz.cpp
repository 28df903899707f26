// SPDX-License-Identifier: MIT
// A whole hub's judgement: the input is a sequence of what may happen to it, each an operation's number and
// operands. Servers answer as they please, somebody sets the clock, an RTC and people speak up; the decisions
// are applied to a clock. A model beside it knows what each part may at most decide.
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/hub/discipline/holdover_source.hpp"
#include "libsync/policy/server_state.hpp"
#include "libsync/policy/timekeeper.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::milliseconds;

constexpr int kMostSteps = 400;
constexpr int kMostSamples = 1500;  // some milliseconds' work
constexpr WallTime kBuilt{seconds{1'770'000'000}};
constexpr WallTime kLatest{seconds{4'000'000'000}};
constexpr nanoseconds kLongestInterval = seconds{1 << 17};

nanoseconds positive(fuzz::Input& input) {
  return nanoseconds{static_cast<std::int64_t>(input.u64() >> 1)};
}

// A duration of any size, in few bytes.
nanoseconds scaled(fuzz::Input& input) {
  const auto mantissa = static_cast<std::int32_t>(input.u32());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % 33)};
}

nanoseconds short_time(fuzz::Input& input) {
  return ShortTime::from_raw(input.u32()).to_nanoseconds();
}

bool is_finite(const Estimate& e) {
  return std::isfinite(e.frequency) && std::isfinite(e.var_phase) && std::isfinite(e.covariance) &&
         std::isfinite(e.var_frequency);
}

// A path's queues, the same for the same seed.
class Queue {
 public:
  Queue(std::uint16_t seed, nanoseconds mean) : state_(seed), mean_(mean) {}

  // A wait that is mostly short, sometimes long.
  nanoseconds next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const auto uniform = static_cast<double>(state_ >> 11) / 9007199254740992.0;
    return rounded(Seconds{mean_} * -std::log1p(-uniform));
  }

 private:
  std::uint64_t state_;
  nanoseconds mean_;
};

// The source that last set the clock, by what the timekeeper was told.
struct Synced {
  SourceKind kind;
  MonoTime at;
};

class Play {
 public:
  explicit Play(fuzz::Input& input) : input_(input) {}

  void run() {
    for (int step = 0; step < kMostSteps && samples_ < kMostSamples && !input_.at_end(); ++step) {
      perform(input_.u8() % 17);
      check_standing();
    }
  }

 private:
  void perform(int operation) {
    switch (operation) {
      case 0:
        add_source();
        break;
      case 1:
        if (const auto index = pick()) remove(*index);
        break;
      case 2:
        if (const auto index = pick()) exchange(*index);
        break;
      case 3:
        if (const auto index = pick()) hear_hostile_sample(*index);
        break;
      case 4:
        if (const auto index = pick()) suffer(*index);
        break;
      case 5:
        follow();
        break;
      case 6:
        advance(milliseconds{input_.u32()});
        break;
      case 7:
        be_set_by_others({scaled(input_)});
        break;
      case 8:
        pass_leap_second({seconds{input_.u8() % 2 == 0 ? 1 : -1}});
        break;
      case 9:
        hear_report();
        break;
      case 10:
        timekeeper_.adapt({static_cast<std::int64_t>(input_.u64())});
        break;
      case 11:
        raise_floor();
        break;
      case 12:
        timekeeper_.on_client_seen();
        client_seen_ = true;
        break;
      case 13:
        learn_rtc();
        break;
      case 14:
        tell_rtc();
        break;
      case 15:
        discipline_.seed_frequency({.value = static_cast<std::int32_t>(input_.u32()) * 1e-12,
                                    .deviation = (input_.u32() + 1) * 1e-12});
        break;
      case 16:
        limits_ = {.step = {.threshold = positive(input_), .at_any_time = input_.u8() % 2 == 0},
                   .panic = positive(input_)};
        if (input_.u8() % 4 == 0) limits_.step.threshold.reset();
        break;
    }
  }

  FreeTime free_now() const { return clock_.free_at(wall_); }

  void advance(nanoseconds by) {
    mono_ = shifted(mono_, by);
    wall_ = shifted(wall_, by);
  }

  // Absent: there is none.
  std::optional<std::size_t> pick() {
    if (sources_ == 0) return std::nullopt;
    std::size_t before = input_.u8() % sources_;
    std::size_t index = 0;
    while (!discipline_.source(index) || before-- > 0) ++index;
    return index;
  }

  void add_source() {
    Discipline::SourceConfig config;
    config.tier = static_cast<Tier>(input_.u8() % 3);
    config.poll = {static_cast<std::int8_t>(input_.u8()), static_cast<std::int8_t>(input_.u8())};
    config.owner = input_.u8() % 2 == 0 ? ServerOwner::kOurselves : ServerOwner::kStranger;
    const auto index = discipline_.add(config);
    require(index.has_value() == (sources_ < Discipline::kMaxSources), "there is room for so many");
    if (!index) return;
    ++sources_;
    check_source(*index);
    require(!discipline_.source(*index)->estimator.at(free_now()), "a new source knows nothing");
  }

  void remove(std::size_t index) {
    discipline_.remove(index);
    --sources_;
  }

  SourceAccount account() {
    SourceAccount account;
    account.leap = static_cast<Leap>(input_.u8() % 4);
    account.stratum = input_.u8();
    account.root_delay = {short_time(input_)};
    account.root_dispersion = {short_time(input_)};
    return account;
  }

  // Some round trips to a server whose clock is off and drifts, or comparisons without a round trip.
  void exchange(std::size_t index) {
    const bool is_round_trip = input_.u8() % 4 != 0;
    const int count = input_.u8() % 128 + 1;
    const milliseconds wait{input_.u16() * 10};
    const nanoseconds offset = scaled(input_);
    const double skew = static_cast<std::int16_t>(input_.u16()) * 1e-8;
    const Delay path{nanoseconds{input_.u32()}};
    const std::uint16_t seed = input_.u16();
    Queue queue{seed, nanoseconds{input_.u32()}};
    const SourceAccount its = account();
    const MonoTime began = mono_;
    for (int i = 0; i < count && samples_ < kMostSamples; ++i) {
      advance(wait);
      const nanoseconds there = queue.next();
      const nanoseconds back = queue.next();
      const nanoseconds drifted = rounded(Seconds{elapsed(began, mono_)} * skew);
      const Offset seen{saturated_sum(offset, drifted + (there - back) / 2)};
      const Delay delay{path.value + there + back};
      hear(index,
           is_round_trip ? free_running(clock_, wall_, seen, delay, {nanoseconds{1000}})
                         : free_running(clock_, wall_, seen, {path.value + there}),
           its);
    }
  }

  void hear_hostile_sample(std::size_t index) {
    OffsetSample sample{FreeTime{input_.wall_time().time_since_epoch()}, {scaled(input_)}, std::nullopt, {}};
    if (input_.u8() % 4 != 0) sample.delay = Delay{scaled(input_)};
    sample.dispersion = {positive(input_)};
    hear(index, sample, account());
  }

  void hear(std::size_t index, const OffsetSample& sample, const SourceAccount& its) {
    ++samples_;
    const auto& source = *discipline_.source(index);
    const bool was_known = source.estimator.at(free_now()).has_value();
    const Outcome outcome = discipline_.on_sample(index, mono_, sample, its);
    require(!was_known || outcome != Outcome::kStarted, "a source starts once");
    require(was_known || outcome == Outcome::kStarted || outcome == Outcome::kOutOfOrder,
            "and then anew, when its phase was forgotten");
    check_source(index);
  }

  void suffer(std::size_t index) {
    discipline_.on_trouble(index, static_cast<Trouble>(input_.u8() % 4), input_.u8() % 2 == 0);
    check_source(index);
  }

  void check_source(std::size_t index) const {
    const auto& source = *discipline_.source(index);
    const nanoseconds interval = discipline_.interval(index, mono_, free_now());
    require(interval >= seconds{1} && interval <= kLongestInterval, "a source is asked again, in time");
    const auto estimate = source.estimator.at(free_now());
    if (!estimate) return;
    require(is_finite(*estimate), "no sample makes an estimate infinite");
    require(estimate->var_phase >= 0 && estimate->var_frequency >= 0, "a variance is not negative");
    const auto bound = source.estimator.error_bound(free_now());
    require(bound && bound->value >= nanoseconds::zero(), "a bound is not negative");
    require(source.estimator.mean_excess() > Seconds::zero(), "no path is without noise");
  }

  std::optional<Discipline::Consensus> select() {
    const auto consensus = discipline_.select(free_now(), steered(clock_, wall_));
    std::uint32_t weights = 0;
    int peers = 0;
    for (std::size_t i = 0; i < Discipline::kMaxSources; ++i) {
      const auto& source = discipline_.source(i);
      if (!source) continue;
      weights += source->placement.weight;
      peers += source->placement.standing == Standing::kSystemPeer ? 1 : 0;
      if (!is_selected(source->placement.standing)) continue;
      require(source->reachable && source->estimator.at(free_now()), "who is believed has answered");
      require(source->trouble != Trouble::kUnsynchronised && source->trouble != Trouble::kLoop,
              "who knows nothing is not believed");
    }
    require(peers == (consensus ? 1 : 0), "one source is the system peer, or none is believed");
    require(weights == (consensus ? kWholeWeight : 0), "those who are believed share the whole weight");
    if (!consensus) return consensus;
    require(is_finite(consensus->estimate), "a consensus is finite");
    require(consensus->estimate.var_phase > 0 && consensus->estimate.var_frequency > 0, "and not certain");
    require(consensus->bound.value >= nanoseconds::zero(), "a bound is not negative");
    require(discipline_.source(consensus->system_peer)->placement.standing == Standing::kSystemPeer,
            "the system peer is the system peer");
    return consensus;
  }

  void follow() {
    const auto consensus = select();
    if (!consensus) return;
    const ClockError error{saturated_sum(consensus->estimate.phase, steered(clock_, wall_)),
                           consensus->estimate.frequency};
    const ClockStanding before = timekeeper_.standing(mono_);
    const bool was_synchronised = before.ever_set && before.kind == SourceKind::kNtp;
    const nanoseconds interval = discipline_.interval(consensus->system_peer, mono_, free_now());
    const auto correction = correct(error, interval, was_synchronised, limits_);
    const nanoseconds size = magnitude(error.phase);
    require(correction.has_value() == !(was_synchronised && size > limits_.panic),
            "whoever moves a clock that is set too far is refused, nobody else");
    if (!correction) return;
    check_correction(*correction, error, was_synchronised);
    apply(*correction);
    timekeeper_.on_sync(SourceKind::kNtp, consensus->bound, mono_);
    synced_ = Synced{SourceKind::kNtp, mono_};
    timekeeper_.raise_floor(wall_);
    floor_ = std::max(floor_, wall_);
    serve(consensus->bound);
  }

  // The hub's account to clients from now on.
  void serve(Dispersion bound) const {
    ServerState state = local_reference(input_.rest().size() % 16, -20, wall_, kBuilt);
    require(is_synchronised(state, wall_) == (state.stratum > 0 && wall_ >= kBuilt),
            "a clock from before its program was made is not believed");
    state.root_dispersion = {std::min(bound.value, kMaxDispersion.value)};
    const Dispersion later = root_dispersion_at(state, shifted(wall_, std::chrono::hours{24}));
    const Dispersion latest = root_dispersion_at(state, WallTime::max());
    require(later >= state.root_dispersion && latest >= later, "what is served only gets worse");
    require(later > state.root_dispersion || wall_ > kLatest, "and not only at the end of time");
    require(latest.value < state.root_dispersion.value + kLocalGrowthLimit.value, "but stays of use");
    require(!is_synchronised(unsynchronised(-20), wall_), "an unset clock says so");
  }

  void check_correction(const Correction& correction, const ClockError& error, bool was_synchronised) const {
    require(!correction.step || !correction.slew, "a clock is stepped or slewed");
    const double slew = correction.slew ? correction.slew->rate : 0.0;
    require(std::abs(correction.rate) + std::abs(slew) <= limits_.max_rate * (1 + 1e-9),
            "a rate is within the clock's range");
    require(!correction.slew || correction.slew->duration > nanoseconds::zero(), "a slew takes time");
    if (!correction.step) return;
    require(limits_.step.threshold && magnitude(error.phase) > *limits_.step.threshold,
            "small errors are not stepped");
    require(limits_.step.at_any_time || !was_synchronised, "a clock that is set is not stepped");
    require(correction.step->value == -saturated(error.phase), "a step removes the error");
  }

  void apply(const Correction& correction) {
    if (correction.step) step(*correction.step);
    if (correction.slew) {
      clock_.on_rate(wall_, correction.rate + correction.slew->rate);
      advance(std::min<nanoseconds>(correction.slew->duration, seconds{64}));
    }
    clock_.on_rate(wall_, correction.rate);
    require(std::abs(clock_.rate()) <= limits_.max_rate, "a rate is within the clock's range");
    require(magnitude(elapsed(clock_.wall_at(free_now()), wall_)) <= nanoseconds{1}, "the books agree");
  }

  void step(Offset by) {
    wall_ = shifted(wall_, by.value);
    clock_.on_step(by);
    rtc_.on_set(by);  // is read from this clock, as far as the RTC knows
  }

  void pass_leap_second(Offset by) {
    wall_ = shifted(wall_, by.value);
    clock_.on_step(by);
    discipline_.on_leap_second(by);
    rtc_.on_leap_second(by);
  }

  void be_set_by_others(Offset by) {
    wall_ = shifted(wall_, by.value);
    timekeeper_.on_clock_moved(by);
    const auto& most = kDefaultRules[static_cast<std::size_t>(SourceKind::kNtp)].max_offset;
    if (magnitude(by.value) > *most) synced_.reset();
    clock_.on_step(by);
    discipline_.forget_phase();
    for (std::size_t i = 0; i < Discipline::kMaxSources; ++i) {
      if (!discipline_.source(i)) continue;
      require(!discipline_.source(i)->estimator.at(free_now()), "no phase outlives a clock that is set");
    }
    require(!select(), "nor does a consensus");
  }

  void raise_floor() {
    const WallTime known = input_.wall_time();
    timekeeper_.raise_floor(known);
    floor_ = std::max(floor_, known);
  }

  void hear_report() {
    Report report{static_cast<SourceKind>(input_.u8() % kSourceKinds),
                  {scaled(input_)},
                  {scaled(input_)},
                  input_.u8() % 4 != 0,
                  input_.wall_time()};
    if (input_.u8() % 2 == 0) report.claimed = shifted(wall_, report.offset.value);
    const ClockStanding before = timekeeper_.standing(mono_);
    const Judgement judgement = timekeeper_.judge(report, mono_);
    const VerdictDescription said = describe(judgement.verdict);
    require(said.name[0] != '\0' && said.text[0] != '\0', "a verdict has words");
    require(name_of(report.kind)[0] != '\0', "and so has a kind");
    if (judgement.verdict != Verdict::kAdopt && judgement.verdict != Verdict::kAgree) return;
    check_that_it_may_count(report, before);
    require(judgement.bound.value >= nanoseconds::zero(), "a bound is not negative");
    if (judgement.verdict == Verdict::kAdopt) step(report.offset);
    timekeeper_.on_sync(report.kind, judgement.bound, mono_);
    synced_ = Synced{report.kind, mono_};
    client_seen_ =
        client_seen_ || report.kind == SourceKind::kPhone || report.kind == SourceKind::kPhoneOnAccessPoint;
  }

  void check_that_it_may_count(const Report& report, const ClockStanding& before) const {
    const auto rule = [](SourceKind kind) { return kDefaultRules[static_cast<std::size_t>(kind)]; };
    require(report.reliable && report.kind != SourceKind::kFreeRun, "who vouches for nothing does not count");
    require(report.bound.value >= nanoseconds::zero() && report.bound <= rule(report.kind).max_bound,
            "nor who knows too little");
    require(report.kind != SourceKind::kCamera || !client_seen_, "nor a camera, once a phone was there");
    if (report.kind != SourceKind::kNtp) {
      const WallTime floor = report.kind == SourceKind::kManual ? kBuilt : floor_;
      require(report.claimed >= floor && report.claimed <= kLatest, "nor who claims what cannot be");
    }
    if (!before.reliable) return;
    require(rule(report.kind).rank <= rule(before.kind).rank, "a better source is not overruled");
    require(report.kind != SourceKind::kNtp || before.kind != SourceKind::kNtp ||
                magnitude(report.offset.value) <= *rule(SourceKind::kNtp).max_offset,
            "NTP does not move its own clock beyond the panic threshold");
  }

  void check_standing() const {
    const ClockStanding now = timekeeper_.standing(mono_);
    require(now.ever_set == synced_.has_value(), "a clock is set if a source has set it");
    require(now.bound.value >= nanoseconds::zero(), "a bound is not negative");
    require(!timekeeper_.may_write_rtc(mono_) || (now.reliable && now.kind != SourceKind::kRtc),
            "an RTC is set by a clock that is known, and not by itself");
    require(timekeeper_.may_set_camera(mono_) == now.reliable, "and so is a camera");
    const ClockStanding later = timekeeper_.standing(shifted(mono_, std::chrono::hours{24 * 365}));
    require(later.bound >= now.bound, "a bound only grows");
    require(!later.reliable, "nothing is reliable for ever");
    if (!now.ever_set) {
      require(!now.reliable && now.kind == SourceKind::kFreeRun, "a clock that nobody set is not reliable");
      return;
    }
    require(now.kind == synced_->kind && now.age == elapsed(synced_->at, mono_), "a sync is remembered");
    const Rule& rule = kDefaultRules[static_cast<std::size_t>(now.kind)];
    require(!now.reliable || rule.may_make_reliable, "some kinds make nothing reliable");
    require(!now.reliable || *now.age < std::max(rule.window, TimekeeperConfig{}.longest_window),
            "nothing is reliable beyond its window");
  }

  HoldoverSource::Reading rtc_reading() {
    const double skew = static_cast<std::int16_t>(input_.u16()) * 1e-9;
    const nanoseconds drifted = rounded(Seconds{mono_.time_since_epoch()} * skew);
    return {free_now(), shifted(wall_, drifted), {nanoseconds{input_.u32()}}};
  }

  void learn_rtc() {
    for (int left = input_.u8() % 32; left > 0 && samples_ < kMostSamples; --left) {
      const auto reading = rtc_reading();
      const auto consensus = select();
      if (!consensus) return;
      rtc_.learn(reading, consensus->estimate, consensus->bound);
      advance(seconds{input_.u16()});
      ++samples_;
    }
  }

  void tell_rtc() {
    const auto reading = rtc_reading();
    const auto told = rtc_.tell(reading);
    if (!told) return;
    require(told->root_dispersion.value >= nanoseconds::zero(), "a bound is not negative");
    require(told->sample.at == reading.local && !told->sample.delay, "a sample is of its reading");
    if (const auto index = pick()) hear(*index, told->sample, {.root_dispersion = told->root_dispersion});
  }

  fuzz::Input& input_;
  MonoTime mono_{seconds{1000}};
  WallTime wall_{kBuilt + std::chrono::hours{24}};
  SteeredClock clock_{wall_};
  Discipline discipline_;
  std::size_t sources_ = 0;
  int samples_ = 0;
  Timekeeper timekeeper_{{.earliest = kBuilt, .latest = kLatest}};
  std::optional<Synced> synced_;
  WallTime floor_ = kBuilt;
  bool client_seen_ = false;
  HoldoverSource rtc_;
  ControlLimits limits_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
