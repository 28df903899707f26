// SPDX-License-Identifier: MIT
// What outlives the daemon: its saved state and the activity log, in the state folder. Where there
// is no folder it says once why, and remembers the latest activity only.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "libsync/core/time_types.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/activity_log.hpp"
#include "tools/sntpd/saved_state.hpp"

namespace isletime::sntpd {

class Memory {
 public:
  explicit Memory(const Log& log) : log_(log) {}

  // The failure, as one line. `owner`: as whom the daemon will run.
  std::optional<std::string> open(const std::string& folder, uid_t owner);
  // There is no folder, and `why` is a warning.
  void go_without(const std::string& why);
  bool is_absent() const { return !folder_; }

  // `now`: absent while the clock is not to be trusted. A state that is not to be believed is
  // reported, and is as none.
  std::optional<SavedState> recall(std::optional<WallTime> now, MonoTime since_boot);
  // Whether it was saved since the machine was started.
  static bool is_of_this_boot(const SavedState& state);
  // The failure is reported the first time.
  void save(SavedState state, MonoTime since_boot, bool has_set_clock);
  // What is remembered already, with this: nothing new is said of the time. `made`: when there was none.
  void keep(Ppm rate_error, WallTime made);

  void note(WallTime time, Event event, const std::string& text);
  // At most `most`, the oldest first; JSON objects.
  std::vector<std::string> activity(std::size_t most) const;
  // Those of note() since the last call.
  std::vector<std::string> take_news() { return std::exchange(news_, {}); }

  // What people should know of it; empty: all is well.
  const std::string& warning() const { return warning_; }

 private:
  void write(SavedState state);
  void warn(const StateError& error, const char* file);

  const Log& log_;
  std::optional<StateFolder> folder_;
  std::optional<SavedState> state_;  // that the folder has, or should
  std::deque<std::string> latest_;   // where there is no folder
  std::vector<std::string> news_;
  std::string warning_;
};

}  // namespace isletime::sntpd
