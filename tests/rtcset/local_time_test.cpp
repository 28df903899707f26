// SPDX-License-Identifier: MIT
// The meaning of a chip's digits: local time, also when it repeats or does not exist; years; 12-hour mode.
#include "tests/fakes/time_zone.hpp"
#include "tests/rtcset/world.hpp"

namespace isletime::rtcset::local_time_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kGood = ExitStatus::kGood;
constexpr auto kBad = ExitStatus::kBadVerdict;

class LocalTime : public testing::Test {
 protected:
  fakes::TimeZone zone_{"CET-1CEST,M3.5.0,M10.5.0/3"};
};

CivilTime at(std::int32_t year, std::uint8_t month, std::uint8_t day, std::uint8_t hour,
             std::uint8_t minute = 0) {
  return {.date = {.year = year, .month = month, .day = day}, .hour = hour, .minute = minute};
}

Ran set_local(World& world) {
  return world.run({"--local-time", "set", "from-system"});
}
// Returns the offset between the chip's local time and the system clock, which is right.
double offset_of(World& world) {
  return number(world.run({"--local-time", "--json", "compare"}).out, "offset_s");
}

TEST_F(LocalTime, IsReadAndSetAsSuchInWinterAndInSummer) {
  World winter(ChipModel::kDs3231, {}, {}, 0, at(2027, 1, 15, 12));
  EXPECT_EQ(set_local(winter).status, kGood);
  EXPECT_LE(std::chrono::abs(winter.error() - 1h), 2ms);
  EXPECT_NEAR(offset_of(winter), 0, 0.004);

  World summer(ChipModel::kDs3231, {}, {}, 0, at(2027, 7, 15, 23, 30));
  EXPECT_EQ(set_local(summer).status, kGood);
  EXPECT_LE(std::chrono::abs(summer.error() - 2h), 2ms) << "over midnight";
  EXPECT_NEAR(offset_of(summer), 0, 0.004);
}

// A chip does not know about summer time: unless somebody sets it, it is an hour off.
TEST_F(LocalTime, AChipThatWasNotMovedWhenSummerTimeBeganIsAnHourBehind) {
  World world(ChipModel::kDs3231, {}, {}, 0, at(2027, 3, 28, 0, 59));  // 01:59 CET
  ASSERT_EQ(set_local(world).status, kGood);
  EXPECT_NEAR(offset_of(world), 0, 0.004);
  world.pass(30h);
  EXPECT_NEAR(offset_of(world), -3600, 0.1);
}

TEST_F(LocalTime, AnHourThatComesTwiceIsSetRightBothTimesAndReadWithDoubt) {
  for (const std::uint8_t hour : {std::uint8_t{0}, std::uint8_t{1}}) {  // 02:30 CEST, 02:30 CET
    World world(ChipModel::kDs3231, {}, {}, 0, at(2027, 10, 31, hour, 30));
    const Ran ran = set_local(world);
    EXPECT_EQ(ran.status, kGood) << ran.err;
    EXPECT_LE(std::chrono::abs(world.error() - (hour == 0 ? 2h : 1h)), 2ms);
    expect_one_line(world.run({"--local-time", "compare"}), kBad, "comes twice");
    world.shift_system_clock(-20h * 24 * 365);
    expect_one_line(world.run({"--local-time", "to-system"}), kBad, "comes twice");
    EXPECT_FALSE(world.was_stepped());
  }
}

TEST_F(LocalTime, AGivenTimeInAnHourThatComesTwiceIsTheOneThatWasGiven) {
  World world(ChipModel::kDs3231, {}, {}, 0, at(2027, 12, 1, 12));
  for (const char* time : {"2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"}) {
    const Ran ran = world.run({"--local-time", "--json", "set", time});
    EXPECT_EQ(ran.status, kGood) << ran.err;
    EXPECT_NEAR(number(ran.out, "set_error_s"), 0, 0.002);
  }
}

TEST_F(LocalTime, ZonesThatTurnBackByHalfAnHourAreUnderstood) {
  zone_.use("LHST-10:30LHDT-11,M10.1.0,M4.1.0");
  World world(ChipModel::kPcf8523, {}, {}, 0, at(2027, 4, 3, 15, 10));  // 01:40 for the second time
  EXPECT_EQ(set_local(world).status, kGood);
  EXPECT_LE(std::chrono::abs(world.error() - (10h + 30min)), 2ms);
}

TEST(ChipYears, AreThoseFrom2000To2099) {
  for (const ChipModel model : kChipModels) {
    for (const std::int32_t year : {2000, 2026, 2028, 2060, 2099}) {
      World world(model);
      const std::string time = std::to_string(year) + "-02-28T23:59:57Z";
      const Ran ran = world.run({"--force", "--chip", to_string(model), "set", time});
      ASSERT_EQ(ran.status, kGood) << ran.err;
      world.pass(10s);
      const auto shown = world.chip().time_shown(world.now());
      ASSERT_TRUE(shown);
      const CivilTime civil = to_civil_time(WallTime{*shown});
      EXPECT_EQ(civil.date.year, year) << to_string(model);
      EXPECT_EQ(civil.date.month, year % 4 == 0 ? 2 : 3) << to_string(model) << year;
      EXPECT_EQ(civil.date.day, year % 4 == 0 ? 29 : 1) << to_string(model) << year;
      EXPECT_TRUE(has(world.run({"--chip", to_string(model), "show"}).out, std::to_string(year) + "-0"))
          << to_string(model);
    }
    World world(model);
    for (const char* beyond : {"1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"}) {
      expect_one_line(world.run({"--force", "--chip", to_string(model), "set", beyond}), ExitStatus::kUsage,
                      "give it one from 2000 to 2099");
    }
    EXPECT_EQ(world.bus().bytes_written(), 0U);
  }
}

