// SPDX-License-Identifier: MIT
// One numbered scenario: a machine, paths, servers, what happens to them, and the bounds on the result.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libsync/core/exchange.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/hub/discipline/control_law.hpp"
#include "libsync/hub/discipline/estimator_model.hpp"
#include "libsync/hub/discipline/filter_bank.hpp"
#include "libsync/hub/discipline/poll_choice.hpp"
#include "libsync/policy/device_estimator.hpp"
#include "libsync/policy/source_select.hpp"
#include "tests/sim/link.hpp"
#include "tests/sim/oscillator.hpp"
#include "tests/sim/server_clock.hpp"

namespace isletime::sim {

// A server's reply as it arrives.
struct Reply {
  TrueTime sent{};  // when the query was sent
  Exchange exchange{};
  Dispersion precision{};  // of the server's clock
  Leap leap = Leap::kNone;
};

// The hub's configuration, which applies to all of its servers, except that the tier is the first one's.
struct HubSettings {
  PollLimits poll{};
  ServerOwner owner = ServerOwner::kOurselves;
  std::optional<Frequency> saved_frequency{};  // saved by an earlier run
  Tier tier = Tier::kNormal;
  ControlLimits control{};
  const EstimatorModel* model = nullptr;  // null means the whole model
};

// Another program measures a server at intervals, and feeds samples that have a bound but no delay.
struct Fed {
  nanoseconds shortest = seconds{3600};
  nanoseconds longest = seconds{7200};
  Dispersion uncertainty{};
};

// A battery clock of the machine that is read at intervals.
struct Rtc {
  OscillatorModel oscillator{};
  nanoseconds error = std::chrono::milliseconds{300};
  Dispersion uncertainty{std::chrono::milliseconds{1}};
};

// A server that is polled in addition to the first.
struct FurtherServer {
  LinkModel link{};
  ServerClock clock{};
  Tier tier = Tier::kNormal;
};

// An event during the run. Outcomes::recovery is the time until the clock is right again.
struct Disturbance {
  TrueTime at{};
  nanoseconds right_within{};  // the clock is right if its error is less
};

// An event that no sample has shown yet, so that no bound can contain it. The bound is not checked from `at`
// on until there are replies to queries that were sent after the event.
struct Surprise {
  TrueTime at{};
  nanoseconds lasting{};
};

// The errors of Debian's chronyd 4.3 in the same scenario: medians of three seeds, from tests/clocksim or
// another simulator.
struct Chrony {
  Seconds rms{};
  std::optional<Seconds> p99{};
  std::optional<Seconds> maximum{};
};

// Limits for the medians over the seeds. A figure without a value is not checked.
struct Bounds {
  std::optional<Seconds> rms{};
  std::optional<Seconds> p99{};
  std::optional<Seconds> maximum{};
  std::optional<nanoseconds> convergence{};
  std::optional<nanoseconds> recovery{};
  std::optional<double> packets{};
};

struct Scenario {
  int number = 0;
  std::string_view name;
  OscillatorModel oscillator{};
  LinkModel link{};
  ServerClock server{};
  std::vector<FurtherServer> further{};
  HubSettings hub{};
  WallTime start{seconds{1'790'000'000}};
  nanoseconds initial_error = std::chrono::milliseconds{20};
  bool judged_by_server = false;  // errors are relative to the server's clock, not to true time
  nanoseconds duration = seconds{120'000};
  nanoseconds settling = seconds{20'000};  // errors count only after this
  std::optional<Fed> fed{};                // replaces the servers
  std::optional<Rtc> rtc{};
  std::optional<TrueTime> leap_second_at{};
  std::optional<Schedule> asleep{};  // from `up` to `period`, once
  nanoseconds converged_within{};    // zero means five times the final RMS error
  std::optional<Disturbance> disturbance{};
  std::vector<Surprise> surprises{};
  std::optional<Chrony> chrony{};
  Bounds bounds{};
  // The bounds of a device, which polls one server at its own intervals; nothing if the scenario does not
  // apply to one.
  std::optional<Bounds> device{};
  std::uint16_t device_wander = DeviceEstimator::kKnownCrystal;
};

}  // namespace isletime::sim
