// SPDX-License-Identifier: MIT
// Whoever types a line of hwclock(8) is told the line of rtcset that does the same; nothing is done.
#include "tests/rtcset/world.hpp"

namespace isletime::rtcset::hwclock_habits_test {
namespace {

struct Habit {
  std::vector<std::string> typed;
  const char* answer;
};

TEST(HwclockHabits, AreAnsweredByTheLineToType) {
  const Habit habits[] = {
      {{"-r"}, "\"rtcset show\""},
      {{"--show"}, "\"rtcset show\""},
      {{"--get"}, "\"rtcset show\""},
      {{"-w"}, "\"rtcset set from-system\""},
      {{"--systohc"}, "\"rtcset set from-system\""},
      {{"-s"}, "\"rtcset to-system\""},
      {{"--hctosys", "--utc"}, "\"rtcset to-system\""},
      {{"-w", "-u"}, "\"rtcset set from-system\""},
      {{"--systohc", "--localtime"}, "\"rtcset --local-time set from-system\""},
      {{"-l", "-r"}, "\"rtcset --local-time show\""},
      {{"-w", "-f", "/dev/rtc1"}, "\"rtcset --device /dev/rtc1 set from-system\""},
      {{"--rtc=/dev/rtc1", "-s"}, "\"rtcset --device /dev/rtc1 to-system\""},
      {{"--rtc", "/dev/rtc1", "--show"}, "\"rtcset --device /dev/rtc1 show\""},
      {{"--set", "--date=2026-02-03 04:05:06"}, "\"rtcset set 2026-02-03T04:05:06Z\", with your time"},
      {{"--adjust"}, "\"rtcset trim PPM\""},
      {{"--systz"}, "\"rtcset to-system\""},
      {{"--systz", "--localtime"}, "\"rtcset --local-time to-system\""},
      {{"--predict", "--date=2026-02-03"}, "\"rtcset compare\", and \"driftlog fit\""},
      {{"show", "--utc"}, "leave it out"},
      {{"set", "from-system", "--localtime"}, "\"--local-time\""},
  };
  for (const auto& [typed, answer] : habits) {
    World world(ChipModel::kDs3231);
    const Ran ran = world.run(typed);
    expect_one_line(ran, ExitStatus::kUsage, answer);
    EXPECT_TRUE(has(ran.err, "hwclock")) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(world.bus().transactions().empty());
  }
}

TEST(HwclockHabits, AreNotSeenInLinesOfRtcset) {
  World world(ChipModel::kDs3231);
  EXPECT_EQ(world.run({"-f", "trim", "-1.5"}).status, ExitStatus::kGood);
  EXPECT_EQ(world.run({"-n", "set", "from-system"}).status, ExitStatus::kGood);
  EXPECT_EQ(world.run({"--force", "compare"}).status, ExitStatus::kGood);
}

}  // namespace
}  // namespace isletime::rtcset::hwclock_habits_test
