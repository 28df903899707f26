// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/rtc_jobs.hpp"

#include <chrono>
#include <utility>

#include "libsync/drivers/rtc_stepper.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/policy/instant.hpp"

namespace isletime::sntpd {
namespace {

using std::chrono::milliseconds;

// A smaller difference, beyond the bounds of the two readings, is not a step.
constexpr nanoseconds kLeastJump = milliseconds{1};

Instant instant_of(RtcClocks& clocks) {
  return read_instant([&] { return clocks.mono(); }, [&] { return clocks.wall(); });
}

bool has_jumped(const Instant& before, const Instant& after) {
  const nanoseconds by = after.wall_less_mono() - before.wall_less_mono();
  return magnitude(by) > kLeastJump + before.bound + after.bound;
}

// Gives run_rtc() access to the battery clock and to the machine's clocks.
class JobHost {
 public:
  JobHost(const RtcJob& job, RtcDevice& device, RtcClocks& clocks)
      : job_(job), device_(device), clocks_(clocks), before_look_(instant_of(clocks)) {}

  RtcNow now() {
    const MonoTime mono = clocks_.mono();
    return {mono, shifted(job_.true_time, elapsed(job_.at, mono))};
  }
  MonoTime mono() { return clocks_.mono(); }
  bool sleep_until(MonoTime time) { return clocks_.sleep_until(time); }
  seconds shown(seconds second) const { return from_utc(second, device_.scale()); }
  void keep(std::string failure) { failure_ = std::move(failure); }

  auto read() { return device_.read(job_.near); }
  auto read_second() { return device_.read_second(); }
  auto prepare() { return device_.prepare(); }
  // A step of the machine's clock before the write does not matter to the reading after it.
  auto set(const CivilTime& time) {
    auto failure = device_.set(time);
    before_look_ = instant_of(clocks_);
    return failure;
  }

