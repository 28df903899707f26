// SPDX-License-Identifier: MIT
// Attempts to make sntpd claim a wrong time by a battery clock: whatever is done to the chip or to the
// machine, the truth is within the bound of each claim.
#include "tests/fakes/time_zone.hpp"
#include "tests/sntpd/rtc_with_model.hpp"

namespace isletime::sntpd::rtc_claims_test {
namespace {

constexpr const char* kCentralEurope = "CET-1CEST,M3.5.0,M10.5.0/3";

class RtcClaims : public RtcWithModel {
 protected:
  // Attaches a chip and compares it for three days.
  void learn(ChipModel model, Oscillator oscillator) {
    plug(model, oscillator);
    const bool is_told = model != ChipModel::kDs3232 && model != ChipModel::kDs1340;
    option.chip = is_told ? std::nullopt : std::optional{model};
    keeper.reset();
    boot();
    is_verified = true;
    pass(72h);
  }
  // Lets the chip alone tell the time; each claim must hold.
  void rely_on_it(nanoseconds span, nanoseconds at_a_time) {
    is_verified = false;
    for (nanoseconds done{}; done < span; done += at_a_time) {
      chip_time.reset();
      pass(at_a_time);
      if (chip_time) expect_truth(done);
      if (HasFailure()) return;
    }
  }
  void expect_truth(nanoseconds at = {}) {
    EXPECT_LE(magnitude(error_of_chip_time()), chip_time->bound.value)
        << "after " << Seconds{at}.count() << " s, and it is off by "
        << Seconds{error_of_chip_time()}.count();
  }
  // Another program sets the chip to this.
  void set_chip(WallTime to) {
    RtcChipHolder setter{chip->model(), bus, default_address(chip->model())};
    time.now = std::chrono::ceil<seconds>(time.now);
    ASSERT_FALSE(setter->prepare());
    ASSERT_FALSE(setter->set(to_civil_time(to)));
  }
  void start_at(WallTime start) { time.now = start.time_since_epoch(); }
};

// 2026-10-25 and 2027-03-28 at 01:00 UTC. Nobody moves the chip, since sntpd does not know the time itself.
TEST_F(RtcClaims, HoldWhenClocksAreTurnedAndNobodyMovesTheChip) {
  const fakes::TimeZone zone{kCentralEurope};
  option.keeps_local_time = true;
  for (const WallTime turn : {WallTime{1'792'890'000s}, WallTime{1'806'195'600s}}) {
    for (const ChipModel model : {ChipModel::kDs3231, ChipModel::kDs1307}) {
      start_at(turn - 78h);
      learn(model, {.error_ppb = 1500});
      rely_on_it(48h, 10min);
      ASSERT_TRUE(chip_time) << to_string(model) << notes;
    }
  }
}

TEST_F(RtcClaims, HoldWhenTheMachineIsMovedToAnotherZone) {
  fakes::TimeZone zone{kCentralEurope};
  option.keeps_local_time = true;
  learn(ChipModel::kDs3231, {.error_ppb = 1500});
  zone.use("EET-2EEST,M3.5.0/3,M10.5.0/4");
  time.now += 1h;
  boot();
  rely_on_it(1h, 10min);
  ASSERT_TRUE(chip_time) << notes;
}

// A chip whose drift is learned is left to itself, here by half a minute, until somebody sets it right.
TEST_F(RtcClaims, HoldWhenSomebodySetsTheChipThatAloneTellsTheTime) {
  learn(ChipModel::kDs1307, {.error_ppb = 20'000});
  pass(24h * 21);
  rely_on_it(1h, 10min);
  ASSERT_GT(chip_ahead(), 30s);
  set_chip(WallTime{std::chrono::ceil<seconds>(time.now)});
  rely_on_it(3h, 10min);
  EXPECT_TRUE(is_told("somebody has set it")) << notes;
}

TEST_F(RtcClaims, AreAsGoodAsBeforeAfterTheMachineSlept) {
  learn(ChipModel::kDs1307, {.error_ppb = 20'000});
  rely_on_it(1h, 10min);
  time.now += 9h;
  clocks.asleep += 9h;
  keeper->on_slept();
  rely_on_it(1h, 10min);
  EXPECT_FALSE(is_told("somebody has set it")) << notes;
  EXPECT_LT(chip_time->bound.value, 10s);
}

// Another system of this machine knows the time better, and sets the chip right.
TEST_F(RtcClaims, HoldWhenAnotherSystemHasSetTheChipThatKeepsLocalTime) {
  const fakes::TimeZone zone{kCentralEurope};
  option.keeps_local_time = true;
  learn(ChipModel::kDs1307, {.error_ppb = 20'000});
  pass(24h * 10);
  time.now += 1h;
  set_chip(WallTime{std::chrono::ceil<seconds>(time.now)} + 2h);
  boot();
  rely_on_it(1h, 10min);
  ASSERT_TRUE(chip_time) << notes;
}

// The drivers state 0.035 ppm/K^2 for tuning forks.
TEST_F(RtcClaims, HoldWhenAChipIsTakenIntoTheColdAndBack) {
  struct Case {
    ChipModel model;
    Oscillator oscillator;
  };
  for (const auto& [model, oscillator] :
       {Case{ChipModel::kDs1307, {.error_ppb = 20'000, .parabola_ppb = -35}},
        {ChipModel::kRv3028, {.error_ppb = 1000, .parabola_ppb = -35}},
        {ChipModel::kPcf2127, {.error_ppb = 2000, .parabola_ppb = -4}},
        {ChipModel::kDs3231, {.error_ppb = 500, .parabola_ppb = -2}}}) {
    for (const auto& [learned, used] : {std::pair{25, -10}, {-10, 25}}) {
      may_write = false;
      plug(model, oscillator);
      chip->set_temperature({learned * 1000}, time.now);
      keeper.reset();
      option.chip = {};
      boot();
      is_verified = true;
      pass(24h * 5);
      chip->set_temperature({used * 1000}, time.now);
      rely_on_it(24h * 6, 12h);
      chip->set_temperature({learned * 1000}, time.now);
      rely_on_it(24h, 6h);
      ASSERT_TRUE(chip_time) << to_string(model) << notes;
      if (HasFailure()) FAIL() << to_string(model) << " learned at " << learned;
    }
  }
}

// A chip is told from others by what it remembers, where other programs write, too. The state that the last
// run has saved is of no use once this run has written the chip.
TEST_F(RtcClaims, HoldWhenAChipIsTakenForAnotherAndForItselfAgain) {
  learn(ChipModel::kDs1307, {.error_ppb = 20'000});
  pass(24h * 14);
  boot();
  pass(1h);
  chip->poke(0x01, 0x30, time.now);
  pass(2h);
  ASSERT_LE(magnitude(chip_ahead()), 200ms) << notes;
  const std::uint8_t memory = chip->peek(0x08, time.now);
  for (const int changed : {1, 0}) {
    bus.fail_always(BusError::kNoAcknowledge);
    pass(20min);
    chip->poke(0x08, static_cast<std::uint8_t>(memory ^ changed), time.now);
    bus.fail_always({});
    is_verified = false;
    chip_time.reset();
    pass(20min);
    ASSERT_TRUE(chip_time) << notes;
    expect_truth();
  }
}

TEST_F(RtcClaims, HoldWhenTheTrimIsChangedWhileItAloneTellsTheTime) {
  learn(ChipModel::kPcf8523, {.error_ppb = 20'000});
  rely_on_it(1h, 10min);
  chip->poke(0x0e, 0x80 | 5, time.now);
  rely_on_it(24h, 10min);
  EXPECT_TRUE(is_told("somebody has trimmed it")) << notes;
}

}  // namespace
}  // namespace isletime::sntpd::rtc_claims_test
