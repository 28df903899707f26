// SPDX-License-Identifier: MIT
// How long arbitrary samples disturb the estimator of a hub's source: the input is hours of them, after which
// the server is honest. After 30 polls the phase is within its bound, and samples are no longer suspected.
// After 80 polls, when all remembered delays are honest, the estimate is as good as the path allows, and the
// frequency is within its bound.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "libsync/hub/discipline/poll_choice.hpp"
#include "libsync/hub/discipline/source_estimator.hpp"
#include "tests/fuzz/few_bytes.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/sim/random.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Offsets and delays are up to 285 years.
constexpr int kDoublings = 49;
constexpr int kMostSamples = 2000;
constexpr int kPollsToRecover = 30;
constexpr int kPollsToRelearn = 80;
constexpr int kHonestPolls = 120;
// A fresh estimate may by chance still be wrong by some queues. This many of 30 samples may be suspected.
constexpr int kMostSuspected = 10;
constexpr double kMostQueues = 6.0;
// An estimate is disproved only if it is some deviations beyond half of the round trip.
constexpr double kMostShare = 1.25;
// A bound holds in well over 99 % of all cases, but the fuzzer searches for the others.
constexpr double kMostBroken = 1.5;
constexpr double kWander = 1e-9;

// The local oscillator relative to true time.
class Oscillator {
 public:
  explicit Oscillator(double frequency) : frequency_(frequency) {}

  double frequency() const { return frequency_; }
  // Returns what the oscillator has gained since its start.
  Seconds phase() const { return phase_; }

  void advance(Seconds interval, sim::Random& random) {
    phase_ += frequency_ * interval;
    frequency_ += kWander * std::sqrt(interval.count()) * random.normal();
  }

 private:
  double frequency_;
  Seconds phase_{};
};

// The delay in one direction.
struct Path {
  Seconds delay{};
  Seconds queue{};
};

Path path_of(fuzz::Input& input) {
  const microseconds delay{input.u16()};
  return {.delay = delay, .queue = microseconds{input.u16() % 5000}};
}

class Play {
 public:
  explicit Play(fuzz::Input& input)
      : input_(input),
        oscillator_(ppm(500)),
        path_(path_of(input)),
        polls_(limits_of(input)),
        random_(input.u8()) {}

  void run() {
    while (!input_.at_end() && samples_ < kMostSamples) do_anything();
    ahead_ = saturated(fuzz::scaled(input_, kDoublings));
    honest_since_ = now_;
    for (int poll = 1; poll <= kHonestPolls; ++poll) {
      const Outcome outcome = hear_honest();
      if (poll > kPollsToRecover) check(poll, outcome);
      advance(interval());
    }
  }

 private:
  static PollLimits limits_of(fuzz::Input& input) {
    const std::uint8_t byte = input.u8();
    const auto min = static_cast<std::int8_t>(byte % 8);
    return {.min = min, .max = static_cast<std::int8_t>(min + byte / 8 % 8)};
  }

  double ppm(double most) { return static_cast<std::int16_t>(input_.u16()) / 32768.0 * most * 1e-6; }

  void advance(nanoseconds by) {
    oscillator_.advance(by, random_);
    mono_ = shifted(mono_, by);
    now_ = shifted(now_, by);
  }

  nanoseconds interval() const {
    return polls_.interval(mono_, estimator_.is_curious(), [&](nanoseconds wait) {
      return estimator_.is_tolerable(now_, wait, polls_.tolerance());
    });
  }

  // Returns the phase, local - true.
  nanoseconds phase() const { return saturated_sum(ahead_, rounded(oscillator_.phase())); }

  Seconds queued(Seconds mean) { return Seconds{random_.exponential(mean.count())}; }

  Outcome hear(const OffsetSample& sample) {
    ++samples_;
    polls_.on_sample(mono_);
    const Outcome outcome = estimator_.add(sample);
    check_sanity();
    return outcome;
  }

  // Adds a sample of a server that is ahead of true time by `lie`, over these paths.
  Outcome hear(const Path& outward, const Path& homeward, nanoseconds lie, Dispersion dispersion) {
    const Seconds there = outward.delay + queued(outward.queue);
    const Seconds back = homeward.delay + queued(homeward.queue);
    return hear({.at = now_,
                 .offset = {saturated_sum(lie - phase(), rounded((there - back) / 2))},
                 .delay = Delay{rounded(there + back)},
                 .dispersion = dispersion});
  }

