// SPDX-License-Identifier: MIT
// rtcset's commands against chips on a model bus of 100 kHz.
#include <array>

#include "tests/rtcset/world.hpp"

namespace isletime::rtcset::commands_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kGood = ExitStatus::kGood;
constexpr auto kBad = ExitStatus::kBadVerdict;
constexpr auto kUsage = ExitStatus::kUsage;
constexpr auto kFailed = ExitStatus::kSystemFailed;

// Chips that have a flag for a lost time.
constexpr std::array kBelievable{ChipModel::kDs3231,  ChipModel::kDs1338,  ChipModel::kPcf85063a,
                                 ChipModel::kPcf8523, ChipModel::kPcf8563, ChipModel::kRv3028};

TEST(Rtcset, AGivenTimeGoesOnFromWhenTheCommandBegan) {
  World world(ChipModel::kDs3231);
  const nanoseconds begin = world.now();
  const Ran ran = world.run({"set", "2027-02-28T23:59:58Z"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  const seconds given = seconds_since_epoch({.date = {2027, 2, 28}, .hour = 23, .minute = 59, .second = 58});
  const auto shown = world.chip().time_shown(world.now());
  ASSERT_TRUE(shown);
  EXPECT_LE(std::chrono::abs(*shown - given - (world.now() - begin)), 2ms);
}

TEST(Rtcset, ShowSaysAllThatAPersonAsks) {
  World world(ChipModel::kDs3231, 250ms);
  const Ran ran = world.run({"show"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_EQ(ran.err, "");
  for (const char* part :
       {"/dev/i2c-1@0x68: good: the battery clock is 2", "ds3231", "2026-11-21T12:00:", "offset        +0.2",
        "error bound", "good: it has run", "25.00 C", "trim          +0.000 ppm", "registers"}) {
    EXPECT_TRUE(has(ran.out, part)) << part << '\n' << ran.out;
  }
  EXPECT_EQ(world.bus().bytes_written(), 0U) << "reading writes nothing";
}

TEST(Rtcset, AChipThatLostItsTimeIsNotBelieved) {
  World world(ChipModel::kDs3231);
  world.chip().set_battery(false);
  world.chip().power_off(world.now());
  world.pass(60s);
  world.chip().power_on(world.now());
  const Ran shown = world.run({"show"});
  expect_one_line(shown, kBad, "its time was lost");
  EXPECT_TRUE(has(shown.err, "set it")) << shown.err;
  const Ran record = world.run({"--json", "compare"});
  EXPECT_FALSE(has(record.out, "offset_s")) << record.out;
  EXPECT_TRUE(has(record.out, R"("error":"time-lost")")) << record.out;
  const Ran taken = world.run({"to-system"});
  EXPECT_EQ(taken.status, kBad);
  EXPECT_FALSE(world.was_stepped());
  expect_one_line(taken, kBad, "--force");
}

TEST(Rtcset, ASetMakesALostTimeGoodAgain) {
  for (const ChipModel model : kBelievable) {
    World world(model);
    world.chip().set_battery(false);
    world.chip().power_off(world.now());
    world.chip().power_on(world.now() + 1s);
    world.pass(2s);
    const Ran ran = world.run({"--chip", to_string(model), "set", "from-system"});
    EXPECT_EQ(ran.status, kGood) << to_string(model) << ran.err;
    EXPECT_EQ(world.run({"--chip", to_string(model), "compare"}).status, kGood) << to_string(model);
  }
}

TEST(Rtcset, CorruptedRegistersAreNoTime) {
  World world(ChipModel::kDs3231);
  world.chip().poke(0x04, 0x50, world.now());  // day 50
  world.chip().poke(0x05, 0x1f, world.now());
  world.chip().poke(0x06, 0x66, world.now());
  const Ran ran = world.run({"--chip", "ds3231", "--force", "show"});
  expect_one_line(ran, kBad, "set it");
  EXPECT_TRUE(has(ran.out, "time           none")) << ran.out;
}

TEST(Rtcset, ATimeBeforeTheProgramWasMadeIsNotBelieved) {
  World world(ChipModel::kDs3231);
  world.chip().poke(0x05, 0x01, world.now());  // January
  const Ran ran = world.run({"show"});
  expect_one_line(ran, kBad, "before 2026-11-18");
}

TEST(Rtcset, AFaultOfTheBusIsOneLineThatSaysWhatToDo) {
  const std::pair<BusError, const char*> faults[] = {{BusError::kNoAcknowledge, "is it connected"},
                                                     {BusError::kStuck, "check its wiring"},
                                                     {BusError::kClaimed, "--force"},
                                                     {BusError::kNotPermitted, "run as root"}};
  for (const auto& [error, advice] : faults) {
    World world(ChipModel::kDs3231);
    world.bus().fail_always(error);
    const Ran ran = world.run({"--device", "/dev/i2c-1", "show"});
    expect_one_line(ran, kFailed, advice);
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Rtcset, ATransferThatFailsOnceIsPassedOver) {
  World world(ChipModel::kDs3231, 100ms);
  world.bus().fail_after(700, BusError::kShort);
  const Ran ran = world.run({"compare"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
}

// The transfer may be a look, a register or the trim.
TEST(Rtcset, NoCommandThatReadsFailsWithOneTransfer) {
  for (const char* command : {"show", "compare", "check", "repair", "trim", "detect"}) {
    for (std::size_t bytes = 0; bytes < 1500; bytes += 13) {
      World world(ChipModel::kDs3231, 100ms);
      world.bus().fail_after(bytes, BusError::kNoAcknowledge);
      const Ran ran = world.run({command});
      ASSERT_EQ(ran.status, kGood) << command << ' ' << bytes << ran.err;
    }
  }
}

TEST(Rtcset, ASetThatFailsSaysWhatTheChipNowHolds) {
  int half_written = 0;
  for (std::size_t bytes = 0; bytes < 250; ++bytes) {
    World world(ChipModel::kDs3231, 3600s);
    world.bus().fail_after(bytes, BusError::kNoAcknowledge);
    const Ran ran = world.run({"--chip", "ds3231", "set", "2030-01-01T00:00:00Z"});
    if (ran.status == kGood) continue;
    EXPECT_EQ(ran.status, kFailed) << bytes;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    if (world.bus().bytes_written() == 0) continue;
    ++half_written;
    EXPECT_TRUE(has(ran.err, "nothing was set") || has(ran.err, "it now holds")) << bytes << ran.err;
  }
  EXPECT_GT(half_written, 5);
}

TEST(Rtcset, ToSystemStepsTheClockToAChipThatMayBeBelieved) {
  World world(ChipModel::kDs3231);
  world.shift_system_clock(-20h * 24 * 365);
  const Ran ran = world.run({"to-system"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_TRUE(world.was_stepped());
  EXPECT_LE(std::chrono::abs(world.error()), 2ms);
}

TEST(Rtcset, ToSystemLeavesAClockThatAgreesAlone) {
  World world(ChipModel::kDs3231, 100us);
  EXPECT_EQ(world.run({"to-system"}).status, kGood);
  EXPECT_FALSE(world.was_stepped());
}

TEST(Rtcset, ToSystemIsSntpdsAlone) {
  World world(ChipModel::kDs3231, 3600s);
  world.let_sntpd_run();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"to-system"}, {"--force", "to-system"}}) {
    const Ran ran = world.run(words);
    expect_one_line(ran, kBad, "sntpd runs (/run/isletime/sntpd.sock)");
    EXPECT_FALSE(world.was_stepped());
  }
}

TEST(Rtcset, ToSystemWithoutTheRightSaysSo) {
  World world(ChipModel::kDs3231, 3600s);
  world.forbid_steps();
  const Ran ran = world.run({"to-system"});
  expect_one_line(ran, kFailed, "run as root");
}

TEST(Rtcset, AForceStepsTheClockToATimeThatIsInDoubt) {
  World world(ChipModel::kDs3231);
  world.chip().poke(0x05, 0x01, world.now());  // January
  EXPECT_EQ(world.run({"to-system"}).status, kBad);
  EXPECT_EQ(world.run({"--force", "to-system"}).status, kGood);
  EXPECT_TRUE(world.was_stepped());
  EXPECT_LE(std::chrono::abs(world.error()), 2ms);
}

TEST(Rtcset, ADryRunWritesNothing) {
  World world(ChipModel::kDs3231, 3600s);
  world.chip().poke(0x0e, 0x9c, world.now());
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"set", "from-system"}, {"to-system"}, {"repair"}, {"trim", "+1.5"}}) {
    std::vector<std::string> line{"--dry-run"};
    line.insert(line.end(), words.begin(), words.end());
    const Ran ran = world.run(line);
    EXPECT_EQ(ran.status, kGood) << words[0] << ran.err;
    EXPECT_TRUE(has(ran.out, "would be")) << ran.out;
  }
  EXPECT_FALSE(world.was_stepped());
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(Rtcset, SetDoesNotTakeAClockThatIsCertainlyWrong) {
  World world(ChipModel::kDs3231);
  world.shift_system_clock(-8760h * 30);
  const Ran ran = world.run({"set", "from-system"});
  expect_one_line(ran, kBad, "set this machine's clock first");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
  EXPECT_EQ(world.run({"set", "2140-01-01T00:00:00Z"}).status, kUsage);
}

TEST(Rtcset, CheckPassesAGoodChipAndTakesThreeSeconds) {
  World world(ChipModel::kPcf8523);
  const nanoseconds begin = world.now();
  const Ran ran = world.run({"check"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_GE(world.now() - begin, 3s);
  EXPECT_TRUE(has(ran.out, "it ticks, and its registers are in order")) << ran.out;
}

TEST(Rtcset, CheckFailsAStoppedChip) {
  World world(ChipModel::kPcf8523);
  world.chip().poke(0x00, 0x20, world.now());  // STOP
  const Ran ran = world.run({"--chip", "pcf8523", "--force", "--json", "check"});
  EXPECT_EQ(ran.status, kBad);
  EXPECT_TRUE(has(ran.out, R"("good":false)")) << ran.out;
}

// By the datasheets: CAP_SEL, COF and PM of a PCF8523 after a reset.
TEST(Rtcset, CheckShowsWhatOnlyTheOwnerKnowsIsRight) {
  World world(ChipModel::kPcf8523);
  const Ran ran = world.run({"check"});
  for (const char* line : {"load          7pF", "clkout        on", "backup        on"})
    EXPECT_TRUE(has(ran.out, line)) << ran.out;
  EXPECT_TRUE(
      has(world.run({"--json", "check"}).out, R"("settings":{"load":"7pF","clkout":"on","backup":"on"})"));
}

TEST(Rtcset, RepairChangesASettingAndNothingElse) {
  World world(ChipModel::kPcf8523, 250ms);
  const nanoseconds before = world.error();
  EXPECT_TRUE(has(world.run({"--dry-run", "repair", "load=12.5pF"}).out, "would be set: load 12.5pF"));
  EXPECT_EQ(world.bus().bytes_written(), 0U);
  EXPECT_TRUE(has(world.run({"repair", "load=12.5pF"}).out, "set: load 12.5pF"));
  EXPECT_TRUE(has(world.run({"repair", "clkout=off"}).out, "set: clkout off"));
  EXPECT_EQ(world.chip().peek(0x00, world.now()), 0x80);
  EXPECT_EQ(world.chip().peek(0x0f, world.now()), 0x38);
  EXPECT_TRUE(has(world.run({"repair", "backup=off"}).out, "set: backup off"));
  EXPECT_EQ(world.run({"check"}).status, kBad) << "and check says so";
  EXPECT_EQ(world.run({"repair", "backup=on"}).status, kGood);
  EXPECT_EQ(world.chip().peek(0x02, world.now()), 0x00);
  EXPECT_LE(std::chrono::abs(world.error() - before), 1us);
}

TEST(Rtcset, EverySettingOfEveryChipIsChangedForGoodAndBack) {
  for (const ChipModel model : kChipModels) {
    World world(model);
    const auto settings = world.clock().settings();
    ASSERT_TRUE(settings);
    for (const auto& [setting, was_on] : *settings) {
      for (const bool is_on : {!was_on, was_on}) {
        const std::string words = std::string{to_string(setting)} + '=' + value_text(setting, is_on);
        const Ran ran = world.run({"--chip", to_string(model), "repair", words});
        EXPECT_EQ(ran.status, kGood) << to_string(model) << ' ' << words << ran.err;
        world.pass(24h);  // mirrors are refreshed
        const auto now = world.clock().settings();
        ASSERT_TRUE(now);
        for (const WantedSetting& each : *now)
          EXPECT_TRUE(each.setting != setting || each.is_on == is_on) << to_string(model) << words;
      }
    }
    EXPECT_EQ(world.chip().reserved_bits_written(), 0) << to_string(model);
    EXPECT_EQ(world.run({"--chip", to_string(model), "check"}).status, kGood) << to_string(model);
  }
}

TEST(Rtcset, ASettingThatAChipDoesNotHaveIsRefused) {
  World world(ChipModel::kDs3231);
  expect_one_line(world.run({"repair", "load=7pF"}), kUsage, "a ds3231 has no setting load");
  expect_one_line(world.run({"repair", "load=9pF"}), kUsage, "load=12.5pF, clkout=on");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(Rtcset, RepairPutsRegistersRightAndLeavesTheTime) {
  World world(ChipModel::kDs3231, 250ms);
  world.chip().poke(0x0e, 0x9c, world.now());  // EOSC: stops on battery
  EXPECT_EQ(world.run({"check"}).status, kBad);
  const nanoseconds before = world.error();
  const Ran ran = world.run({"repair"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_TRUE(has(ran.out, "repaired: the clock stops when the power goes")) << ran.out;
  EXPECT_LE(std::chrono::abs(world.error() - before), 1us);
  EXPECT_TRUE(has(world.run({"repair"}).out, "nothing to repair"));
}

TEST(Rtcset, TrimIsOfTheNearestStepAndReadBack) {
  World world(ChipModel::kDs3231);
  EXPECT_TRUE(has(world.run({"trim", "0.34"}).out, "+0.300 ppm"));
  EXPECT_TRUE(has(world.run({"trim", "+-1.0"}).out, "-0.700 ppm"));
  EXPECT_TRUE(has(world.run({"trim", "-0.5"}).out, "-0.500 ppm"));
  EXPECT_EQ(world.chip().peek(0x10, world.now()), 5) << "positive slows, in the register";
  const Ran far = world.run({"trim", "400"});
  expect_one_line(far, kBad, "beyond what it can be trimmed by");
  EXPECT_TRUE(has(world.run({"trim", "show"}).out, "-0.500 ppm"));
}

// A kernel driver has written mode 0 of the offset register.
TEST(Rtcset, ATrimThatCorrectsInLumpsIsABadBoardUntilItIsTrimmedAgain) {
  World world(ChipModel::kPcf85063a);
  world.chip().poke(0x02, 43, world.now());
  expect_one_line(world.run({"check"}), kBad, "rtcset trim +0");
  EXPECT_TRUE(has(world.run({"trim"}).out, "ripple         0.44"));
  const Ran ran = world.run({"trim", "+0"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_TRUE(has(ran.out, "-187.174 ppm")) << ran.out;
  EXPECT_TRUE(has(ran.out, "ripple         0.018")) << ran.out;
  EXPECT_EQ(world.run({"check"}).status, kGood);
  EXPECT_NEAR(number(world.run({"--json", "trim"}).out, "ripple_s"), 0.0186, 0.001);
}

TEST(Rtcset, ADriftFitIsUndoneOnTopOfThePresentTrim) {
  World world(ChipModel::kDs3231);
  world.run({"trim", "0.5"});
  world.type(R"({"drift_ppm":1.24,"drift_ppm_low":1.21,"drift_ppm_high":1.28,"samples":99})");
  const Ran ran = world.run({"--json", "trim", "-"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_NEAR(number(ran.out, "trim_ppm"), -0.7, 1e-9);  // 0.5 - 1.24, in steps of 0.1
}

TEST(Rtcset, ADriftFitThatIsTooUncertainOrNoFitIsRefused) {
  World world(ChipModel::kDs3231);
  world.type(R"({"drift_ppm":1.2,"drift_ppm_low":0.2,"drift_ppm_high":2.2})");
  const Ran wide = world.run({"trim", "-"});
  expect_one_line(wide, kBad, "observe it for longer");
  for (const char* nonsense :
       {"", "{}", "[1]", R"({"drift_ppm":"1"})", R"({"drift_ppm":1e30})",
        R"({"drift_ppm":1,"drift_ppm_low":2,"drift_ppm_high":3})", "{\"drift_ppm\":"}) {
    world.type(nonsense);
    const Ran ran = world.run({"trim", "-"});
    expect_one_line(ran, kUsage, "stdin: ");
  }
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(Rtcset, AChipThatCannotBeTrimmedSaysSo) {
  World world(ChipModel::kPcf8563);
  const Ran ran = world.run({"trim", "1"});
  expect_one_line(ran, kBad, "a pcf8563 cannot be trimmed");
}

TEST(Rtcset, DetectNamesEveryChipAndWritesNothing) {
  for (const ChipModel model : kChipModels) {
    World world(model);
    const Ran ran = world.run({"detect"});
    const bool is_told = model != ChipModel::kDs3232 && model != ChipModel::kDs1340;
    EXPECT_EQ(ran.status, is_told ? kGood : kUsage) << to_string(model) << ran.err;
    EXPECT_TRUE(has(ran.out, to_string(model))) << ran.out;
    EXPECT_EQ(world.bus().bytes_written(), 0U) << to_string(model);
  }
}

// No register tells a DS3232 from a DS1340, and their flags and trims differ.
TEST(Rtcset, AChipThatMayBeAnotherIsNamedByThePersonAndNotGuessed) {
  for (const ChipModel model : {ChipModel::kDs3232, ChipModel::kDs1340}) {
    World world(model);
    for (const char* command : {"show", "check", "repair", "to-system"}) {
      expect_one_line(world.run({command}), kUsage,
                      "if it is a ds3232 or ds1340, say so, as in --chip ds3232");
    }
    expect_one_line(world.run({"--chip", "ds3231", "show"}), kUsage,
                    "there is no ds3231 but a ds3232 or ds1340");
    EXPECT_EQ(world.bus().bytes_written(), 0U);
    EXPECT_EQ(world.run({"--chip", to_string(model), "show"}).status, kGood) << "without --force";
  }
}

// The first register that tells anything is that the clock runs.
TEST(Rtcset, AnMcp7940xWithoutPowerIsNamedByThePerson) {
  World world(ChipModel::kMcp7940x);
  world.chip().set_battery(false);
  world.chip().power_off(world.now());
  world.chip().power_on(world.now());
  expect_one_line(world.run({"set", "from-system"}), kUsage, "as in --chip mcp7940x");
  EXPECT_EQ(world.run({"--chip", "mcp7940x", "set", "from-system"}).status, kGood);
  EXPECT_EQ(world.run({"check"}).status, kGood);
}

TEST(Rtcset, AnAddressThatHoldsTheBusHidesNoClockAtAnother) {
  for (const std::uint8_t held : {std::uint8_t{0x32}, std::uint8_t{0x51}, std::uint8_t{0x53}}) {
    World world(ChipModel::kDs3231, 100ms);
    world.bus().hold_at(held);
    EXPECT_EQ(world.run({"show"}).status, kGood) << int{held};
    const Ran ran = world.run({"detect"});
    EXPECT_EQ(ran.status, kGood) << ran.err;
    EXPECT_TRUE(has(ran.out, "the bus is stuck") && has(ran.out, "ds3231")) << ran.out;
  }
}

TEST(Rtcset, AnotherChipThanWasNamedIsNotTakenForIt) {
  World world(ChipModel::kDs3231);
  const Ran ran = world.run({"--chip", "pcf8523", "set", "from-system"});
  expect_one_line(ran, kUsage, "there is no pcf8523 but a ds3231");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(Rtcset, AnEepromIsNoClock) {
  World world(ChipModel::kDs3231);
  world.bus().detach(0x68);
  fakes::ModelMemory eeprom(std::vector<std::uint8_t>(256, 0xff));
  world.bus().attach(0x68, eeprom);
  const Ran ran = world.run({"show"});
  expect_one_line(ran, kBad, "no clock that is known");
}

TEST(Rtcset, WithoutADeviceTheOnlyOneThatHasAChipIsMeant) {
  World world(ChipModel::kDs3231);
  world.offer({"/dev/i2c-1", "/dev/rtc0"});
  world.refuse("/dev/rtc0", {"busy", "another program has it open"});
  EXPECT_EQ(world.run({"compare"}).status, kGood);
  world.offer({});
  const Ran none = world.run({"show"});
  expect_one_line(none, kFailed, "--device");
  world.offer({"/dev/i2c-1", "/dev/i2c-2"});
  const Ran two = world.run({"show"});
  expect_one_line(two, kUsage, "/dev/i2c-1@0x68 (ds3231), /dev/i2c-2@0x68 (ds3231)");
}

TEST(Rtcset, QuietSaysNothingIfAllIsWell) {
  World world(ChipModel::kDs3231);
  for (const char* command : {"show", "compare", "check"}) {
    const Ran ran = world.run({"--quiet", command});
    EXPECT_EQ(ran.status, kGood);
    EXPECT_EQ(ran.out + ran.err, "") << command;
  }
}

}  // namespace
}  // namespace isletime::rtcset::commands_test
