// SPDX-License-Identifier: MIT
// How far hub_fuzz's hub may be off beyond its root distance, and whether anything can be required of it at
// all. That depends on the sources that have lied, on changes that no sample has shown yet, and on the queues
// that the samples have met.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/hub_server.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

namespace isletime::fuzz {

class Allowance {
 public:
  explicit Allowance(WallTime start) : last_honest_(start) {}

  // Nobody has lied beyond a minority of the servers.
  bool is_clean() const { return is_clean_; }
  // Samples have shown all that has happened.
  bool is_shown() const { return is_shown_; }

  // What the hub has been told is wrong, and it cannot know.
  void on_deception() { is_clean_ = false; }

  // Something has happened that no sample has shown yet.
  void on_unseen_change() { is_shown_ = false; }

  // A server has just been heard.
  void on_sample(const Server& server) {
    if (server.lies) return;
    last_honest_ = server.heard_at.back();
    queues_ = std::max(queues_, server.largest_delay - server.least_delay);
  }

  void on_frequency_shown() {
    is_frequency_shown_ = true;
    drifted_ = {};
    slewing_ = {};
  }
  void on_frequency_forgotten() { is_frequency_shown_ = false; }

  // Until a server has shown how fast the oscillator is, 15 ppm are assumed of it; what the hub adds must be
  // in its bound. Call it before the time passes.
  void count_drift(nanoseconds time, const Hub& hub, const Machine& machine) {
    if (is_frequency_shown_) return;
    const StatusView status = hub.status(machine.now());
    if (status.offset && status.offset->value != nanoseconds::zero()) {
      slewing_ += time;
      return;
    }
    const double beyond = std::max(std::abs(machine.gain(0.0)) - 15e-6, 0.0);
    drifted_ += part(time, beyond) + part(slewing_, std::max(beyond, 100e-6));
    slewing_ = {};
  }

  void look_at(std::span<const Server> servers) {
    count_votes(servers);
    look_whether_shown(servers);
  }

  // A bound holds for well over 99 % of what queues may do, but the fuzzer searches for the rest. They shift
  // a sample by no more than half of what they add to a round trip, and the frequency with it, which then
  // shifts the clock until all have been asked again, and have repeated what was in doubt at first: a sample
  // in doubt widens no bound of a clock whose server was lost.
  nanoseconds to_queues(nanoseconds distance, std::span<const Server> servers, WallTime truth) const {
    if (queues_ <= kRounding) return nanoseconds::zero();
    WallTime stalest = last_honest_;
    for (const Server& server : servers) {
      if (!server.lies && server.samples > 0) stalest = std::min(stalest, server.heard_at.back());
    }
    constexpr double kMostFrequency = 5e-4;
    return queues_ / 2 + distance / 2 + part(elapsed(stalest, truth), kMostFrequency);
  }

  // To all but the queues.
  nanoseconds to_others(std::span<const Server> servers) const {
    return to_liars(servers) + to_drift() + kRounding;
  }

 private:
  static constexpr int kSamplesThatShow = 12;
  // Of stamps, and of the books' roundings.
  static constexpr nanoseconds kRounding = microseconds{5};

  void count_votes(std::span<const Server> servers) {
    int honest = 0;
    int liars = 0;
    for (const Server& server : servers) {
      if (server.lies && server.samples > 0) ++liars;
      if (!server.lies && !server.is_copy && server.is_heard && server.samples >= kFirstSamples) ++honest;
    }
    if (liars > 0 && liars >= honest) is_clean_ = false;
    has_liars_ = liars > 0;
  }

  void look_whether_shown(std::span<const Server> servers) {
    if (is_shown_ || servers.empty()) return;
    bool is_shown = false;
    for (const Server& server : servers) {
      if (server.lies || server.samples == 0) continue;
      if (server.since_change < kSamplesThatShow) return;
      is_shown = true;
    }
    is_shown_ = is_shown;
  }

  // What a minority of liars may do: they lie within what the others say of themselves, and narrow it down.
  nanoseconds to_liars(std::span<const Server> servers) const {
    if (!has_liars_) return nanoseconds::zero();
    nanoseconds reach{};
    for (const Server& server : servers) {
      if (!server.lies) reach = std::max(reach, server.reach);
    }
    return 2 * reach;
  }

  // A slew that has not ended yet hides the steady rate. Each sync anew rounds what has been gained.
  nanoseconds to_drift() const { return part(drifted_, 1.001) + part(slewing_, 1e-3); }

  WallTime last_honest_;  // sample of an honest server
  nanoseconds queues_{};  // the longest of an honest server's: what was learned by it outlives the server
  bool is_clean_ = true;
  bool is_shown_ = true;
  bool has_liars_ = false;
  bool is_frequency_shown_ = false;
  nanoseconds drifted_{};  // beyond the tolerance, while nobody has shown the frequency
  nanoseconds slewing_{};  // since the steady rate was last seen
};

}  // namespace isletime::fuzz
