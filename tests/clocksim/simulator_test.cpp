// SPDX-License-Identifier: MIT
// Tests the simulator itself with a clock that is not steered, because all queries are lost.
#include <gtest/gtest.h>

#include "tests/clocksim/simulate.hpp"

namespace isletime::clocksim::simulator_test {
namespace {

Results unsteered(const std::string& events) {
  return simulate(
      {"CLOCKSIM_WALK=0", "CLOCKSIM_LOSS=1", "CLOCKSIM_SECONDS=1000", "CLOCKSIM_EVENTS=" + events});
}

// In the steady state sntpd's offsets show the effects of delays and servers.
Results steered(const std::string& events, const Words& options = {}) {
  return simulate({"CLOCKSIM_JITTER=0", "CLOCKSIM_WALK=0", "CLOCKSIM_SECONDS=2000", "CLOCKSIM_SETTLED=1000",
                   "CLOCKSIM_EVENTS=" + events},
                  options);
}

// CAP_SYS_TIME is bit 25.
TEST(Simulator, TakesAwayTheRightToSetTheRealClock) {
  const fakes::Finished finished =
      run_simulated({}, {"grep", "-E", "^Cap(Prm|Eff|Inh)", "/proc/self/status"});
  std::istringstream lines(finished.out);
  std::string name;
  int seen = 0;
  for (unsigned long long set = 0; lines >> name >> std::hex >> set; ++seen) {
    EXPECT_EQ(set & 1ULL << 25, 0) << finished.out;
  }
  EXPECT_EQ(seen, 3);
}

TEST(Simulator, RefusesWhatItDoesNotUnderstand) {
  for (const char* events :
       {"latency=1", "frequency", "frequency=1ppm", "up=1 until=3", "phase=1 random=1"}) {
    const auto finished = run_simulated({std::string{"CLOCKSIM_EVENTS="} + events}, {"date"});
    EXPECT_EQ(finished.status, 99) << events;
    EXPECT_NE(finished.err.find("CLOCKSIM_EVENTS"), std::string::npos) << finished.err;
  }
  EXPECT_EQ(run_simulated({"CLOCKSIM_SEED=x"}, {"date"}).status, 99);
}

TEST(Simulator, RefusesToSetTheClockAsDateDoes) {
  EXPECT_EQ(run_simulated({}, {"date", "--set", "2030-01-01"}).status, 99);
}

TEST(Simulator, StepsAndRampsTheFrequency) {
  EXPECT_NEAR(unsteered("frequency=20e-6 at=100").at("max_us"), 18'000, 1);
  EXPECT_NEAR(unsteered("frequency=20e-6 at=100; frequency=-20e-6 at=200").at("max_us"), 2'000, 1);
  EXPECT_NEAR(unsteered("frequency=20e-6 at=100 for=50 each=300").at("max_us"), 3'000, 1);
  EXPECT_NEAR(unsteered("frequency=20e-6 at=500 over=100").at("max_us"), 9'000, 20);
  EXPECT_NEAR(unsteered("frequency=20e-6 tau=100 at=0 for=500").at("max_us"), 10'000, 50);
}

TEST(Simulator, StepsTheClock) {
  EXPECT_NEAR(unsteered("phase=1e-3 at=100 each=200").at("max_us"), 5'000, 1);
  EXPECT_NEAR(unsteered("phase=1e-3 at=100.5").at("max_us"), 1'000, 1);
  const double random = unsteered("phase=1e-3 each=10 random=1").at("max_us");
  EXPECT_GT(random, 2'000);
  EXPECT_LT(random, 50'000);
}

TEST(Simulator, DelaysEachWay) {
  EXPECT_NEAR(steered("up=2e-3").at("rms_us"), 1'000, 5);
  EXPECT_NEAR(steered("up=2e-3; down=1e-3 server=1; down=9 server=2").at("rms_us"), 500, 5);
  EXPECT_NEAR(steered("both=2e-3").at("rms_us"), 0, 5);
}

TEST(Simulator, GivesServersErrors) {
  EXPECT_NEAR(steered("error=3e-3").at("rms_us"), 3'000, 5);
  EXPECT_NEAR(steered("error=3e-3 server=2").at("rms_us"), 0, 5);
  EXPECT_GT(steered("tick=15.625e-3").at("max_us"), 500);
}

TEST(Simulator, LosesAndGarblesReplies) {
  EXPECT_NEAR(steered("loss=1; phase=5e-3 at=500").at("rms_us"), 5'000, 1);
  EXPECT_LT(steered("loss=0.3; phase=5e-3 at=500").at("rms_us"), 100);
  EXPECT_NE(steered("garbled=0.3"), steered(""));
  EXPECT_LT(steered("garbled=0.3; phase=5e-3 at=500").at("rms_us"), 100);
}

TEST(Simulator, CountsWhatEachServerIsAsked) {
  const Results results = steered("", {"--server", "198.51.100.2", "--minpoll", "7", "--maxpoll", "7"});
  EXPECT_EQ(results.at("packets"), results.at("packets_1") + results.at("packets_2"));
  EXPECT_NEAR(results.at("spacing_2_s"), 128, 0.01);
}

TEST(Simulator, AsksTheHubForItsTime) {
  const Results results = simulate_hub({"CLOCKSIM_SECONDS=1000"});
  EXPECT_NEAR(results.at("asked"), 100, 1);
  EXPECT_GT(results.at("served"), 95);
  EXPECT_GT(results.at("median_bound_us"), 10);
  EXPECT_LT(results.at("worst_ratio"), 1);
}

TEST(Simulator, DoesTheSameAgain) {
  const Words settings{"CLOCKSIM_SEED=7", "CLOCKSIM_SECONDS=5000", "CLOCKSIM_JITTER=1e-3"};
  EXPECT_EQ(simulate_hub(settings), simulate_hub(settings));
  EXPECT_NE(simulate_hub(settings), simulate_hub(joined(settings, {"CLOCKSIM_SEED=8"})));
}

}  // namespace
}  // namespace isletime::clocksim::simulator_test
