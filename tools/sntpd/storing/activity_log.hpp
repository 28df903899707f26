// SPDX-License-Identifier: MIT
// What happened to the hub's time, as JSON Lines in the state folder: the newest in activity.jsonl,
// older ones in activity.jsonl.1, each kLargestActivityFile at most. A line is there whole or not at
// all; the last ones may be lost with the power, for no line is worth a wait for the disk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/event.hpp"
#include "libsync/posix/state_folder.hpp"

namespace isletime::sntpd {

struct Activity {
  WallTime time;
  Event event;
  std::string text;  // for people; cut behind kLongestActivityText bytes
};

inline constexpr std::size_t kLargestActivityFile = 256'000;  // bytes
inline constexpr std::size_t kLongestActivityText = 500;

// {"time":"2026-02-03T04:05:06.123456789Z","event":"started","text":"..."}, without a line's end.
std::string activity_line(const Activity& activity);

// The folder must outlive it.
class ActivityLog {
 public:
  explicit ActivityLog(const StateFolder& folder) : folder_(folder) {}

  // The failure, if there was one. The next add starts anew.
  std::optional<StateError> add(const Activity& activity) const;
  // The newest `most` lines, the oldest first. What is not a JSON object is passed over.
  Result<std::vector<std::string>, StateError> last_lines(std::size_t most) const;

 private:
  const StateFolder& folder_;
};

}  // namespace isletime::sntpd
