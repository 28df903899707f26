// SPDX-License-Identifier: MIT
#include "tools/driftlog/log_loop.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tools/common/duration_text.hpp"

namespace isletime::driftlog {
namespace {

std::string step_text(const std::string& what, Offset step) {
  return fmt::format("{} was stepped by {}{} s", what, step.value < nanoseconds::zero() ? "" : "+",
                     seconds_text(step.value));
}

}  // namespace

LogLoop::LogLoop(const LogOptions& options, const Sources& sources, Source* reference, const World& world,
                 const Log& log, Progress& progress)
    : options_(options),
      reference_(reference),
      world_(world),
      log_(log),
      progress_(progress),
      now_(world.read_clocks()),
      clocks_(now_),
      schedule_(now_.boot, options.interval, options.duration) {
  for (const auto& source : sources) followed_.push_back({*source, {}, {}});
}

bool LogLoop::set_sources() {
  bool is_all_set = true;
  for (Followed& followed : followed_) {
    if (is_over()) return false;
    now_ = world_.read_clocks();
    const auto failure = followed.source.set(now_.mono + options_.timeout);
    if (!failure) {
      mark(followed, Mark::kSet);
      followed.source.forget();
      continue;
    }
    progress_.clear();
    if (failure->name == "cannot-be-set") {
      log_.notice(fmt::format("{}: {}: it is logged as it is", followed.source.name(), failure->text));
      continue;
    }
    log_.error(fmt::format("{}: not set: {}", followed.source.name(), failure->text));
    is_all_set = false;
  }
  // The experiment begins after all clocks were set.
  now_ = world_.read_clocks();
  clocks_ = ClockWatch(now_);
  schedule_ = Schedule(now_.boot, options_.interval, options_.duration);
  return is_all_set;
}

void LogLoop::run() {
  while (const auto due = schedule_.due()) {
    wait_until(*due);
    if (is_over()) return;
    round();
    ++rounds_;
    if (is_over()) return;
    const std::int64_t left_out = schedule_.finish_round(world_.read_clocks().boot);
    if (left_out > 0) {
      progress_.clear();
      log_.detail(fmt::format("{} rounds left out: the sources took longer than the interval", left_out));
    }
  }
}

void LogLoop::wait_until(MonoTime boot) {
  for (;;) {
    const MonoTime now = world_.read_clocks().boot;
    progress_.show(progress_text(rounds_ + 1, schedule_.left(now)));
    if (now >= boot || is_over()) return;
    // The line on the terminal counts down once a second.
    world_.sleep_until(progress_.is_shown() ? std::min(boot, now + seconds{1}) : boot);
  }
}

void LogLoop::round() {
  if (follow_clocks()) forget_all();
  std::optional<ReferenceOffset> reference;
  if (!measure_reference(reference)) return;
  std::vector<Row> rows;
  for (Followed& followed : followed_) {
    auto row = measure(followed);
    if (!row || is_over()) return;
    // A measurement across a step is worthless; the marks are this round's rows.
    if (follow_clocks()) {
      forget_all();
      return;
    }
    if (reference_ == nullptr) {
      write_row(*std::move(row), reference);
    } else {
      rows.push_back(*std::move(row));
    }
  }
  if (!measure_reference(reference)) return;
  for (Row& row : rows) write_row(std::move(row), reference);
}

// Returns true, after writing marks, if the clock was stepped or the machine slept.
bool LogLoop::follow_clocks() {
  now_ = world_.read_clocks();
  const auto [step, sleeping] = clocks_.update(now_);
  if (!step && !sleeping) return false;
  progress_.clear();
  if (sleeping) {
    log_.notice(fmt::format("the machine slept for {}", duration_text(*sleeping)));
    mark_all(Mark::kSuspended);
  }
  if (step) {
    log_.notice(step_text("the system clock", *step));
    mark_all(Mark::kReferenceStepped);
  }
  return true;
}

// Returns false if the round is over and its rows have been written.
bool LogLoop::measure_reference(std::optional<ReferenceOffset>& reference) {
  if (reference_ == nullptr) return true;
  now_ = world_.read_clocks();
  const auto measured = reference_->measure(now_.mono + options_.timeout);
  if (is_over()) return false;
  if (follow_clocks()) {
    forget_all();
    return false;
  }
  if (!measured) {
    write_failures({"reference-" + measured.error().name,
                    fmt::format("the reference {}: {}", reference_->name(), measured.error().text)});
    return false;
  }
  const auto offset = ReferenceOffset::of(*measured->offset, *measured->uncertainty);
  // Steps of the reference are detected relative to CLOCK_BOOTTIME, which steps of the system clock do not
  // change.
  const nanoseconds system = elapsed(WallTime{now_.boot.time_since_epoch()}, now_.wall);
  const auto step = reference_steps_.update(now_.boot, {system + offset.middle()}, {offset.bound()});
  if (step) {
    progress_.clear();
    log_.notice(step_text("the reference", *step));
    mark_all(Mark::kReferenceStepped);
    for (Followed& followed : followed_) followed.steps.forget();
    return false;
  }
  reference = reference ? reference->joined(offset) : offset;
  return true;
}

std::optional<LogLoop::Row> LogLoop::measure(Followed& followed) {
  now_ = world_.read_clocks();
  auto measured = followed.source.measure(now_.mono + options_.timeout);
  // The time is read again, because a search for the source's seconds takes long.
  const MonoTime at = world_.read_clocks().boot;
  if (measured) return Row{&followed, *std::move(measured), at};
  if (measured.error().name == kInterrupted) return std::nullopt;
  return Row{&followed, failed(followed, measured.error()), at};
}

void LogLoop::write_row(Row row, const std::optional<ReferenceOffset>& reference) {
  Followed& followed = *row.of;
  SampleRecord& record = row.record;
  record.source = followed.source.name();
  if (!record.temperature_c) record.temperature_c = world_.celsius();
  if (record.offset) {
    if (reference) refer(record, *reference);
    const auto step =
        followed.steps.update(row.at, {*record.offset}, {record.uncertainty.value_or(seconds{0})});
    if (step) {
      progress_.clear();
      log_.notice(step_text(followed.source.name(), *step));
      mark(followed, Mark::kSourceStepped);
    }
    if (!followed.last_error.empty()) log_.notice(followed.source.name() + ": answers again");
    followed.last_error.clear();
    followed.was_measured = true;
  }
  write(record);
}

void LogLoop::write_failures(const Failure& failure) {
  for (Followed& followed : followed_) write(failed(followed, failure));
}

SampleRecord LogLoop::failed(Followed& followed, const Failure& failure) {
  // An error is reported once, and again when it changes.
  if (followed.last_error != failure.name) {
    progress_.clear();
    log_.error(fmt::format("{}: {}", followed.source.name(), failure.text));
  }
  followed.last_error = failure.name;
  SampleRecord record;
  record.time = world_.read_clocks().wall;
  record.source = followed.source.name();
  record.temperature_c = world_.celsius();
  record.error = failure.name;
  return record;
}

void LogLoop::mark(Followed& followed, Mark mark) {
  SampleRecord record;
  record.time = now_.wall;
  record.source = followed.source.name();
  record.error = to_string(mark);
  write(record);
}

void LogLoop::mark_all(Mark which) {
  for (Followed& followed : followed_) mark(followed, which);
}

void LogLoop::forget_all() {
  reference_steps_.forget();
  if (reference_ != nullptr) reference_->forget();
  for (Followed& followed : followed_) {
    followed.steps.forget();
    followed.source.forget();
  }
}

void LogLoop::write(const SampleRecord& record) {
  if (!is_writable_) return;
  progress_.clear();
  is_writable_ = world_.write(record);
}

std::vector<std::string> LogLoop::never_measured() const {
  std::vector<std::string> names;
  for (const Followed& followed : followed_) {
    if (!followed.was_measured) names.push_back(followed.source.name());
  }
  return names;
}

}  // namespace isletime::driftlog
