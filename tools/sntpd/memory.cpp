// SPDX-License-Identifier: MIT
#include "tools/sntpd/memory.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/posix/machine_id.hpp"
#include "libsync/posix/state_file.hpp"

namespace isletime::sntpd {
namespace {

constexpr const char* kStateFile = "state.json";
constexpr std::size_t kMostLatest = 500;
constexpr std::size_t kMostNews = 100;

}  // namespace

std::optional<std::string> Memory::open(const std::string& folder, uid_t owner) {
  auto opened = StateFolder::open(folder, owner);
  if (!opened) return fmt::format("{}: {}", folder, to_string(opened.error()));
  folder_.emplace(*std::move(opened));
  return std::nullopt;
}

void Memory::go_without(const std::string& why) {
  folder_.reset();
  warning_ = "nothing is remembered over a restart: " + why;
  log_.detail(warning_);
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

void Memory::save(SavedState state, MonoTime since_boot, bool has_set_clock) {
  if (!folder_) return;
  if (const auto id = boot_id()) state.boot = SavedBoot{*id, since_boot.time_since_epoch(), has_set_clock};
  write(std::move(state));
}

void Memory::keep(Ppm rate_error, WallTime made) {
  if (!folder_) return;
  SavedState state = state_.value_or(SavedState{});
  if (!state_) state.saved_at = made;
  state.rate_error = rate_error;
  write(std::move(state));
}

void Memory::write(SavedState state) {
  state.machine = machine_id();
  if (const auto error = replace_state_file(*folder_, kStateFile, format_saved_state(state))) {
    warn(*error, kStateFile);
  } else {
    warning_.clear();
  }
  state_ = std::move(state);
}

void Memory::note(WallTime time, Event event, const std::string& text) {
  const Activity activity{time, event, text};
  const std::string line = activity_line(activity);
  if (news_.size() < kMostNews) news_.push_back(line);
  if (!folder_) {
    latest_.push_back(line);
    if (latest_.size() > kMostLatest) latest_.pop_front();
    return;
  }
  const ActivityLog log{*folder_};
  if (const auto error = log.add(activity)) warn(*error, "activity log");
}

std::vector<std::string> Memory::activity(std::size_t most) const {
  if (folder_) {
    const ActivityLog log{*folder_};
    auto lines = log.last_lines(most);
    return lines ? *std::move(lines) : std::vector<std::string>{};
  }
  const std::size_t count = std::min(most, latest_.size());
  return {latest_.end() - static_cast<std::ptrdiff_t>(count), latest_.end()};
}

void Memory::warn(const StateError& error, const char* file) {
  const bool is_first = warning_.empty();
  warning_ = fmt::format("{}: {}: {}", folder_->path(), file, to_string(error));
  if (is_first) log_.error(warning_);
}

}  // namespace isletime::sntpd
