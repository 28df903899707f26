// SPDX-License-Identifier: MIT
// A device's estimate of its offset and rate from exchanges with one server, in integers: a Kalman filter of
// two states in which each sample says that the offset lies in a box with soft edges, as wide as queues may
// have delayed its packets. Samples come in; the estimate and the time of the next query go out. It works in
// the time of the free-running local clock, which is not steered; software_clock makes a wall clock of it.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_delays.hpp"
#include "libsync/policy/device_filter.hpp"
#include "libsync/policy/device_schedule.hpp"

namespace isletime {

struct DeviceSample {
  MonoTime at;
  Offset offset;            // remote - free-running local, with any epoch
  Delay delay;              // raw round trip
  Dispersion dispersion{};  // possible error of the timestamps: the precision of both clocks
};

struct DeviceEstimate {
  Offset offset;  // remote - free-running local; the true time is at + offset
  Ppm rate;       // positive if the free-running clock is slow
  Ppm rate_deviation;
  Dispersion deviation;
  // The offset's greatest error, even if all of the least delay is in one direction. The server's own root
  // distance is not included.
  Dispersion bound;
};

enum class SampleUse : std::uint8_t {
  kTaken,
  kDoubted,  // it contradicts the estimate, and queues cannot be the cause
  kStepped,  // the third such sample in agreement: the offset restarts
};

class DeviceEstimator {
 public:
  // How far the oscillator's rate wanders in a second, in ns/s (10^-9); in n seconds it wanders sqrt(n) times
  // as far.
  static constexpr std::uint16_t kKnownCrystal = 10;
  static constexpr std::uint16_t kUnknownCrystal = 20;

  // The crystal wanders at least this much; surprises increase the value.
  explicit DeviceEstimator(std::uint16_t wander = kKnownCrystal) : least_wander_(wander), wander_(wander) {}

  // The rate is known from before, to within a deviation. It counts from the first sample on, so a later call
  // changes nothing.
  void expect_rate(Ppm rate, Ppm deviation) { expected_rate_ = ExpectedRate{rate, deviation}; }

  SampleUse add(const DeviceSample& sample);
  std::optional<DeviceEstimate> at(MonoTime now) const;  // nothing before the first sample
  // Returns the present interval between queries; see device_schedule.
  seconds interval(MonoTime now) const;

 private:
  // A width in units of 8 ns, up to 17 s: a CPU of 32 bits takes less code for it than for ns.
  using Width = std::int32_t;
  // The interval that contains the truth by one sample.
  struct Box {
    std::int64_t offset;      // ns
    std::int64_t dispersion;  // ns
    std::int64_t farthest;    // ns: the truth is no farther from the offset, whatever the queues
    Width half_width;         // what queues may have added to the offset's error
    Width reach;              // the same, and the dispersion
  };
  struct ExpectedRate {
    Ppm rate;
    Ppm deviation;
  };
  // Samples that contradict the estimate but not each other: the narrowest of them, and their number.
  struct Doubt {
    MonoTime at;
    Box box;
    int agreeing;
  };
  // The direction in which the last long delay was spent, as judged by the estimate.
  enum class Queued : std::int8_t { kBack = -1, kUnclear, kThere, kBoth };

  SampleUse classify(const DeviceSample& sample);
  void start(MonoTime at, const Box& box);
  bool is_centred(const DeviceSample& sample) const;
  Box box_of(const DeviceSample& sample) const;
  Width mean_excess() const;
  Width softness() const;
  Width deviation() const;
  Width reach() const;
  std::int64_t away(const Box& box) const;
  bool contradicts(const Box& box) const;
  bool is_nearer_to_suspect(MonoTime at, const Box& box) const;
  std::int64_t suspected(MonoTime at) const;
  bool agrees(MonoTime at, const Box& box) const;
  SampleUse doubt(MonoTime at, const Box& box);
  std::int64_t drift_since_suspect(MonoTime at) const;
  void step(MonoTime at);
  void believe(MonoTime at, const Box& box);
  void admit_shorter_path(MonoTime at, Delay by);
  void weigh_surprise(MonoTime at, const Box& box);
  void update(const Box& box);
  void apply_edge(const Box& box, int side);
  void apply_box(const Box& box);
  void apply_queued(const Box& box);
  Queued queued_way(const Box& box) const;
  DeviceNeed need() const;

  // Small members come first, because code for those that are far from the start is longer.
  std::uint32_t least_wander_;
  std::uint32_t wander_;
  std::uint16_t taken_ = 0;
  Queued queued_ = Queued::kUnclear;
  std::int8_t surprised_ = 0;  // the side of the last sample if that was a surprise
  // Samples until the least delay, which proved to be longer, is believed again.
  std::uint8_t until_path_is_known_ = 0;
  bool is_outside_ = false;   // the last sample hardly allows the estimate, but does not disprove it
  MonoTime started_{};        // time of the first sample
  MonoTime believed_{};       // time of the last believed sample
  MonoTime confirmed_{};      // time of the last believed sample that was also quick
  std::int64_t certain_ = 0;  // the truth was no farther off, whatever the queues
  std::int64_t dispersion_ = 0;
  std::optional<ExpectedRate> expected_rate_;
  std::optional<DeviceFilter> filter_;
  std::optional<Doubt> doubt_;
  DeviceSchedule schedule_;
  DeviceDelays delays_;
};

}  // namespace isletime