  Outcome hear_honest() { return hear(path_, path_, {}, {nanoseconds{1000}}); }

  void do_anything() {
    switch (input_.u8() % 8) {
      case 0:
      case 1:
        return hear_one();
      case 2:
        advance(fuzz::some_time(input_));
        hear({.at = now_,
              .offset = {fuzz::scaled(input_, kDoublings)},
              .delay = {},
              .dispersion = {fuzz::scaled(input_, kDoublings)}});
        return;
      case 3:
        estimator_.forget_phase();
        return polls_.restart();
      case 4: {
        const Offset by{seconds{input_.u8() % 2 == 0 ? 1 : -1}};
        estimator_.on_leap_second(by);
        ahead_ = saturated_difference(ahead_, by.value);
        return;
      }
      case 5:
        polls_.on_loss();
        return advance(interval());
      default:
        return hear_liar();
    }
  }

  // Takes a sample up to some hours after the last.
  void hear_one() {
    advance(fuzz::some_time(input_));
    const nanoseconds offset = fuzz::scaled(input_, kDoublings);
    const Delay delay{fuzz::scaled(input_, kDoublings)};
    hear({.at = now_, .offset = {offset}, .delay = delay, .dispersion = {microseconds{input_.u8()}}});
  }

  // Takes samples of a server that steps and drifts, and whose path changes.
  void hear_liar() {
    const int polls = input_.u8();
    const nanoseconds step = fuzz::scaled(input_, kDoublings);
    const double rate = ppm(4000);
    const Path outward = path_of(input_);
    const Path homeward = path_of(input_);
    const FreeTime start = now_;
    for (int i = 0; i < polls && samples_ < kMostSamples; ++i) {
      const nanoseconds lie = saturated_sum(step, rounded(rate * Seconds{elapsed(start, now_)}));
      hear(outward, homeward, lie, {nanoseconds{1000}});
      advance(interval());
    }
  }

  void check_sanity() const {
    const auto estimate = estimator_.at(now_);
    require(estimate.has_value(), "there is an estimate after a sample");
    for (const double number :
         {estimate->frequency, estimate->var_phase, estimate->covariance, estimate->var_frequency})
      require(std::isfinite(number), "an estimate is finite");
    require(estimate->var_phase > 0 && estimate->var_frequency > 0, "and not certain");
    require(estimator_.error_bound(*estimate).value > nanoseconds::zero(), "nor is its bound");
    require(std::isfinite(estimator_.frequency_bound(*estimate)), "a frequency's bound is finite");
  }

  void check(int poll, Outcome outcome) {
    if (poll % kPollsToRecover == 1) suspected_ = 0;
    if (outcome == Outcome::kSuspect || outcome == Outcome::kStepped) ++suspected_;
    require(suspected_ <= kMostSuspected, "an honest server is not suspected for ever");
    const auto estimate = estimator_.at(now_);
    const Seconds error{magnitude(saturated_difference(estimate->phase, phase()))};
    require(error <= kMostBroken * Seconds{estimator_.error_bound(*estimate).value},
            "the true phase is within the bound");
    if (poll <= kPollsToRelearn) return;
    const Seconds most = kMostShare * path_.delay + kMostQueues * path_.queue + microseconds{2};
    require(error <= most, "an error is hardly more than half of a round trip");
    // A frequency error that a liar taught cannot be told from queues any sooner. Neither can the
    // oscillator's wander since the last poll, if it moves the phase by less than the width of a box.
    const double wandered = 4.0 * kWander * std::sqrt(Seconds{interval()}.count());
    const double hidden = 2 * most / Seconds{elapsed(honest_since_, now_)} + wandered;
    require(std::abs(estimate->frequency - oscillator_.frequency()) <=
                kMostBroken * estimator_.frequency_bound(*estimate) + hidden,
            "the true frequency is within its bound");
  }

  fuzz::Input& input_;
  Oscillator oscillator_;
  Path path_;
  PollChoice polls_;
  sim::Random random_;
  SourceEstimator estimator_;
  MonoTime mono_{seconds{100}};
  FreeTime now_{seconds{1'790'000'000}};
  nanoseconds ahead_{};
  int samples_ = 0;
  int suspected_ = 0;
  FreeTime honest_since_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
