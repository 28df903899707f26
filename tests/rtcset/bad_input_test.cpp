// SPDX-License-Identifier: MIT
// Every fault of a chip, its bus or the input is reported in one line that says what to do about it.
#include "libsync/record/fit_object.hpp"
#include "tests/rtcset/world.hpp"
#include "tools/common/battery_clock/kernel_clock.hpp"

namespace isletime::rtcset::bad_input_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kGood = ExitStatus::kGood;
constexpr auto kBad = ExitStatus::kBadVerdict;
constexpr auto kUsage = ExitStatus::kUsage;
constexpr auto kFailed = ExitStatus::kSystemFailed;

// Returns the first time register by the datasheet. The others follow it; the day is the third, or the fourth
// on DS and RV chips.
std::uint8_t time_at(ChipModel model) {
  switch (model) {
    case ChipModel::kDs3231:
    case ChipModel::kDs3232:
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kMcp7940x:
    case ChipModel::kRv3028:
    case ChipModel::kRv8803:
      return 0;
    case ChipModel::kRv3032:
      return 1;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      return 4;
    case ChipModel::kPcf8523:
    case ChipModel::kPcf2127:
      return 3;
    case ChipModel::kPcf2131:
      return 7;
    case ChipModel::kPcf8563:
      return 2;
  }
  return 0;
}
bool has_weekday_first(ChipModel model) {
  return time_at(model) <= 1;
}

TEST(BadChip, WhoseBatteryIsDeadIsToGetABatteryAndTheTime) {
  for (const ChipModel model : kChipModels) {
    World world(model);
    world.chip().set_battery(false);
    world.chip().power_off(world.now());
    world.pass(24h);
    world.chip().power_on(world.now());
    for (const char* command : {"show", "compare", "to-system"}) {
      const Ran ran = world.run({"--chip", to_string(model), command});
      expect_one_line(ran, kBad, "look to its battery, and set it");
    }
    EXPECT_FALSE(world.was_stepped());
    EXPECT_EQ(world.run({"--chip", to_string(model), "check"}).status, kBad) << to_string(model);
    EXPECT_EQ(world.bus().bytes_written(), 0U) << to_string(model);
  }
}

TEST(BadChip, WhoseOscillatorIsStoppedIsToBeSet) {
  for (const ChipModel model : {ChipModel::kDs1307, ChipModel::kDs1338, ChipModel::kPcf85063a,
                                ChipModel::kPcf8523, ChipModel::kPcf8563}) {
    const bool is_nxp = time_at(model) > 0;
    World world(model);
    const std::uint8_t bit = is_nxp ? 0x20 : 0x80;  // STOP of control 1, CH of the seconds
    world.chip().poke(0, world.chip().peek(0, world.now()) | bit, world.now());
    expect_one_line(world.run({"--chip", to_string(model), "show"}), kBad, "set it");
    expect_one_line(world.run({"--chip", to_string(model), "to-system"}), kBad, "the clock is left alone");
    EXPECT_EQ(world.run({"--chip", to_string(model), "set", "from-system"}).status, kGood)
        << to_string(model);
    EXPECT_EQ(world.run({"--chip", to_string(model), "show"}).status, kGood) << to_string(model);
  }
}

TEST(BadChip, WithDay50OfMonth1FInYear66HoldsNoTime) {
  for (const ChipModel model : kChipModels) {
    World world(model);
    const std::uint8_t first = time_at(model);
    const auto day_at = static_cast<std::uint8_t>(first + (has_weekday_first(model) ? 4 : 3));
    world.chip().poke(day_at, 0x50, world.now());
    world.chip().poke(static_cast<std::uint8_t>(first + 5), 0x1f, world.now());
    world.chip().poke(static_cast<std::uint8_t>(first + 6), 0x66, world.now());
    const Ran shown = world.run({"--chip", to_string(model), "--force", "show"});
    expect_one_line(shown, kBad, "set it");
    EXPECT_TRUE(has(shown.out, "time           none")) << shown.out;
    expect_one_line(world.run({"--chip", to_string(model), "--force", "to-system"}), kBad, "registers hold");
    EXPECT_FALSE(world.was_stepped());
    EXPECT_EQ(world.run({"--chip", to_string(model), "--force", "set", "from-system"}).status, kGood)
        << to_string(model);
  }
}

