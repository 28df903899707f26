// SPDX-License-Identifier: MIT
// What outlives the daemon: its saved state and the activity log, in the state folder, where they are written
// in the background or at the end of a turn of the event loop. Where there is no folder it says once why, and
// remembers the latest activity only.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "libsync/core/time_types.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/background.hpp"
#include "tools/sntpd/storing/activity_log.hpp"
#include "tools/sntpd/storing/saved_state.hpp"

namespace isletime::sntpd {

class Memory {
 public:
  // `writes_alone`: as there is to be no other thread, step() writes, unless somebody awaits it.
  Memory(const Log& log, Background& background, bool writes_alone)
      : log_(log), background_(background), writes_alone_(writes_alone) {}
  ~Memory() { finish(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // The failure, as one line. `owner`: as whom the daemon will run. `is_ours`: nobody else has a use for the
  // folder, so that root may give it to the owner.
  std::optional<std::string> open(const std::string& folder, uid_t owner, bool is_ours);
  // From now on it runs as `owner`. Until then nothing is written, as the files would be somebody else's.
  void start_writing();
  // There is no folder, and `why` is a warning.
  void go_without(const std::string& why);
  bool is_absent() const { return !folder_; }

  // `now`: absent while the clock is not to be trusted. A state that is not to be believed is
  // reported, and is as none.
  std::optional<SavedState> recall(std::optional<WallTime> now, MonoTime since_boot);
  // Whether it was saved since the machine was started.
  static bool is_of_this_boot(const SavedState& state);
  // Both: a failure is reported the first time.
  void save(SavedState state, MonoTime since_boot, bool has_set_clock);
  // What is remembered already, with this: nothing new is said of the time. `made`: when there was none.
  void keep(Ppm rate_error, WallTime made);

  void note(WallTime time, Event event, const std::string& text);
  // At most `most`, the oldest first; JSON objects.
  std::vector<std::string> activity(std::size_t most) const;
  // Those of note() since the last call.
  std::vector<std::string> take_news() { return std::exchange(news_, {}); }

  // Runs `after` in the event loop once all is written that was to be.
  void when_written(Background::Piece after);
  // At the end of each turn of the event loop.
  void step();
  // Waits until all is written that is to be.
  void finish();
  // What people should know of it; empty: all is well.
  std::string warning() const;

 private:
  struct Unwritten {
    std::optional<SavedState> state;
    std::vector<Activity> activities;  // kMostUnwritten at most

    bool is_empty() const { return !state && activities.empty(); }
  };

  void write(SavedState state);
  void write_soon();
  // Whether there is something to write that nobody does yet.
  bool claim_writing();
  void write_all();
  void write_now(Unwritten unwritten);
  void warn(const StateError& error, const char* file);

  const Log& log_;
  Background& background_;
  std::optional<StateFolder> folder_;
  std::optional<SavedState> state_;  // that the folder has, or should
  std::deque<std::string> latest_;   // kMostActivityLines at most
  std::vector<std::string> news_;
  bool writes_alone_;
  bool may_write_ = false;
  mutable std::mutex mutex_;  // of what follows
  Unwritten unwritten_;
  bool is_writing_ = false;
  std::string warning_;
};

}  // namespace isletime::sntpd
