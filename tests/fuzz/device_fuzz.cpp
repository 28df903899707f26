// SPDX-License-Identifier: MIT
// A whole device's clock: the input is a sequence of exchanges with a server that may lie, and of uses of the
// estimate. The device's counter wraps, its timestamps come late, and its queries wait.
#include <chrono>
#include <optional>

#include "libsync/policy/device_estimator.hpp"
#include "libsync/policy/software_clock.hpp"
#include "libsync/policy/tick_counter.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

constexpr int kMostSteps = 1000;
constexpr int kMostSamples = 4000;
constexpr std::uint32_t kTicksPerSecond = 80'000'000;
constexpr nanoseconds kLongestWait = std::chrono::hours{24 * 30};

// Takes a duration of any size from few bytes.
nanoseconds scaled(fuzz::Input& input) {
  const auto mantissa = static_cast<std::int32_t>(input.u32());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % 33)};
}

class Play {
 public:
  explicit Play(fuzz::Input& input) : input_(input), estimator_(input.u8()) {}

  void run() {
    for (int step = 0; step < kMostSteps && samples_ < kMostSamples && !input_.at_end(); ++step) {
      switch (input_.u8() % 8) {
        case 0:
          exchange();
          break;
        case 1:
          hear({now_, {scaled(input_)}, {scaled(input_)}});
          break;
        case 2:
          hear_late();
          break;
        case 3:
          count_ticks();
          break;
        case 4:
          set();
          break;
        case 5:
          follow();
          break;
        case 6:
          clock_.set_rate(now_, {static_cast<std::int64_t>(input_.u64())});
          break;
        case 7:
          slew({scaled(input_)}, {static_cast<std::int64_t>(input_.u64())});
          break;
      }
      check_clock();
    }
  }

 private:
  void wait(nanoseconds by) { now_ += std::min(by, kLongestWait); }

  // Exchanges packets with a server whose offset drifts, over a path with a queue.
  void exchange() {
    const int count = input_.u8() + 1;
    const std::chrono::milliseconds apart{input_.u16() * 2};
    nanoseconds offset = scaled(input_);
    const nanoseconds skew{static_cast<std::int16_t>(input_.u16())};
    const nanoseconds path{input_.u32() >> 1};
    const std::uint32_t queue = input_.u32() >> 1;
    std::uint32_t random = input_.u16();
    for (int i = 0; i < count && samples_ < kMostSamples; ++i) {
      wait(apart);
      offset = saturated_sum(offset, skew);
      random = random * 1664525U + 1013904223U;
      const nanoseconds waited{static_cast<std::int64_t>(std::uint64_t{random} * queue >> 32)};
      const nanoseconds away = random % 2 == 0 ? waited / 2 : -waited / 2;
      hear({now_, {saturated_sum(offset, away)}, {path + waited}});
    }
  }

  void hear(const DeviceSample& sample) {
    ++samples_;
    const bool was_known = estimator_.at(now_).has_value();
    const SampleUse use = estimator_.add(sample);
    require(was_known || use == SampleUse::kTaken, "the first sample is all that there is");
    check_estimate(now_);
  }

  // A timestamp from an interrupt may be older than the latest sample, and one from a queue older than the
  // clock.
  void hear_late() { hear({MonoTime{now_ - nanoseconds{input_.u32()}}, {scaled(input_)}, {scaled(input_)}}); }

  void check_estimate(MonoTime now) const {
    const seconds interval = estimator_.interval(now);
    require(interval >= seconds{1} && interval <= seconds{48}, "a server is asked again, but not too often");
    const auto e = estimator_.at(now);
    require(e.has_value(), "a sample makes an estimate");
    require(e->deviation.value > nanoseconds::zero(), "no estimate is certain");
    require(e->bound >= e->deviation, "a bound is no less than a deviation");
    require(e->rate >= Ppm::whole(-1000) && e->rate <= Ppm::whole(1000), "a rate is a crystal's");
    const auto later = estimator_.at(now + std::chrono::hours{1});
    require(later->bound >= e->bound, "without samples, what is known fades");
  }

  void count_ticks() {
    const std::uint32_t by = input_.u32();
    const auto before = ticks_.extend(count_);
    count_ += by;
    const std::uint64_t after = ticks_.extend(count_);
    require(after - before == by, "a counter that wraps goes on");
    const std::uint32_t earlier = input_.u32() >> 1;
    require(after < earlier || ticks_.near(count_ - earlier) == after - earlier, "a stamp may be of before");
    const MonoTime time = mono_time(after, kTicksPerSecond);
    require(time >= mono_time(before, kTicksPerSecond), "time does not go back");
    wait(time - mono_time(before, kTicksPerSecond));
  }

  void set() {
    const WallTime time = input_.wall_time();
    clock_.set(now_, time);
    require(clock_.at(now_) == time, "a clock reads what it was set to");
    require(!clock_.is_slewing(now_), "and is not slewed any more");
    last_reading_.reset();
  }

  void slew(Offset amount, Ppm speed) {
    const auto before = clock_.at(now_);
    clock_.slew(now_, amount, speed);
    require(clock_.at(now_) == before, "a slew does not step");
  }

  void follow() {
    const auto estimate = estimator_.at(now_);
    if (!estimate) return;
    clock_.set_rate(now_, estimate->rate);
    require(clock_.rate() == estimate->rate, "a crystal's rate is within the clock's");
    const auto reading = clock_.at(now_);
    const WallTime truth{saturated_sum(now_.time_since_epoch(), estimate->offset.value)};
    if (!reading) {
      clock_.set(now_, truth);
      last_reading_.reset();
      return;
    }
    slew({elapsed(*reading, truth)}, Ppm::whole(500));
    wait(seconds{input_.u16()});
  }

  void check_clock() {
    require(clock_.rate() >= Ppm{-SoftwareClock::kLargestRate.scaled} &&
                clock_.rate() <= SoftwareClock::kLargestRate,
            "a rate is held");
    for (const nanoseconds later : {nanoseconds::zero(), nanoseconds{1}, nanoseconds{seconds{1}}}) {
      const auto reading = clock_.at(now_ + later);
      if (!reading) return;
      require(!last_reading_ || *reading >= *last_reading_, "a clock does not go back");
      if (later == nanoseconds::zero()) last_reading_ = reading;
    }
  }

  fuzz::Input& input_;
  DeviceEstimator estimator_;
  SoftwareClock clock_;
  TickExtender ticks_;
  std::uint32_t count_ = 0;
  MonoTime now_{seconds{100}};
  std::optional<WallTime> last_reading_;
  int samples_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
