// SPDX-License-Identifier: MIT
// rtcset and battery clocks behind drivers of the kernel, of whose integrity and battery only the driver can
// tell.
#include "tests/fakes/kernel_rtc.hpp"

#include <linux/rtc.h>

#include "tests/rtcset/world.hpp"

namespace isletime::rtcset::kernel_rtc_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kGood = ExitStatus::kGood;
constexpr auto kBad = ExitStatus::kBadVerdict;

class KernelsClock : public testing::Test {
 protected:
  // Runs a command on the clock of this driver.
  Ran run(std::vector<std::string> words) {
    words.insert(words.begin(), {"--device", rtc->path()});
    return world.run(words);
  }
  void use(const fakes::KernelDriver& driver) {
    rtc.emplace(driver, [this] {
      world.pass(1ms);
      return world.true_time();
    });
    world.offer({rtc->path()});
  }

  World world{ChipModel::kDs3231};
  std::optional<fakes::KernelRtc> rtc;
};

TEST_F(KernelsClock, OfWhichNothingIsToldIsInDoubtWhateverCommandAsks) {
  use(fakes::kRtcDs1307);
  for (const char* command : {"show", "compare", "check"}) {
    const Ran doubted = run({command});
    expect_one_line(doubted, kBad, "nothing tells whether");
    const Ran trusted = run({"--trust", command});
    EXPECT_EQ(trusted.status, kGood) << command << trusted.err;
    EXPECT_EQ(trusted.err, "");
  }
  EXPECT_TRUE(has(run({"--json", "compare"}).out, R"("reliable":false)"));
  EXPECT_TRUE(has(run({"--json", "compare"}).out, "offset_s"));
  EXPECT_TRUE(has(run({"--trust", "--json", "compare"}).out, R"("reliable":true)"));
}

// As sntpd --rtc does it: the clock is set, but is not called reliable.
TEST_F(KernelsClock, OfWhichNothingIsToldMaySetTheSystemClockAndSaysSo) {
  use(fakes::kRtcDs1307);
  world.shift_system_clock(-20h * 24 * 365);
  const Ran ran = run({"--json", "to-system"});
  EXPECT_EQ(ran.status, kGood);
  EXPECT_TRUE(world.was_stepped());
  EXPECT_TRUE(has(ran.err, "nothing tells whether")) << ran.err;
  EXPECT_TRUE(has(ran.out, R"("reliable":false)")) << ran.out;
}

TEST_F(KernelsClock, ThatLostItsTimeIsNotBelievedOnTrust) {
  // It shows the time that was lost, as rtc-isl12022 does, and the flag.
  use({.has_flags = true, .refuses_lost_time = false, .clears_flag = false, .first_second = 1s});
  rtc->lose(24h);
  for (const char* command : {"show", "check", "to-system"}) {
    const Ran ran = run({"--trust", command});
    EXPECT_EQ(ran.status, kBad) << command << ran.err;
  }
  EXPECT_FALSE(world.was_stepped());
}

TEST_F(KernelsClock, WithALowBatteryFailsShowAndCheckAlike) {
  use(fakes::kRtcPcf8523);
  EXPECT_EQ(run({"show"}).status, kGood);
  EXPECT_EQ(run({"check"}).status, kGood);
  rtc->flags = RTC_VL_BACKUP_LOW;
  for (const char* command : {"show", "check"}) {
    const Ran ran = run({command});
    expect_one_line(ran, kBad, "its battery is low: change it");
  }
  const Ran record = run({"--json", "show"});
  EXPECT_TRUE(has(record.out, R"("supply":"backup-low")")) << record.out;
  EXPECT_TRUE(has(record.out, R"("reliable":true)")) << "its time is good: " << record.out;
  EXPECT_EQ(run({"compare"}).status, kGood);
}

// The weekly test of a board must not pass a chip that no other command believes.
TEST(RtcsetCheck, AgreesWithShow) {
  World early(ChipModel::kDs3231);
  early.chip().poke(0x05, 0x01, early.now());  // January
  EXPECT_EQ(early.run({"show"}).status, kBad);
  expect_one_line(early.run({"check"}), kBad, "before 2026-11-18");
  World flipped(ChipModel::kDs3231);
  flipped.chip().poke(0x0e, 0x9c, flipped.now());  // EOSC: stops on battery
  EXPECT_EQ(flipped.run({"check"}).status, kBad);
  expect_one_line(flipped.run({"show"}), kBad, "rtcset repair");
}

}  // namespace
}  // namespace isletime::rtcset::kernel_rtc_test