TEST(BadChip, OfAnotherKindThanWasNamedIsNotTouched) {
  World world(ChipModel::kPcf8523);
  for (const char* command : {"show", "check", "repair", "to-system"}) {
    expect_one_line(world.run({"--chip", "ds3231", command}), kUsage, "leave out --chip");
  }
  expect_one_line(world.run({"--chip", "ds3231", "--address", "0x68", "set", "from-system"}), kUsage,
                  "there is no ds3231 but a pcf8523");
  EXPECT_EQ(world.bus().bytes_written(), 0U);
}

TEST(BadChip, ThatIsASensorIsNoClock) {
  World world(ChipModel::kDs3231);
  world.bus().detach(0x68);
  std::vector<std::uint8_t> registers(256);
  for (std::size_t i = 0; i < registers.size(); ++i) registers[i] = static_cast<std::uint8_t>(i * 7 + 3);
  fakes::ModelMemory sensor(registers);
  world.bus().attach(0x68, sensor);
  expect_one_line(world.run({"show"}), kBad, "try --chip and --force");
  expect_one_line(world.run({"--chip", "ds3231", "set", "from-system"}), kBad, "no clock that is known");
  EXPECT_EQ(sensor.bytes(), registers);
}

TEST(BadBus, SaysWhatToDoForEveryCommand) {
  const std::pair<BusError, const char*> faults[] = {
      {BusError::kNoAcknowledge, "is it connected, and to this bus?"},
      {BusError::kStuck, "take the power from the chips"},
      {BusError::kClaimed, "use its /dev/rtcN, or --force"},
      {BusError::kNotPermitted, "run as root, or join the group"},
      {BusError::kAbsent, "name one with --device, or enable I2C"},
      {BusError::kShort, "try again, and check its wiring"},
      {BusError::kFailed, "try again, and check its wiring"}};
  for (const auto& [error, advice] : faults) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"show"},
                                                  {"compare"},
                                                  {"check"},
                                                  {"repair"},
                                                  {"trim"},
                                                  {"to-system"},
                                                  {"set", "from-system"}}) {
      World world(ChipModel::kDs3231);
      world.bus().fail_always(error);
      std::vector<std::string> line{"--device", "/dev/i2c-1", "--chip", "ds3231"};
      line.insert(line.end(), words.begin(), words.end());
      const Ran ran = world.run(line);
      expect_one_line(ran, kFailed, advice);
      EXPECT_EQ(ran.out, "");
    }
  }
}

TEST(BadBus, IsARecordWithAnErrorWhereRecordsAreAskedFor) {
  World world(ChipModel::kDs3231);
  world.bus().fail_always(BusError::kStuck);
  const Ran ran = world.run({"--json", "--device", "/dev/i2c-1", "compare"});
  expect_one_line(ran, kFailed, "the bus is stuck");
  EXPECT_TRUE(has(ran.out, R"("source":"rtc:/dev/i2c-1","error":"bus-stuck"})")) << ran.out;
}

TEST(BadDevice, ThatIsNotPermittedAsksForTheRight) {
  World world(ChipModel::kDs3231);
  world.refuse("/dev/i2c-1", battery_clock::fault_of(SysError{EACCES, "open"}));
  expect_one_line(world.run({"show"}), kFailed, "/dev/i2c-1: not permitted: run as root");
  expect_one_line(world.run({"--device", "/dev/i2c-1", "set", "from-system"}), kFailed, "run as root");
  expect_one_line(world.run({"detect"}), kFailed, "run as root");
}

