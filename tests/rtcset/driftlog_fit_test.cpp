// SPDX-License-Identifier: MIT
// The closed loop: a battery clock's drift is simulated and fitted as driftlog does it, and rtcset trims the
// chip with the resulting JSON.
#include <cmath>

#include "libsync/analysis/clock_simulation.hpp"
#include "libsync/analysis/drift_fit.hpp"
#include "libsync/record/fit_object.hpp"
#include "tests/rtcset/world.hpp"
#include "tools/driftlog/fit_report.hpp"

namespace isletime::rtcset::driftlog_fit_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSource = "rtc:/dev/i2c-1@0x68";
constexpr std::uint8_t kAgeing = 0x10;  // by the DS3231's datasheet; positive slows it, 0.1 ppm a step

double in_s(nanoseconds time) {
  return std::chrono::duration<double>{time}.count();
}

std::string fit_of(const std::vector<analysis::ClockRow>& rows, const std::string& source = kSource) {
  const analysis::FitQuestion question{};
  return driftlog::fit_json({"run.csv", source, WallTime{}, 0, analysis::fit_drift(rows, question)},
                            question);
}

// Returns rows of a chip that gains `ppm`, read each minute by searching for the edge of a second.
std::vector<analysis::ClockRow> simulated(double ppm, double days) {
  analysis::ClockSimulation simulation(
      {.clock = {.drift_ppm = ppm, .white_ppm = 0.001},
       .room = {},
       .reading = {.least_delay_s = 0.0005,
                   .jitter_s = 0.0001,
                   .resolution = analysis::SimulatedResolution::kSearchedEdge},
       .faults = {},
       .duration_s = days * 86'400});
  std::vector<analysis::ClockRow> rows;
  while (const auto row = simulation.next())
    rows.push_back({in_s(row->since_start), in_s(row->offset), in_s(row->uncertainty), {}});
  return rows;
}

TEST(DriftlogFit, TrimsAModelledChipToWithinAStepOfTheTruth) {
  for (const double ppm : {3.21, -4.56, 0.4}) {
    World world(ChipModel::kDs3231, 0s, {.error_ppb = std::llround(ppm * 1000)});
    world.type(fit_of(simulated(ppm, 3)));
    const Ran ran = world.run({"--json", "trim", "-"});
    ASSERT_EQ(ran.status, ExitStatus::kGood) << ran.err;
    EXPECT_NEAR(number(ran.out, "trim_ppm"), -ppm, 0.1) << "what gains is slowed";
    EXPECT_NEAR(world.chip().peek(kAgeing, world.now()), static_cast<std::uint8_t>(std::lround(ppm * 10)), 1);
    const nanoseconds before = world.error();
    world.pass(240h);
    EXPECT_LT(std::abs(in_s(world.error() - before)) / in_s(240h), 0.1e-6) << "and now it is right";
  }
}

// In the record, the offset of a chip is how far it is ahead.
TEST(DriftlogFit, OfTheChipsOwnOffsetsSlowsAChipThatGains) {
  World world(ChipModel::kDs3231, 0s, {.error_ppb = 2'500});
  std::vector<analysis::ClockRow> rows;
  const nanoseconds begin = world.now();
  for (int row = 0; row < 1000; ++row) {
    const double jitter = row % 7 * 10e-6;
    rows.push_back({in_s(world.now() - begin), in_s(world.error()) + jitter, 100e-6, {}});
    world.pass(5min);
  }
  world.type(fit_of(rows));
  const Ran ran = world.run({"--json", "trim", "-"});
  ASSERT_EQ(ran.status, ExitStatus::kGood) << ran.err;
  EXPECT_NEAR(number(ran.out, "trim_ppm"), -2.5, 0.1);
  EXPECT_NEAR(world.chip().peek(kAgeing, world.now()), 25, 1);
}

TEST(DriftlogFit, OfTooShortARecordTrimsNothing) {
  World world(ChipModel::kDs3231);
  world.type(fit_of(simulated(3.21, 0.005)));
  expect_one_line(world.run({"trim", "-"}), ExitStatus::kBadVerdict, "concludes nothing (too-");
  world.type(fit_of({}));
  expect_one_line(world.run({"trim", "-"}), ExitStatus::kBadVerdict, "concludes nothing (too-few-rows)");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(DriftlogFit, OfAnotherClockOrOfSeveralTrimsNothing) {
  World world(ChipModel::kDs3231);
  const auto rows = simulated(3.21, 3);
  for (const char* source : {"ntp:192.168.4.1", "ccapi:https://192.168.4.9"}) {
    world.type(fit_of(rows, source));
    expect_one_line(world.run({"trim", "-"}), ExitStatus::kUsage, "which is no battery clock");
  }
  world.type(fit_of(rows) + '\n' + fit_of(rows, "rtc:/dev/rtc1") + '\n');
  expect_one_line(world.run({"trim", "-"}), ExitStatus::kUsage, "holds 2 fits: pick one");
  const std::string whole = fit_of(rows);
  world.type(whole.substr(0, whole.size() / 2));
  expect_one_line(world.run({"trim", "-"}), ExitStatus::kUsage, "stdin: ");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(DriftlogFit, OfATrialTrimsAndSaysSo) {
  World world(ChipModel::kDs3231);
  world.type(fit_of(simulated(3.21, 3), "simulated:clock"));
  const Ran ran = world.run({"trim", "-"});
  EXPECT_EQ(ran.status, ExitStatus::kGood) << ran.err;
  EXPECT_NE(ran.err.find("accepted as a trial run"), std::string::npos) << ran.err;
}

// All lists have their greatest length, and the file name needs escapes.
TEST(DriftlogFit, TheLargestIsReadWhole) {
  driftlog::FitReport report{std::string(4096, '\1'), kSource, WallTime{4'000'000'000s}, 0, {}};
  report.fit.verdict = analysis::FitVerdict::kConclusive;
  report.fit.rate = 3.2e-6;
  report.fit.interval = {3.19e-6, 3.21e-6};
  report.fit.temperature = {99.99, {-1e-3, {-1e-3, 1e-3}}};
  report.fit.outliers.assign(10'000, 3'999'999);
  report.fit.steps.assign(1000, {});
  for (auto& step : report.fit.steps) {
    step.row = 3'999'999;
    step.size_s = -1e9 / 3;
  }
  report.fit.segments.assign(1000, {0, 3e8, 3'999'999, -1e-3 / 3, {-1e-3 / 3, 1e-3 / 3}});
  report.fit.allan.assign(64, {3e8, 1e-3 / 3, 3'999'999});
  const std::string json = driftlog::fit_json(report, {});
  EXPECT_LT(json.size(), kLargestFits / 2) << "and so are several";
  World world(ChipModel::kDs3231);
  world.type(json);
  EXPECT_EQ(world.run({"trim", "-"}).status, ExitStatus::kGood);
  EXPECT_EQ(world.chip().peek(kAgeing, world.now()), 32);
}

}  // namespace
}  // namespace isletime::rtcset::driftlog_fit_test
