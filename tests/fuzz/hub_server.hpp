// SPDX-License-Identifier: MIT
// A server that the hub of hub_fuzz asks: the system variables that it states, the error of its clock, and
// which of its samples the hub has got.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/hub.hpp"

namespace isletime::fuzz {

// Its clock is as far off as it says at most, unless it lies.
struct Server {
  // A change of frequency takes its time to make a difference.
  static constexpr nanoseconds kBetweenSamplesThatShow = seconds{60};

  std::uint8_t number = 0;  // the hub's index
  std::uint8_t stratum = 2;
  nanoseconds root_delay{};
  nanoseconds root_dispersion{};
  nanoseconds error{};  // of its clock
  nanoseconds reach{};  // the greatest error that one of its samples may have had
  nanoseconds least_delay = nanoseconds::max();
  nanoseconds largest_delay{};
  bool lies = false;                   // or did
  bool is_copy = false;                // of another one, with which it has one vote
  bool is_heard = false;               // its last query was answered
  int samples = 0;                     // since all phases were forgotten
  int since_change = 0;                // samples since something happened that only samples can show
  std::array<WallTime, 4> heard_at{};  // the last samples, the latest first
  WallTime counted_at{};

  void on_sample(const Measurement& m, WallTime truth) {
    is_heard = true;
    ++samples;
    if (elapsed(counted_at, truth) >= kBetweenSamplesThatShow) {
      counted_at = truth;
      ++since_change;
    }
    least_delay = std::min(least_delay, m.delay.value);
    largest_delay = std::max(largest_delay, m.delay.value);
    std::copy_backward(heard_at.begin(), heard_at.end() - 1, heard_at.end());
    heard_at.front() = truth;
    reach = std::max(reach, root_dispersion + root_delay / 2 + 2 * m.delay.value);
  }

  // Something has happened that no sample has shown yet.
  void on_unseen_change(WallTime truth) {
    since_change = 0;
    counted_at = truth;
  }
};

}  // namespace isletime::fuzz