TEST(BadDevice, AmongSeveralIsNamedWithItsReason) {
  World world(ChipModel::kDs3231);
  world.offer({"/dev/i2c-1", "/dev/rtc0"});
  world.refuse("/dev/i2c-1", battery_clock::fault_of(SysError{EACCES, "open"}));
  world.refuse("/dev/rtc0", battery_clock::fault_of(SysError{EACCES, "open"}));
  expect_one_line(world.run({"show"}), kFailed,
                  "/dev/i2c-1 (not-permitted), /dev/rtc0 (not-permitted): not permitted: run as root");
  world.refuse("/dev/rtc0", battery_clock::fault_of(SysError{EBUSY, "open"}));
  expect_one_line(world.run({"show"}), kFailed,
                  "/dev/i2c-1 (not-permitted), /dev/rtc0 (busy): ask one by --device");
}

TEST(BadWords, AreUsageAndNothingIsTouched) {
  const std::pair<std::vector<std::string>, const char*> lines[] = {
      {{}, "COMMAND is required"},
      {{"show", "compare"}, "only set, trim and repair take an argument"},
      {{"set", "from-system", "show"}, "not expected: show"},
      {{"sing"}, "\"sing\" is not a command"},
      {{"--chip", "ds9999", "show"}, "is not a chip: ds3231, ds3232, ds1307"},
      {{"--chip", "", "show"}, "is not a chip"},
      {{"--address", "0x07", "show"}, "0x08 to 0x77"},
      {{"--address", "0x78", "show"}, "0x08 to 0x77"},
      {{"--address", "120", "show"}, "0x08 to 0x77"},
      {{"--address", "-1", "show"}, "0x08 to 0x77"},
      {{"--address", "68h", "show"}, "0x08 to 0x77"},
      {{"--address", "0x", "show"}, "0x08 to 0x77"},
      {{"--device", "", "show"}, "is not a device"},
      {{"--chip", "ds3231", "detect"}, "detect finds out the chip itself"},
      {{"set"}, "A time as in 2026-02-03T04:05:06Z, or from-system"},
      {{"set", "2026-02-30T00:00:00Z"}, "A time as in"},
      {{"set", "2026-02-03 04:05:06"}, "A time as in"},
      {{"set", "now"}, "A time as in"},
      {{"trim", "nan"}, "PPM"},
      {{"trim", "inf"}, "PPM"},
      {{"trim", "1e300"}, "PPM"},
      {{"trim", "1,5"}, "PPM"},
      {{"trim", "+"}, "PPM"},
      {{"trim", "--5"}, "rtcset --help"},
  };
  for (const auto& [words, part] : lines) {
    World world(ChipModel::kDs3231);
    const Ran ran = world.run(words);
    expect_one_line(ran, kUsage, part);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(world.bus().transactions().empty());
  }
}

TEST(GoodWords, AnAddressIsHexadecimalOrDecimalAndATimeHasAnyOffset) {
  World world(ChipModel::kDs3231);
  EXPECT_EQ(world.run({"--address", "0x68", "compare"}).status, kGood);
  EXPECT_EQ(world.run({"--address", "104", "compare"}).status, kGood);
  expect_one_line(world.run({"--address", "0x51", "--device", "/dev/i2c-1", "compare"}), kFailed,
                  "no chip answers");
  const Ran ran = world.run({"set", "2026-11-21 13:00:09+01:00"});
  EXPECT_EQ(ran.status, kGood) << ran.err;
  EXPECT_TRUE(has(ran.out, "2026-11-21T12:00:")) << ran.out;
}

