// SPDX-License-Identifier: MIT
// The events of the hub's time, as JSON Lines in the state folder: the newest in activity.jsonl, older ones
// in activity.jsonl.1, each of at most kLargestActivityFile bytes. A line is either complete or absent; a
// power failure may lose the last ones, because none is worth waiting for the disk.
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
  std::string text;  // for people; truncated after kLongestActivityText bytes
};

inline constexpr std::size_t kLargestActivityFile = 256'000;  // bytes
inline constexpr std::size_t kLongestActivityText = 500;

// {"time":"2026-02-03T04:05:06.123456789Z","event":"started","text":"..."}, without a line's end.
std::string activity_line(const Activity& activity);

// The folder must outlive it.
class ActivityLog {
 public:
  explicit ActivityLog(const StateFolder& folder) : folder_(folder) {}

  // Returns the failure, if there was one. The next call starts afresh.
  std::optional<StateError> add(const Activity& activity) const;
  // Returns the newest `most` lines, the oldest first. Skips lines that are no JSON objects.
  Result<std::vector<std::string>, StateError> last_lines(std::size_t most) const;

 private:
  const StateFolder& folder_;
};

}  // namespace isletime::sntpd
