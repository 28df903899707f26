// SPDX-License-Identifier: MIT
// Presses of a run in the order of their times, with the times between them, and how certain that order is. A
// press happened within its bound of its time; a press without a bound, or whose device does not vouch for
// its clock, may have happened at any time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/syncweb/presses/press.hpp"

namespace isletime::syncweb {

// A button that is pressed again so soon has been pressed once.
inline constexpr nanoseconds kLockout = std::chrono::seconds{2};

enum class PressStanding : std::uint8_t {
  kCounted,
  kRepeated,   // within the lockout of a press of the same sender that counts
  kBeforeRun,  // certainly made before the reset, and only received after it
};
enum class PressOrder : std::uint8_t {
  kCertain,
  kTooClose,  // its bounds and those of another press overlap
  kUnknown,   // it has no bound to rely on, or a neighbour has none
};

std::string_view to_string(PressStanding standing);
std::string_view to_string(PressOrder order);

// The places that a press may have among those with a bound to rely on, from 1.
struct PressPlaces {
  std::size_t first;
  std::size_t last;
};

struct SplitRow {
  StoredPress press;
  PressStanding standing = PressStanding::kCounted;
  // The members below are set only if it counts.
  PressOrder order = PressOrder::kUnknown;
  std::optional<PressPlaces> places;
  std::optional<nanoseconds> split;  // since the press before that counts
  std::optional<nanoseconds> total;  // since the first that counts
  std::optional<Dispersion> split_bound;
  std::optional<Dispersion> total_bound;
};

// When the run began, by the hub's clock. A run that no reset began has no beginning.
struct RunStart {
  std::int64_t since = 0;  // presses with larger ids belong to it
  std::optional<WallTime> time;
  std::optional<Dispersion> bound;  // nothing if the hub was the reference itself
};

std::vector<SplitRow> make_splits(std::vector<StoredPress> presses, const RunStart& start,
                                  nanoseconds lockout = kLockout);

}  // namespace isletime::syncweb
