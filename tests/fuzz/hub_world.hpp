// SPDX-License-Identifier: MIT
// The small world of hub_fuzz, which knows the true time: a machine with an oscillator, a kernel and a clock
// that others set as well, and a battery clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/hub/rtc_outcome.hpp"
#include "libsync/hub/steering.hpp"

namespace isletime::fuzz {

// Counts what a rate adds over a time, to a nanosecond.
class Gained {
 public:
  nanoseconds over(nanoseconds time, double rate) {
    const double exact = remainder_ + static_cast<double>(time.count()) * rate;
    const double whole = std::nearbyint(exact);
    remainder_ = exact - whole;
    return nanoseconds{static_cast<std::int64_t>(whole)};
  }

 private:
  double remainder_ = 0.0;
};

// The monotonic clock is slewed with the wall clock, and stands still while the machine sleeps.
class Machine {
 public:
  Machine(WallTime truth, nanoseconds error, double frequency)
      : truth_(truth), wall_(shifted(truth, error)), frequency_(frequency) {}

  WallTime truth() const { return truth_; }
  Instant now() const { return {mono_, wall_, nanoseconds::zero()}; }
  ClockReading reading() const {
    return {.instant = now(), .asleep = asleep_, .foreign_rate = {}, .raw = raw_};
  }
  double frequency() const { return frequency_; }
  double rate() const { return rate_; }
  // What a clock on this oscillator gains in a second, if it is given this rate.
  double gain(double rate) const { return frequency_ + rate + frequency_ * rate; }

  void pass(nanoseconds time) {
    const nanoseconds shown = time + gained_.over(time, gain(rate_));
    truth_ += time;
    mono_ += shown;
    raw_ += time + by_oscillator_.over(time, frequency_);
    wall_ = shifted(wall_, shown);
  }
  // Returns the true time until the monotonic clock reads `then`.
  nanoseconds until(MonoTime then) const {
    return rounded(Seconds{elapsed(mono_, then)} / (1 + gain(rate_))) + nanoseconds{1};
  }

  void set_frequency(double frequency) { frequency_ = frequency; }
  // Returns the rate that the kernel applies, in whole units of its own.
  double set_rate(double rate) {
    constexpr double kUnit = 1e-6 / 65536;
    return rate_ = std::nearbyint(rate / kUnit) * kUnit;
  }
  void step(nanoseconds by) { wall_ = shifted(wall_, by); }
  // UTC repeats or omits a second.
  void repeat_second(nanoseconds by) { truth_ += by; }
  // The battery clock that sets the clock afterwards is off by this much more.
  void sleep(nanoseconds time, nanoseconds error) {
    truth_ += time;
    asleep_ += time;
    wall_ = shifted(wall_, time + error);
  }
  void boot(nanoseconds time_off, nanoseconds error) {
    truth_ += time_off;
    wall_ = shifted(truth_, error);
    mono_ = kBootTook;
    raw_ = kBootTook.time_since_epoch();
    asleep_ = {};
    rate_ = 0.0;
  }

 private:
  static constexpr MonoTime kBootTook{std::chrono::seconds{10}};

  WallTime truth_;
  WallTime wall_;
  MonoTime mono_ = kBootTook;
  nanoseconds raw_ = kBootTook.time_since_epoch();
  nanoseconds asleep_{};
  double frequency_;
  double rate_ = 0.0;
  Gained gained_;
  Gained by_oscillator_;
};

// A compensated battery clock, which keeps its datasheet.
class Chip {
 public:
  static constexpr ChipOscillator kOscillator{.is_compensated = true,
                                              .has_thermometer = false,
                                              .tolerance_ppb = 2000,
                                              .temperature_ppb = 1500,
                                              .ageing_ppb = 1500,
                                              .trim = std::nullopt};

  Chip(WallTime truth, nanoseconds error, double frequency)
      : at_(truth), error_(error), frequency_(frequency) {}

  RtcLook look(WallTime truth, WallTime machine) const {
    const RtcPair pair{.chip = reading(truth), .machine = machine, .bound = kReading};
    return {.chip = "ds3231",
            .oscillator = kOscillator,
            .is_set_by_others = false,
            .distrust = {},
            .pair = pair,
            .temperature = {}};
  }
  void write(WallTime truth, WallTime told) {
    at_ = truth;
    error_ = elapsed(truth, told);
  }

 private:
  static constexpr Dispersion kReading{std::chrono::microseconds{500}};

  WallTime reading(WallTime truth) const {
    return shifted(shifted(truth, error_), rounded(Seconds{elapsed(at_, truth)} * frequency_));
  }

  WallTime at_;
  nanoseconds error_;
  double frequency_;
};

}  // namespace isletime::fuzz
