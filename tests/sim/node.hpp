// SPDX-License-Identifier: MIT
// A hub made of the real policy objects: measurements of its sources in, corrections and waits out.
// Only what the wiring of a daemon would do; no decision is taken here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/policy/discipline/control_law.hpp"
#include "libsync/policy/discipline/discipline.hpp"
#include "libsync/policy/discipline/holdover_source.hpp"
#include "libsync/policy/discipline/steered_clock.hpp"
#include "tests/sim/weighted_regression.hpp"

namespace isletime::sim {

// Of all its sources alike, but for the first's tier.
struct NodeConfig {
  PollLimits poll{};
  double tolerance = PollChoice::kUsual;
  Tier tier = Tier::kNormal;
  ControlLimits control{};
};

class Node {
 public:
  Node(const NodeConfig& config, WallTime now);

  // Returns the source's index: 0, 1 and so on. Of the first the reference is made.
  std::size_t add(Tier tier);

  void on_sample(std::size_t source, MonoTime now, const OffsetSample& sample);
  void on_loss(std::size_t source);
  void on_rtc(std::size_t source, MonoTime now, WallTime wall, WallTime reading, Dispersion uncertainty);
  void on_rate(WallTime at, double rate) { clock_.on_rate(at, rate); }
  void on_step(Offset by) { clock_.on_step(by); }
  void on_leap_second(Offset by);
  void on_resume();

  nanoseconds interval(std::size_t source, MonoTime now, WallTime wall) const;
  // Absent: nobody may steer the clock.
  std::optional<Correction> correction(MonoTime now, WallTime wall);

  const SteeredClock& clock() const { return clock_; }
  const WeightedRegression& reference() const { return reference_; }

  // What the wall clock is believed to be off by, and how far at most it is really off.
  struct Belief {
    nanoseconds error{};  // wall - true
    double frequency = 0.0;
    Seconds deviation{};
    Dispersion bound{};
    bool is_followed = false;  // not what the sources agreed on when there still were any
  };
  // Selects, as a daemon does that is asked.
  std::optional<Belief> belief(WallTime now);

 private:
  struct Agreed {
    FreeTime at;
    Discipline::Consensus consensus;
  };
  struct Association {
    int samples = 0;
    std::uint8_t reach = 0;
  };

  std::optional<Discipline::Consensus> select(FreeTime now);

  NodeConfig config_;
  SteeredClock clock_;
  Discipline discipline_;
  std::array<Association, Discipline::kMaxSources> associations_{};
  HoldoverSource holdover_;
  WeightedRegression reference_;
  std::optional<Agreed> agreed_;
  bool was_synchronised_ = false;
};

}  // namespace isletime::sim
