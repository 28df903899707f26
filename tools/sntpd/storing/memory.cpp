// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/memory.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "libsync/posix/machine_id.hpp"
#include "libsync/posix/state_file.hpp"
#include "tools/common/control_limits.hpp"
#include "tools/common/daemon_start.hpp"

namespace isletime::sntpd {
namespace {

constexpr const char* kStateFile = "state.json";
constexpr std::array<std::string_view, 4> kFiles{kStateFile, "state.json.new", "activity.jsonl",
                                                 "activity.jsonl.1"};
constexpr std::size_t kMostNews = 100;
// The limit matters if a disk hangs. A file holds no more, so nothing is lost.
constexpr std::size_t kMostUnwritten = 1000;

}  // namespace

std::optional<std::string> Memory::open(const std::string& folder, uid_t owner, bool is_ours) {
  auto opened = open_state({.path = folder, .is_given = is_ours, .daemon = "sntpd", .files = kFiles}, owner);
  if (!opened) return opened.error();
  folder_.emplace(*std::move(opened));
  // The lines are read now, so that later requests do not wait for a disk.
  auto lines = ActivityLog{*folder_}.last_lines(kMostActivityLines);
  if (lines) latest_.assign(std::make_move_iterator(lines->begin()), std::make_move_iterator(lines->end()));
  return std::nullopt;
}

void Memory::start_writing() {
  may_write_ = true;
  write_soon();
}

void Memory::go_without(const std::string& why) {
  folder_.reset();
  warning_ = "nothing is remembered over a restart: " + why;
  log_.notice(warning_);
}

std::optional<SavedState> Memory::recall(std::optional<WallTime> now, MonoTime since_boot) {
  if (!folder_) return std::nullopt;
  const auto text = read_state_file(*folder_, kStateFile, kLargestSavedState);
  if (!text) {
    warn(text.error(), kStateFile);
    return std::nullopt;
  }
  if (!*text) return std::nullopt;
  auto state = parse_saved_state(**text, now, machine_id());
  const bool is_later =
      state && is_of_this_boot(*state) && state->boot->uptime > since_boot.time_since_epoch();
  if (is_later) state = Unexpected{SavedStateFault::kFromTheFuture};
  if (state) {
    state_ = *state;
    return *std::move(state);
  }
  const std::string what =
      fmt::format("{}/{}: {}: ignored", folder_->path(), kStateFile, to_string(state.error()));
  log_.notice(what);
  note(now.value_or(WallTime{}), Event::kStateIgnored, what);
  return std::nullopt;
}

bool Memory::is_of_this_boot(const SavedState& state) {
  return state.boot && state.boot->id == boot_id();
}

void Memory::save(SavedState state, const ClockReading& now, bool has_set_clock) {
  if (!folder_) return;
  if (const auto id = boot_id()) {
    state.boot = SavedBoot{.id = *id,
                           .uptime = now.instant.mono.time_since_epoch(),
                           .has_set_clock = has_set_clock,
                           .asleep = std::max(now.asleep, nanoseconds::zero()),
                           .raw = now.raw};
  }
  write(std::move(state));
}

void Memory::keep(Ppm rate_error, WallTime made) {
  if (!folder_) return;
  SavedState state = state_.value_or(SavedState{});
  if (!state_) state.saved_at = made;
  state.rate_error = rate_error;
  write(std::move(state));
}

void Memory::forget_sync() {
  if (!folder_ || !state_ || !state_->sync) return;
  SavedState state = *state_;
  state.sync.reset();
  write(std::move(state));
}

void Memory::note(WallTime time, Event event, const std::string& text) {
  Activity activity{time, event, text};
  const std::string line = activity_line(activity);
  if (news_.size() < kMostNews) news_.push_back(line);
  latest_.push_back(line);
  if (latest_.size() > kMostActivityLines) latest_.pop_front();
  if (!folder_) return;
  {
    const std::lock_guard lock(mutex_);
    if (unwritten_.activities.size() < kMostUnwritten) unwritten_.activities.push_back(std::move(activity));
  }
  write_soon();
}

std::vector<std::string> Memory::activity(std::size_t most) const {
  const std::size_t count = std::min(most, latest_.size());
  return {latest_.end() - static_cast<std::ptrdiff_t>(count), latest_.end()};
}

void Memory::write(SavedState state) {
  {
    const std::lock_guard lock(mutex_);
    unwritten_.state = state;
  }
  state_ = std::move(state);
  write_soon();
}

void Memory::write_soon() {
  if (!writes_alone_ && claim_writing()) background_.run([this] { write_all(); });
}

void Memory::when_written(Background::Piece after) {
  if (claim_writing()) background_.run([this] { write_all(); });
  background_.run([] {}, std::move(after));
}

void Memory::step() {
  if (writes_alone_ && claim_writing()) write_all();
}

void Memory::finish() {
  background_.finish();
  step();
}

bool Memory::claim_writing() {
  if (!folder_ || !may_write_) return false;
  const std::lock_guard lock(mutex_);
  return !unwritten_.is_empty() && !std::exchange(is_writing_, true);
}

void Memory::write_all() {
  for (;;) {
    std::unique_lock lock(mutex_);
    Unwritten unwritten = std::exchange(unwritten_, {});
    is_writing_ = !unwritten.is_empty();
    if (!is_writing_) return;
    lock.unlock();
    write_now(std::move(unwritten));
  }
}

void Memory::write_now(Unwritten unwritten) {
  const ActivityLog log{*folder_};
  for (const Activity& activity : unwritten.activities) {
    if (const auto error = log.add(activity)) warn(*error, "activity log");
  }
  if (!unwritten.state) return;
  unwritten.state->machine = machine_id();
  if (const auto error = replace_state_file(*folder_, kStateFile, format_saved_state(*unwritten.state))) {
    warn(*error, kStateFile);
    return;
  }
  const std::lock_guard lock(mutex_);
  warning_.clear();
}

std::string Memory::warning() const {
  const std::lock_guard lock(mutex_);
  return warning_;
}

void Memory::warn(const StateError& error, const char* file) {
  const std::lock_guard lock(mutex_);
  const bool is_first = warning_.empty();
  warning_ = fmt::format("{}: {}: {}", folder_->path(), file, to_string(error));
  if (is_first) log_.error(warning_);
}

}  // namespace isletime::sntpd
