// SPDX-License-Identifier: MIT
// The data that outlive the daemon: its saved state and the activity log in the state folder. They are
// written in the background, or at the end of a turn of the event loop. Without a folder it logs the reason
// once, and keeps only the latest activity in memory.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "libsync/core/time_types.hpp"
#include "libsync/hub/steering.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/background.hpp"
#include "tools/sntpd/storing/activity_log.hpp"
#include "tools/sntpd/storing/saved_state.hpp"

namespace isletime::sntpd {

class Memory {
 public:
  // With `writes_alone` there is no other thread, so step() writes, unless somebody awaits it.
  Memory(const Log& log, Background& background, bool writes_alone)
      : log_(log), background_(background), writes_alone_(writes_alone) {}
  ~Memory() { finish(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Returns the failure as one line. `owner` is the user as which the daemon will run. `is_ours` says that no
  // other program uses the folder, so that root may give it to the owner.
  std::optional<std::string> open(const std::string& folder, uid_t owner, bool is_ours);
  // From now on it runs as `owner`. Nothing is written before, because the files would belong to another
  // user.
  void start_writing();
  // There is no folder, and `why` becomes a warning.
  void go_without(const std::string& why);
  bool is_absent() const { return !folder_; }

  // `now` is empty while the clock is not trustworthy. A state that must not be believed is reported and
  // treated as absent.
  std::optional<SavedState> recall(std::optional<WallTime> now, MonoTime since_boot);
  // Returns whether it was saved since the machine's start.
  static bool is_of_this_boot(const SavedState& state);
  // save() and keep() report the first failure.
  void save(SavedState state, const ClockReading& now, bool has_set_clock);
  // Keeps the saved state with this rate error, and says nothing new about the time. `made` is used if there
  // was no state.
  void keep(Ppm rate_error, WallTime made);
  // Keeps the saved state but for its sync.
  void forget_sync();

  void note(WallTime time, Event event, const std::string& text);
  // Returns at most `most` JSON objects, the oldest first.
  std::vector<std::string> activity(std::size_t most) const;
  // Returns the lines of note() since the last call.
  std::vector<std::string> take_news() { return std::exchange(news_, {}); }

  // Runs `after` in the event loop once everything pending is written.
  void when_written(Background::Piece after);
  // Call this at the end of each turn of the event loop.
  void step();
  // Waits until everything pending is written.
  void finish();
  // Returns a warning for people, or an empty text.
  std::string warning() const;

 private:
  struct Unwritten {
    std::optional<SavedState> state;
    std::vector<Activity> activities;  // at most kMostUnwritten

    bool is_empty() const { return !state && activities.empty(); }
  };

  void write(SavedState state);
  void write_soon();
  // Returns whether there is something to write that is not being written yet.
  bool claim_writing();
  void write_all();
  void write_now(Unwritten unwritten);
  void warn(const StateError& error, const char* file);

  const Log& log_;
  Background& background_;
  std::optional<StateFolder> folder_;
  std::optional<SavedState> state_;  // in the folder, or to be written there
  std::deque<std::string> latest_;   // at most kMostActivityLines
  std::vector<std::string> news_;
  bool writes_alone_;
  bool may_write_ = false;
  mutable std::mutex mutex_;  // protects the members below
  Unwritten unwritten_;
  bool is_writing_ = false;
  std::string warning_;
};

}  // namespace isletime::sntpd
