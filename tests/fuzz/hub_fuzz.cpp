// SPDX-License-Identifier: MIT
// A whole hub in a small world: the input is a sequence of events, each an operation's number and operands.
// Servers, feeders, people, a battery clock and the machine may behave in any way; the hub's actions are
// performed on the machine's clock. The world knows the true time. As long as nobody lies, except a minority
// of the servers, the served time is within its root distance of the true time.
#include <array>
#include <chrono>
#include <cstdint>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_feed_events.hpp"
#include "tests/fuzz/hub_host.hpp"
#include "tests/fuzz/hub_machine_events.hpp"
#include "tests/fuzz/hub_rtc_events.hpp"
#include "tests/fuzz/hub_server_events.hpp"
#include "tests/fuzz/hub_simulation.hpp"
#include "tests/fuzz/hub_values.hpp"
#include "tests/fuzz/hub_world.hpp"

using namespace isletime;

namespace {

using namespace std::chrono_literals;

constexpr int kMostSteps = 400;
constexpr WallTime kBuilt{seconds{1'770'000'000}};
constexpr WallTime kLatest{seconds{4'000'000'000}};

HubConfig config_of(fuzz::Input& input) {
  constexpr std::array<nanoseconds, 4> kThresholds{100ms, 1ms, 1s, 0ms};
  constexpr std::array<nanoseconds, 4> kWithin{1s, 100ms, 10s, 1h};
  const std::uint8_t a = input.u8();
  const std::uint8_t b = input.u8();
  HubConfig config{.is_island_reference = a % 8 == 7,
                   .local_stratum = static_cast<std::uint8_t>(b % 15 + 1),
                   .precision = -20,
                   .serves = a / 8 % 4 != 3,
                   .reliable_within = {kWithin[a / 32 % 4]},
                   .made = kBuilt,
                   .latest = kLatest};
  config.limits.step = {.threshold = kThresholds[b / 16 % 4], .at_any_time = b / 64 % 2 == 1};
  if (b / 128 == 1) config.limits.step.threshold.reset();
  if (a / 128 == 1) config.limits.panic = seconds{1};
  return config;
}

fuzz::Host host_of(fuzz::Input& input) {
  const HubConfig config = config_of(input);
  const bool steers_machine = input.u8() % 4 != 0;
  const nanoseconds error = fuzz::jump(input);
  return {config, steers_machine, {fuzz::kStart, error, fuzz::oscillator_frequency(input)}};
}

class Play {
 public:
  explicit Play(fuzz::Input& input) : input_(input), simulation_(host_of(input)) {}

  void run() {
    for (int step = 0; step < kMostSteps && !simulation_.is_worn_out() && !input_.at_end(); ++step) {
      const int operation = input_.u8() % kOperations;
      fuzz::trace("operation %d\n", operation);
      perform(operation);
      simulation_.settle();
    }
  }

 private:
  static constexpr int kOperations = 26;

  void perform(int operation) {
    switch (operation) {
      case 0:
        return servers_.add();
      case 1:
        return servers_.resolve();
      case 2:
      case 3:
        if (auto* server = servers_.pick()) servers_.exchange(*server);
        return;
      case 4:
        if (auto* server = servers_.pick()) servers_.change(*server);
        return;
      case 5:
        if (auto* server = servers_.pick()) servers_.lose_reply(*server);
        return;
      case 6:
        if (const auto* server = servers_.pick()) servers_.broadcast(*server);
        return;
      case 7:
        if (const auto* server = servers_.pick()) servers_.hear_hostile_measurement(*server);
        return;
      case 8:
        return feeders_.be_fed();
      case 9:
        return feeders_.be_fed_lies();
      case 10:
        return feeders_.be_fed_anything();
      case 11:
        return feeders_.be_set_by_a_person();
      case 12:
        return rtc_.use();
      case 13:
        return rtc_.change_answers();
      case 14:
        return rtc_.hear_hostile_outcome();
      case 15:
      case 16:
        return simulation_.pass(fuzz::some_time(input_));
      case 17:
        return machine_.be_set();
      case 18:
        return machine_.sleep();
      case 19:
        return machine_.announce_leap_second();
      case 20:
        return machine_.be_steered();
      case 21:
        return machine_.change_frequency();
      case 22:
        return machine_.restart();
      case 23:
        return feeders_.learn_rate_error();
      case 24:
        return machine_.refuse_or_obey();
      case 25:
        return servers_.set_own_addresses();
    }
  }

  fuzz::Input& input_;
  fuzz::Simulation simulation_;
  fuzz::ServerEvents servers_{input_, simulation_};
  fuzz::FeedEvents feeders_{input_, simulation_};
  fuzz::RtcEvents rtc_{input_, simulation_};
  fuzz::MachineEvents machine_{input_, simulation_};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
