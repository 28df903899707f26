// SPDX-License-Identifier: MIT
// One numbered experiment: a machine, paths, servers, what happens to them, and what must come of it.
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

// The reply of a server, as it arrives.
struct Reply {
  TrueTime sent{};  // the query
  Exchange exchange{};
  Dispersion precision{};  // the server's own
  Leap leap = Leap::kNone;
};

// What a hub is configured with. It holds for all of its servers alike, but for the first one's tier.
struct HubSettings {
  PollLimits poll{};
  ServerOwner owner = ServerOwner::kOurselves;
  std::optional<Frequency> saved_frequency{};  // what an earlier run has left
  Tier tier = Tier::kNormal;
  ControlLimits control{};
  const EstimatorModel* model = nullptr;  // the whole of it if there is none
};

// Another program measures a server now and then, and feeds what it finds: no round trip, only a bound.
struct Fed {
  nanoseconds shortest = seconds{3600};
  nanoseconds longest = seconds{7200};
  Dispersion uncertainty{};
};

// A second clock on the machine's own board, whose edges are searched for now and then.
struct Rtc {
  OscillatorModel oscillator{};
  nanoseconds error = std::chrono::milliseconds{300};
  Dispersion uncertainty{std::chrono::milliseconds{1}};
};

// One asked beside the first.
struct FurtherServer {
  LinkModel link{};
  ServerClock clock{};
  Tier tier = Tier::kNormal;
};

// What happens in mid-run, and until when the clock must be right again.
struct Disturbance {
  TrueTime at{};
  nanoseconds right_within{};  // of the truth
};

// What no sample has shown yet is in nobody's bound: the bound is not held to it from `at` on until replies
// have come to queries that were sent when the surprise was over.
struct Surprise {
  TrueTime at{};
  nanoseconds lasting{};
};

// Debian's chronyd 4.3 in the same scenario: medians of three seeds, in tests/clocksim or in another
// simulator.
struct Chrony {
  Seconds rms{};
  std::optional<Seconds> p99{};
  std::optional<Seconds> maximum{};
};

// Median over the seeds; absent: not held.
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
  bool judged_by_server = false;  // its own error is not held against us
  nanoseconds duration = seconds{120'000};
  nanoseconds settling = seconds{20'000};  // no error counts before
  std::optional<Fed> fed{};                // instead of any server
  std::optional<Rtc> rtc{};
  std::optional<TrueTime> leap_second_at{};
  std::optional<Schedule> asleep{};  // from `up` to `period`, once
  nanoseconds converged_within{};    // zero: five times the final RMS
  std::optional<Disturbance> disturbance{};
  std::vector<Surprise> surprises{};
  std::optional<Chrony> chrony{};
  Bounds bounds{};
  std::optional<Bounds> device{};  // absent: not for a device, which asks one server, at its own pace
  std::uint16_t device_wander = DeviceEstimator::kKnownCrystal;
};

}  // namespace isletime::sim