TEST(BadDriftFit, IsRefusedWithItsReasonAndNothingIsTrimmed) {
  const std::string deep(100, '[');
  const std::pair<std::string, const char*> inputs[] = {
      {"", "stdin: "},
      {"   \n", "stdin: "},
      {"drift 1.5 ppm", "stdin: "},
      {"null", "is not a JSON object"},
      {"[]", "is not a JSON object"},
      {"{}", "drift_ppm: is not there"},
      {R"({"drift_ppm":null})", "drift_ppm: is not there"},
      {R"({"drift_ppm":"1.5"})", "drift_ppm: is no rate from -1000 to 1000"},
      {R"({"drift_ppm":NaN})", "stdin: "},
      {R"({"drift_ppm":Infinity})", "stdin: "},
      {R"({"drift_ppm":1e999})", "drift_ppm: is a number beyond all range"},
      {R"({"drift_ppm":1000.001})", "drift_ppm: is no rate"},
      {R"({"drift_ppm":1,"drift_ppm_low":2,"drift_ppm_high":3})", "drift_ppm: is not between its ends"},
      {R"({"drift_ppm":1,"drift_ppm_low":0,"drift_ppm_high":true})", "drift_ppm_high: is no rate"},
      {R"({"drift_ppm":1})"
       "\n"
       R"({"drift_ppm":2})",
       "stdin: holds 2 fits: pick one"},
      {R"({"drift_ppm":1,"drift_ppm":2})", "stdin: "},
      {R"({"drift_ppm":1)", "stdin: "},
      {deep, "stdin: "},
      {std::string(kLargestFits + 1, ' '), "stdin: "},
  };
  for (const auto& [input, part] : inputs) {
    World world(ChipModel::kDs3231);
    world.type(input);
    const Ran ran = world.run({"trim", "-"});
    expect_one_line(ran, kUsage, part);
    EXPECT_TRUE(has(ran.err, "one JSON object with drift_ppm")) << ran.err;
    EXPECT_EQ(world.bus().bytes_written(), 0U) << input;
  }
}

TEST(GoodDriftFit, MayHaveMembersThatNobodyKnowsAndNumbersWithExponents) {
  World world(ChipModel::kDs3231);
  world.type(R"({"from":"2026-10-01","residuals":[1,{"x":null}],"drift_ppm":-1.5e0,"drift_ppm_low":-15.2e-1,)"
             R"("drift_ppm_high":-1.47,"unit":"ppm"})"
             "\n");
  EXPECT_TRUE(has(world.run({"trim", "-"}).out, "+1.500 ppm"));
}

TEST(BadTrim, BeyondWhatAChipCanIsRefusedAndNothingIsTrimmed) {
  for (const ChipModel model : kChipModels) {
    World world(model);
    const bool has_trim = world.clock().trim_range().has_value();
    for (const char* ppm : {"900", "-900", "+900"}) {
      expect_one_line(
          world.run({"--chip", to_string(model), "trim", ppm}), kBad,
          has_trim ? "ppm is beyond what it can be trimmed by" : "cannot be trimmed: sntpd --rtc learns");
    }
    world.type(R"({"drift_ppm":900})");
    expect_one_line(world.run({"--chip", to_string(model), "trim", "-"}), kBad,
                    has_trim ? "beyond" : "cannot");
    EXPECT_EQ(world.bus().bytes_written(), 0U) << to_string(model);
  }
}

TEST(AClockThatSntpdHas, IsNotWrittenBehindItsBack) {
  World world(ChipModel::kDs3231, 3600s);
  world.let_sntpd_run("rtc:/dev/i2c-1@0x68");
  world.chip().poke(0x0e, 0x9c, world.now());  // needs a repair
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"set", "from-system"}, {"trim", "1"}, {"repair"}}) {
    expect_one_line(world.run(words), kBad, "sntpd has it (/run/isletime/sntpd.sock)");
  }
  EXPECT_EQ(world.bus().bytes_written(), 0U);
  EXPECT_EQ(world.run({"compare"}).status, kGood);
  EXPECT_EQ(world.run({"--force", "set", "from-system"}).status, kGood);
}

TEST(AClockThatSntpdHas, IsMeantAlsoIfSntpdWasNotToldItsAddress) {
  World world(ChipModel::kDs3231);
  world.let_sntpd_run("rtc:/dev/i2c-1");
  expect_one_line(world.run({"set", "from-system"}), kBad, "sntpd has it");
  world.let_sntpd_run("rtc:/dev/i2c-10@0x68");
  EXPECT_EQ(world.run({"set", "from-system"}).status, kGood);
}

}  // namespace
}  // namespace isletime::rtcset::bad_input_test