  seconds local_less_utc(WallTime time) const {
    const auto utc = std::chrono::floor<seconds>(time.time_since_epoch());
    return from_utc(utc, device_.scale()) - utc;
  }
  // Returns by how much local time has moved against UTC since the chip was last known to be right.
  Dispersion zone_change(WallTime chip) const {
    constexpr seconds kDay{86'400};
    constexpr seconds kYear = 366 * kDay;
    const battery_clock::ChipScale scale = device_.scale();
    const auto now = std::chrono::floor<seconds>(chip.time_since_epoch());
    const seconds offset = local_less_utc(chip);
    seconds since = now - kYear;
    Dispersion change{};
    if (job_.right) {
      since = std::max(since, std::chrono::floor<seconds>(job_.right->at.time_since_epoch()));
      // The machine may be in another zone now, or the administrator may have changed the local-time word of
      // --rtc.
      change.value = magnitude(job_.right->local_less_utc - offset);
    }
    for (seconds then = since; then < now && scale != battery_clock::ChipScale::kUtc; then += kDay)
      change = std::max(change, Dispersion{magnitude(from_utc(then, scale) - then - offset)});
    return change;
  }

  const std::string& failure() const { return failure_; }
  // Computes the pair from the edge that was found. Fails if there is none, or if the machine's clock was set
  // meanwhile.
  Result<RtcPair, std::string> pair(const RtcStepper& stepper) {
    const Instant now = instant_of(clocks_);
    const auto edge = stepper.edge(now.mono);
    if (edge && !job_.is_time_known && comes_twice(edge->second, device_.scale()))
      return Unexpected{std::string{"the local time that it shows comes twice: wait, or let it keep UTC"}};
    const auto chip = edge ? utc_of(edge->second, now.mono) : std::nullopt;
    if (!chip) return Unexpected{std::string{"its seconds contradict each other"}};
    if (has_jumped(before_look_, now))
      return Unexpected{std::string{"the machine's clock was set while it was read"}};
    return RtcPair{.chip = *chip,
                   .machine = WallTime{edge->at.time_since_epoch() + now.wall_less_mono()},
                   .bound = {edge->bound.value + now.bound},
                   .at = edge->at};
  }

 private:
  // Returns the UTC of a second that the chip shows. Of an hour that comes twice, it is the one nearer to the
  // time that is known.
  std::optional<WallTime> utc_of(seconds shown, MonoTime now) const {
    const WallTime near = shifted(job_.true_time, elapsed(job_.at, now));
    return to_wall_time(to_utc(shown, device_.scale(), std::chrono::floor<seconds>(near.time_since_epoch())),
                        0);
  }

  const RtcJob& job_;
  RtcDevice& device_;
  RtcClocks& clocks_;
  Instant before_look_;
  std::string failure_;
};

// Returns an empty text if an edge was found, or if distrust_of() says why the chip is not believed.
std::string failure_of(const RtcStepper& stepper, const JobHost& host) {
  switch (stepper.end()) {
    case RtcEnd::kFound:
    case RtcEnd::kLost:
    case RtcEnd::kStopped:
      return {};
    case RtcEnd::kNotATime:
      return stepper.reading()->time ? describe(RtcFault::kNotBcd) : "";
    case RtcEnd::kStandsStill:
      return "it stands still";
    case RtcEnd::kErratic:
      return "its seconds contradict each other";
    case RtcEnd::kNotFound:
      return "it answers too slowly to be read";
    case RtcEnd::kReadFailed:
    case RtcEnd::kNotPrepared:
    case RtcEnd::kSetFailed:
      return host.failure();
    case RtcEnd::kMissed:
      return "this machine is too busy to write it at the right instant";
  }
  return {};
}

std::string distrust_of(const RtcStepper& stepper) {
  if (stepper.end() == RtcEnd::kLost)
    return "it lost its power since it was set: set it, and change its battery if that comes back";
  if (stepper.end() == RtcEnd::kStopped) return "its oscillator was told to stop: set it";
  return stepper.reading()->time ? "" : describe(stepper.reading()->time.error());
}

Result<RtcLook, std::string> look_at(const RtcStepper& stepper, JobHost& host, RtcDevice& device,
                                     RtcClocks& clocks) {
  RtcLook look{.chip = device.chip_name(),
               .oscillator = device.oscillator(),
               .is_set_by_others = device.is_set_by_others(),
               .distrust = distrust_of(stepper),
               .pair = {},
               .temperature = {},
               .is_vouched = belief_in(*stepper.reading(), device.is_trusted()) == RtcBelief::kFull};
  if (look.distrust.empty()) {
    const auto pair = host.pair(stepper);
    if (!pair) return Unexpected{pair.error()};
    // The keeper's prediction assumes an even pace, so the bound includes the ripple.
    const auto ripple = read_patiently(clocks, [&device] { return device.ripple(); });
    if (!ripple) return Unexpected{ripple.error()};
    look.pair = *pair;
    look.pair->bound.value += ripple->value;
    look.zone_change = host.zone_change(pair->chip);
    look.local_less_utc = host.local_less_utc(pair->chip);
  }
  look.keeps_local_time = device.scale() == battery_clock::ChipScale::kLocalTime;
  look.trim = device.trim();
  look.mark = device.mark();
  const auto temperature = read_patiently(clocks, [&device] { return device.temperature(); });
  if (temperature && *temperature)
    look.temperature = Celsius{static_cast<double>((*temperature)->value) / 1000};
  return look;
}

void run(RtcStepper stepper, const RtcJob& job, RtcDevice& device, RtcClocks& clocks, RtcOutcome& outcome) {
  JobHost host{job, device, clocks};
  if (!run_rtc(stepper, host)) {
    outcome.failure = "it was not waited for";
    return;
  }
  outcome.is_missed = stepper.end() == RtcEnd::kMissed;
  outcome.failure = failure_of(stepper, host);
  if (!outcome.failure.empty()) return;
  auto look = look_at(stepper, host, device, clocks);
  if (!look) {
    outcome.failure = look.error();
    return;
  }
  outcome.look = *std::move(look);
  if (job.kind == RtcJob::Kind::kWrite) outcome.lead = stepper.lead();
}

}  // namespace

RtcOutcome do_rtc_job(const RtcJob& job, RtcDevice& device, RtcClocks& clocks) {
  RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
  if (auto failure = device.find_chip(clocks)) {
    outcome.failure = *std::move(failure);
    return outcome;
  }
  switch (job.kind) {
    case RtcJob::Kind::kRead:
      run(RtcStepper{RtcStepper::Reading{}}, job, device, clocks, outcome);
      break;
    case RtcJob::Kind::kCheck:
      if (auto health = device.check(clocks)) {
        outcome.health = *std::move(health);
      } else {
        outcome.failure = health.error();
      }
      break;
    case RtcJob::Kind::kWrite:
      run(RtcStepper{RtcStepper::Setting{
              .set_delay = device.set_delay(), .latest = job.latest, .lead = job.lead}},
          job, device, clocks, outcome);
      break;
  }
  return outcome;
}

}  // namespace isletime::sntpd
