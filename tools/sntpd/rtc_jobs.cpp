// SPDX-License-Identifier: MIT
#include "tools/sntpd/rtc_jobs.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "libsync/policy/discipline/free_time.hpp"
#include "libsync/drivers/edge_search.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/policy/rtc_schedule.hpp"

namespace isletime::sntpd {
namespace {

using std::chrono::milliseconds;

constexpr nanoseconds kLongestSearch = seconds{5};
// Of what was found by then: a machine or a bus that is busy blurs the edge.
constexpr Dispersion kWorstBound{milliseconds{200}};
// A thread that nobody woke in time would write a time that has passed.
constexpr nanoseconds kPreparation = milliseconds{20};
constexpr int kAttempts = 5;
// What a spike on the wires made of a reading is not there any more.
constexpr nanoseconds kSpike = milliseconds{10};
constexpr const char* kEnded = "it was not waited for";
// Beyond what the clocks were read apart by.
constexpr nanoseconds kLeastJump = milliseconds{1};

Instant instant_of(RtcClocks& clocks) {
  return read_instant([&] { return clocks.mono(); }, [&] { return clocks.wall(); });
}

bool has_jumped(const Instant& before, const Instant& after) {
  const nanoseconds by = after.wall_less_mono() - before.wall_less_mono();
  return magnitude(by) > kLeastJump + before.bound + after.bound;
}

std::string distrust_of(const RtcReading& reading) {
  if (reading.integrity == Integrity::kLost)
    return "it lost its power since it was set: set it, and change its battery if that comes back";
  if (!reading.is_running) return "its oscillator was told to stop: set it";
  if (!reading.time) return describe(reading.time.error());
  return {};
}

Result<RtcPair, std::string> find_edge(RtcDevice& device, RtcClocks& clocks, const CivilDate& near) {
  const Instant before_all = instant_of(clocks);
  const MonoTime deadline = clocks.mono() + kLongestSearch;
  EdgeSearch search;
  while (search.state() == EdgeState::kSearching) {
    if (clocks.mono() > deadline) break;
    if (!clocks.sleep_until(search.next_look(clocks.mono()))) return Unexpected{std::string{kEnded}};
    const MonoTime before = clocks.mono();
    const auto reading = device.read(near);
    const MonoTime after = clocks.mono();
    if (!reading) return Unexpected{reading.error()};
    if (!reading->time) return Unexpected{std::string{describe(reading->time.error())}};
    search.add({before, after, seconds_since_epoch(*reading->time)});
  }
  switch (search.state()) {
    case EdgeState::kSearching:
    case EdgeState::kFound:
      break;
    case EdgeState::kStandsStill:
      return Unexpected{std::string{"it stands still"}};
    case EdgeState::kErratic:
      return Unexpected{std::string{"its seconds contradict each other"}};
  }
  const auto edge = search.edge(clocks.mono());
  const auto chip = edge ? to_wall_time(edge->second, 0) : std::nullopt;
  if (!chip) return Unexpected{std::string{"its seconds contradict each other"}};
  if (edge->bound > kWorstBound) return Unexpected{std::string{"it answers too slowly to be read"}};
  const Instant now = instant_of(clocks);
  if (has_jumped(before_all, now))
    return Unexpected{std::string{"the machine's clock was set while it was read"}};
  return RtcPair{.chip = *chip,
                 .machine = WallTime{edge->at.time_since_epoch() + now.wall_less_mono()},
                 .bound = {edge->bound.value + now.bound}};
}

Result<RtcLook, std::string> look_at(RtcDevice& device, RtcClocks& clocks, const CivilDate& near) {
  RtcLook look{.chip = device.chip_name(),
               .oscillator = device.oscillator(),
               .is_set_by_others = device.is_set_by_others(),
               .distrust = {},
               .pair = {},
               .temperature = {}};
  for (int i = 0; i < 2; ++i) {
    const auto reading = device.read(near);
    if (!reading) return Unexpected{reading.error()};
    look.distrust = distrust_of(*reading);
    if (look.distrust.empty() || !clocks.sleep_until(clocks.mono() + kSpike)) break;
  }
  if (look.distrust.empty()) {
    const auto pair = find_edge(device, clocks, near);
    if (!pair) return Unexpected{pair.error()};
    look.pair = *pair;
  }
  const auto temperature = device.temperature();
  if (temperature && *temperature)
    look.temperature = Celsius{static_cast<double>((*temperature)->value) / 1000};
  return look;
}

// Absent: the second was written when it was to be.
std::optional<std::string> write_now(const RtcJob& job, RtcDevice& device, RtcClocks& clocks,
                                     bool& is_missed) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (auto failure = device.prepare()) return failure;
    const WallTime now = shifted(job.true_time, elapsed(job.at, clocks.mono()));
    const RtcWrite write = RtcSchedule::plan_write(now, kPreparation, device.set_delay());
    const MonoTime start = job.at + elapsed(job.true_time, write.start);
    if (!clocks.sleep_until(start)) return kEnded;
    const nanoseconds late = elapsed(start, clocks.mono());
    if (late > job.latest) continue;
    return device.set(to_civil_time(write.second));
  }
  is_missed = true;
  return "this machine is too busy to write it at the right instant";
}

}  // namespace

RtcOutcome do_rtc_job(const RtcJob& job, RtcDevice& device, RtcClocks& clocks) {
  RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
  const auto look = [&] {
    auto seen = look_at(device, clocks, job.near);
    if (!seen) {
      outcome.failure = seen.error();
      return;
    }
    outcome.look = *std::move(seen);
  };
  if (auto failure = device.find_chip()) {
    outcome.failure = *std::move(failure);
    return outcome;
  }
  switch (job.kind) {
    case RtcJob::Kind::kRead:
      look();
      break;
    case RtcJob::Kind::kCheck:
      if (auto health = device.check()) {
        outcome.health = *std::move(health);
      } else {
        outcome.failure = health.error();
      }
      break;
    case RtcJob::Kind::kWrite:
      if (auto failure = write_now(job, device, clocks, outcome.is_missed)) {
        outcome.failure = *std::move(failure);
      } else {
        look();
      }
      break;
  }
  return outcome;
}

}  // namespace isletime::sntpd
