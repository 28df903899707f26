// SPDX-License-Identifier: MIT
// A hub made of the real policy objects: measurements of its sources in, corrections and waits out.
// Only what the wiring of a daemon would do; no decision is taken here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/hub/discipline/holdover_source.hpp"
#include "libsync/hub/discipline/steered_clock.hpp"

namespace isletime::sim {

// Of all its sources alike, but for the first's tier.
struct NodeConfig {
  PollLimits poll{};
  ServerOwner owner = ServerOwner::kOurselves;
  std::optional<FilterBank::Frequency> saved_frequency{};  // what an earlier start has left
  Tier tier = Tier::kNormal;
  ControlLimits control{};
  const EstimatorModel* model = nullptr;  // absent: the whole
};

class Node {
 public:
  Node(const NodeConfig& config, WallTime now);

  // Returns the source's index: 0, 1 and so on.
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

  // What the wall clock is believed to be off by, and how far at most it is really off.
  struct Belief {
    nanoseconds error{};  // wall - true
    double frequency = 0.0;
    Seconds deviation{};
    Dispersion bound{};
    bool is_followed = false;  // not what the sources agreed on when there still were any
  };
  // As a daemon serves it: of the last correction, ageing since.
  std::optional<Belief> belief(WallTime now) const;

 private:
  struct Agreed {
    FreeTime at;
    Discipline::Consensus consensus;
    nanoseconds left{};  // for a slew to take away
  };
  struct Association {
    int samples = 0;
    std::uint8_t reach = 0;
  };

  NodeConfig config_;
  SteeredClock clock_;
  Discipline discipline_;
  std::array<Association, Discipline::kMaxSources> associations_{};
  HoldoverSource holdover_;
  std::optional<Agreed> agreed_;
  bool is_followed_ = false;
  bool was_synchronised_ = false;
};

}  // namespace isletime::sim
