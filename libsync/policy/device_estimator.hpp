// SPDX-License-Identifier: MIT
// A device's estimate of its offset and rate from exchanges with one server, in integers: a Kalman
// filter of two states in which a sample says that the offset lies in a box with soft edges, as
// wide as queues have delayed its packets. Samples come in, the estimate and the time of the next
// query go out. It works in the time of the free-running local clock, which nobody steers: see
// software_clock for the clock that is made of it.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_delays.hpp"

namespace isletime {

struct DeviceSample {
  MonoTime at;
  Offset offset;  // remote - free-running local, from whatever epoch
  Delay delay;    // raw round trip
};

struct DeviceEstimate {
  Offset offset;  // remote - free-running local; the true time is at + offset
  Ppm rate;       // of the offset: positive if the free-running clock is slow
  Dispersion deviation;
  Dispersion
      bound;  // what |offset - true offset| cannot exceed, also if all of the least delay is on one way
};

enum class SampleUse : std::uint8_t {
  kTaken,
  kDoubted,  // it contradicts what is known: queues cannot be the cause
  kStepped,  // the third in a row that does, and they agree: the offset begins anew, the rate stays
};

class DeviceEstimator {
 public:
  // How far the oscillator's rate wanders in a second, in ns/s (10^-9); in n seconds, sqrt(n) as far.
  static constexpr std::uint16_t kKnownCrystal = 10;
  static constexpr std::uint16_t kUnknownCrystal = 30;

  explicit DeviceEstimator(std::uint16_t wander = kKnownCrystal) : wander_(wander) {}

  SampleUse add(const DeviceSample& sample);
  std::optional<DeviceEstimate> at(MonoTime now) const;  // absent: no sample yet
  // From one query to the next: 8 of 2 s, 16 of 16 s, then 64 s; 2 s while samples are doubted.
  seconds interval() const;

 private:
  // The offset in ns, its rate in Ppm (0.015 ns/s), and their covariance in ns and ns/s.
  struct State {
    MonoTime at;
    std::int64_t offset;
    Ppm rate;
    std::int64_t p00;
    std::int64_t p01;
    std::int64_t p11;
  };
  struct Doubt {
    MonoTime at;
    std::int64_t offset;
    std::int64_t half_width;
    int agreeing;
  };

  static void predict(State& state, MonoTime to, std::uint16_t wander);
  static void correct(State& state, std::int64_t innovation, std::int64_t p00);
  static void limit(State& state);
  static void apply_edge(State& state, std::int64_t edge, int side, std::int64_t softness);
  std::int64_t softness() const;
  bool contradicts(const State& state, std::int64_t offset, std::int64_t half_width) const;
  SampleUse doubt(const DeviceSample& sample, std::int64_t half_width);
  void begin(const DeviceSample& sample, std::int64_t half_width);
  void update(State& state, std::int64_t offset, std::int64_t half_width) const;

  std::uint16_t wander_;
  std::uint16_t taken_ = 0;
  DeviceDelays delays_;
  std::optional<State> state_;
  std::optional<Doubt> doubt_;
};

}  // namespace isletime