// Some programs set the century bit for 20xx and some clear it, so the nearest year counts.
TEST(ChipYears, TheCenturyBitIsNotBelieved) {
  for (const auto& [model, month_at] :
       {std::pair{ChipModel::kDs3231, std::uint8_t{5}}, {ChipModel::kPcf8563, std::uint8_t{7}}}) {
    World world(model, 100ms);
    world.chip().poke(month_at, 0x91, world.now());  // century, November
    const Ran ran = world.run({"--json", "show"});
    EXPECT_EQ(ran.status, kGood) << ran.err;
    EXPECT_NEAR(number(ran.out, "offset_s"), 0.1, 0.005) << to_string(model);
  }
}

TEST(ChipYears, OneThatIsDecadesAwayIsNotBelieved) {
  World world(ChipModel::kDs3231);
  world.chip().poke(6, 0x66, world.now());
  expect_one_line(world.run({"show"}), kBad, "more than 20 years after 2026-11-18");
  expect_one_line(world.run({"to-system"}), kBad, "--force");
  EXPECT_FALSE(world.was_stepped());
  expect_one_line(world.run({"set", "2066-01-01T00:00:00Z"}), kBad, "--force");
}

TEST(ChipHours, ByTwelveAreReadAndSetToTwentyFour) {
  // 12 PM is noon. The bits are those of the DS3231, the DS1307, and the PCF85063A after its control bit is
  // set.
  struct Case {
    ChipModel model;
    std::uint8_t hours_at;
    std::uint8_t noon;
    std::uint8_t eleven_pm;
  };
  for (const Case& each : {Case{ChipModel::kDs3231, 2, 0x72, 0x71},
                           {ChipModel::kDs1307, 2, 0x72, 0x71},
                           {ChipModel::kDs1338, 2, 0x72, 0x71}}) {
    World world(each.model, 50ms);
    world.chip().poke(each.hours_at, each.noon, world.now());
    EXPECT_NEAR(number(world.run({"--json", "show"}).out, "offset_s"), 0.05, 0.005) << to_string(each.model);
    world.chip().poke(each.hours_at, each.eleven_pm, world.now());
    EXPECT_NEAR(number(world.run({"--json", "show"}).out, "offset_s"), 11 * 3600 + 0.05, 0.005);
    EXPECT_EQ(world.run({"set", "from-system"}).status, kGood);
    EXPECT_EQ(world.chip().peek(each.hours_at, world.now()), 0x12) << "24 h, " << to_string(each.model);
  }
  // The control bit 12_24 is bit 1 of the PCF85063A's first register and bit 3 of the PCF8523's.
  for (const auto& [model, control, hours_at] :
       {std::tuple{ChipModel::kPcf85063a, std::uint8_t{0x02}, std::uint8_t{6}},
        {ChipModel::kPcf8523, std::uint8_t{0x08}, std::uint8_t{5}}}) {
    World world(model, 50ms);
    const std::uint8_t before = world.chip().peek(0, world.now());
    world.chip().poke(0, static_cast<std::uint8_t>(before | control), world.now());
    world.chip().poke(hours_at, 0x31, world.now());  // 11 PM
    EXPECT_NEAR(number(world.run({"--json", "show"}).out, "offset_s"), 11 * 3600 + 0.05, 0.005)
        << to_string(model);
    EXPECT_EQ(world.run({"set", "from-system"}).status, kGood);
    EXPECT_EQ(world.chip().peek(hours_at, world.now()), 0x12) << "24 h, " << to_string(model);
  }
}

// A machine that boots another system keeps local time in its clock.
TEST_F(LocalTime, AnOffsetOfAZoneIsNamedBeforeItIsOverwritten) {
  for (const auto& [ahead, zone] : {std::pair{nanoseconds{1h}, "UTC+01:00"},
                                    {-9h - 30min, "UTC-09:30"},
                                    {5h + 45min + 20s, "UTC+05:45"}}) {
    World world(ChipModel::kDs3231, ahead, {}, 0, at(2027, 1, 15, 12));
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"show"},
                                               {"compare"},
                                               {"--dry-run", "set", "from-system"},
                                               {"--dry-run", "to-system"},
                                               {"set", "from-system"}}) {
      const Ran ran = world.run(words);
      EXPECT_EQ(ran.status, kGood) << ran.err;
      EXPECT_TRUE(has(ran.err, zone)) << words[0] << ran.err;
      EXPECT_TRUE(has(ran.err, "--local-time")) << ran.err;
    }
    EXPECT_EQ(world.run({"compare"}).err, "") << "it was set to UTC";
  }
}

TEST_F(LocalTime, AnyOtherOffsetIsNoZones) {
  for (const nanoseconds ahead :
       {nanoseconds{0s}, nanoseconds{50s}, nanoseconds{7min}, nanoseconds{-1h - 5min}, nanoseconds{15h}}) {
    World world(ChipModel::kDs3231, ahead, {}, 0, at(2027, 1, 15, 12));
    EXPECT_EQ(world.run({"compare"}).err, "") << ahead.count();
  }
  World local(ChipModel::kDs3231, 1h, {}, 0, at(2027, 1, 15, 12));
  EXPECT_EQ(local.run({"--local-time", "compare"}).err, "") << "it keeps local time, as is said";
}

}  // namespace
}  // namespace isletime::rtcset::local_time_test
