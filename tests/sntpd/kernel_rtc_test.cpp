// SPDX-License-Identifier: MIT
// Battery clocks behind drivers of the kernel, as sntpd keeps them: from the hub down to ioctl(), over
// simulated days. The drivers are modelled after linux/drivers/rtc.
#include "tests/fakes/kernel_rtc.hpp"

#include <linux/rtc.h>

#include <gtest/gtest.h>

#include "libsync/hub/rtc_keeper.hpp"
#include "tests/fakes/time_zone.hpp"
#include "tools/sntpd/keeping/rtc_jobs.hpp"
#include "tools/sntpd/keeping/rtc_open.hpp"

namespace isletime::sntpd::kernel_rtc_test {
namespace {

using namespace std::chrono_literals;
using fakes::KernelDriver;
using fakes::KernelRtc;

constexpr WallTime kStart{1'790'000'000s};  // 2026-09-21
constexpr WallTime kBuilt{1'780'000'000s};

// All clocks of the machine show true time; each ioctl() takes a millisecond.
class TrueClocks final : public RtcClocks {
 public:
  WallTime wall() override { return WallTime{now}; }
  MonoTime mono() override { return MonoTime{now - kStart.time_since_epoch() + 100s}; }
  bool sleep_until(MonoTime time) override {
    now += std::max(elapsed(mono(), time), nanoseconds::zero());
    return true;
  }

  nanoseconds now = kStart.time_since_epoch();
};

class Kept {
 public:
  explicit Kept(const KernelDriver& driver, const std::string& words = "")
      : rtc(driver, [this] { return clocks.now += 1ms; }), words_(words) {
    boot();
  }

  void boot() {
    const std::optional<SavedRtc> saved = keeper ? keeper->saved() : std::nullopt;
    device_ = *open_rtc(*parse_rtc_option(rtc.path() + words_));
    keeper.emplace(RtcKeeper::Config{.source = "rtc:/dev/rtc0", .may_write = true, .earliest = kBuilt}, saved,
                   std::nullopt, clocks.mono());
  }
  void work() {
    while (const auto job = keeper->next_job(hub(), to_civil_time(kStart).date, clocks.mono())) {
      const RtcOutcome outcome = do_rtc_job(*job, *device_, clocks);
      RtcKeeper::News news = keeper->take(outcome, hub(), clocks.mono());
      for (const auto& note : news.notes) notes += note.text + '\n';
      if (news.chip_time) chip_time = news.chip_time;
    }
  }
  void pass(nanoseconds span) {
    const nanoseconds end = clocks.now + span;
    for (work(); clocks.now < end; work()) {
      const auto next = keeper->next_wakeup(hub().host);
      const nanoseconds until = next ? elapsed(clocks.mono(), *next) : span;
      clocks.now = std::min(end, clocks.now + std::max(until, nanoseconds{1}));
    }
  }
  std::string trouble() { return keeper->view(clocks.mono()).trouble; }

  TrueClocks clocks;
  KernelRtc rtc;
  std::optional<RtcKeeper> keeper;
  bool is_verified = false;
  std::optional<RtcKeeper::ChipTime> chip_time;
  std::string notes;

 private:
  RtcTime hub() {
    return {.host = {.is_verified = is_verified,
                     .bound = {is_verified ? nanoseconds{1ms} : nanoseconds::max()},
                     .rate_uncertainty = Ppm::whole(15)},
            .true_less_machine = {},
            .true_time = clocks.wall()};
  }

  std::string words_;
  std::unique_ptr<RtcDevice> device_;
};

// The battery was flat for a week and was changed; rtc-ds1307 has cleared the flag when it found the chip.
TEST(KernelRtc, WhatItsDriverSaysNothingOfIsToldButNotAsReliable) {
  Kept kept{fakes::kRtcDs1307};
  kept.rtc.lose(7 * 24h);
  kept.work();
  ASSERT_TRUE(kept.chip_time) << kept.trouble();
  EXPECT_TRUE(kept.chip_time->is_heard);
  EXPECT_FALSE(kept.chip_time->is_reliable);
  EXPECT_NE(kept.notes.find("trust"), std::string::npos) << kept.notes;
}

TEST(KernelRtc, WhatTheAdministratorTrustsIsReliable) {
  Kept kept{fakes::kRtcDs1307, ",trust"};
  kept.work();
  ASSERT_TRUE(kept.chip_time) << kept.trouble();
  EXPECT_TRUE(kept.chip_time->is_reliable);
  EXPECT_EQ(kept.notes.find("trust"), std::string::npos) << kept.notes;
}

TEST(KernelRtc, WhatItsDriverVouchesForIsReliable) {
  Kept kept{fakes::kRtcPcf8523};
  kept.work();
  ASSERT_TRUE(kept.chip_time) << kept.trouble();
  EXPECT_TRUE(kept.chip_time->is_reliable);
}

TEST(KernelRtc, TrustDoesNotBringBackATimeThatWasLost) {
  Kept kept{fakes::kRtcPcf8523, ",trust"};
  kept.rtc.lose(7 * 24h);
  kept.work();
  EXPECT_FALSE(kept.chip_time);
  EXPECT_NE(kept.trouble(), "");
}

TEST(KernelRtc, WhatItsDriverSaysOfTheBatteryIsTrouble) {
  for (const auto& [flag, words] : {std::pair{RTC_VL_BACKUP_LOW, "battery is low"},
                                    {RTC_VL_BACKUP_EMPTY, "battery is empty"},
                                    {RTC_VL_ACCURACY_LOW, "supply is low"}}) {
    Kept kept{fakes::kRtcPcf8523};
    kept.rtc.flags = static_cast<unsigned>(flag);
    kept.work();
    EXPECT_NE(kept.trouble().find(words), std::string::npos) << kept.trouble();
    EXPECT_NE(kept.notes.find(words), std::string::npos) << kept.notes;
    ASSERT_TRUE(kept.chip_time);
    EXPECT_EQ(kept.chip_time->is_reliable, flag != RTC_VL_BACKUP_EMPTY) << words;
  }
}

TEST(KernelRtc, TrustIsOfNoAvailIfItsBatteryIsEmpty) {
  Kept kept{fakes::kRtcPcf8523, ",trust"};
  kept.rtc.flags = static_cast<unsigned>(RTC_VL_BACKUP_EMPTY);
  kept.work();
  ASSERT_TRUE(kept.chip_time) << kept.trouble();
  EXPECT_FALSE(kept.chip_time->is_reliable);
}

// It has run on its battery, as it should.
TEST(KernelRtc, ASwitchOverToTheBatteryIsNoTrouble) {
  Kept kept{fakes::kRtcPcf8523};
  kept.rtc.flags = RTC_VL_BACKUP_SWITCH;
  kept.work();
  EXPECT_EQ(kept.trouble(), "");
  EXPECT_TRUE(kept.chip_time && kept.chip_time->is_reliable);
}

// After RTC_SET_TIME these chips show the next second half a second later.
TEST(KernelRtc, ADriverThatRestartsTheSecondHalfASecondLaterIsSetRight) {
  for (const KernelDriver& driver : {fakes::kRtcCmos, fakes::kRtcPcf8523, fakes::kRtcPcf85063}) {
    Kept kept{driver};
    kept.rtc.shift(2s);
    kept.is_verified = true;
    kept.pass(10min);
    EXPECT_LE(magnitude(kept.rtc.ahead()), 4ms) << kept.notes;
    EXPECT_EQ(kept.keeper->view(kept.clocks.mono()).writes, 1U) << kept.notes;
    EXPECT_EQ(kept.trouble(), "");
  }
}

TEST(KernelRtc, TheLeadThatWasLearnedIsUsedForTheNextWriteAndAfterARestart) {
  Kept kept{fakes::kRtcPcf8523};
  kept.rtc.shift(2s);
  kept.is_verified = true;
  kept.pass(2h);
  EXPECT_EQ(kept.rtc.sets(), 2) << "the first one tells the lead";
  kept.rtc.shift(2s);
  kept.pass(2h);
  EXPECT_EQ(kept.rtc.sets(), 3) << kept.notes;
  kept.boot();
  kept.rtc.shift(2s);
  kept.pass(2h);
  EXPECT_EQ(kept.rtc.sets(), 4) << kept.notes;
  EXPECT_LE(magnitude(kept.rtc.ahead()), 4ms);
}

class KeepsLocalTime : public testing::Test {
 protected:
  fakes::TimeZone zone_{"CET-1CEST,M3.5.0,M10.5.0/3"};
};

// In September it is two hours ahead of UTC.
TEST_F(KeepsLocalTime, IsReadAndWrittenAsSuch) {
  Kept kept{fakes::kRtcPcf8523, ",local-time"};
  kept.rtc.shift(2h);
  kept.work();
  ASSERT_TRUE(kept.chip_time) << kept.trouble();
  EXPECT_LE(magnitude(kept.chip_time->offset.value), 2ms);
  kept.rtc.shift(3s);
  kept.is_verified = true;
  kept.pass(20min);
  EXPECT_LE(magnitude(kept.rtc.ahead() - 2h), 4ms) << kept.notes;
  EXPECT_EQ(kept.notes.find("UTC"), std::string::npos) << kept.notes;
}

// Nobody may have turned it since it was set, unless it was compared since clocks were turned.
TEST_F(KeepsLocalTime, TheTurnOfClocksIsInTheBoundUntilItWasComparedSince) {
  Kept kept{fakes::kRtcPcf8523, ",local-time,trust"};
  kept.rtc.shift(2h);
  kept.work();
  ASSERT_TRUE(kept.chip_time);
  EXPECT_GE(kept.chip_time->bound.value, 1h);
  kept.is_verified = true;
  kept.pass(3h);
  kept.is_verified = false;
  kept.chip_time.reset();
  kept.boot();
  kept.work();
  ASSERT_TRUE(kept.chip_time);
  EXPECT_LT(kept.chip_time->bound.value, 1min);
}

// On 2026-10-25 the hour from 02:00 to 03:00 comes twice.
TEST_F(KeepsLocalTime, AnHourThatComesTwiceIsNotBelievedUnlessTheTimeIsKnown) {
  constexpr nanoseconds kHalfPastTwo = 1'792'888'200s;  // 2026-10-25T00:30:00Z
  Kept kept{fakes::kRtcPcf8523, ",local-time"};
  kept.rtc.shift(2h);
  kept.clocks.now = kHalfPastTwo;
  kept.work();
  EXPECT_FALSE(kept.chip_time);
  EXPECT_NE(kept.trouble().find("comes twice"), std::string::npos) << kept.trouble();
  kept.is_verified = true;
  kept.pass(10min);
  EXPECT_TRUE(kept.chip_time);
  EXPECT_EQ(kept.trouble(), "");
  EXPECT_EQ(kept.rtc.sets(), 0) << kept.notes;
}

TEST_F(KeepsLocalTime, ThoughItIsToKeepUtcIsNamedBeforeItIsOverwritten) {
  Kept kept{fakes::kRtcPcf8523};
  kept.rtc.shift(2h + 1s);
  kept.is_verified = true;
  kept.work();
  EXPECT_NE(kept.notes.find("UTC+02:00: if it is to keep that, give --rtc the word local-time"),
            std::string::npos)
      << kept.notes;
  EXPECT_NE(kept.trouble().find("UTC+02:00"), std::string::npos);
  EXPECT_EQ(kept.rtc.sets(), 0);
  kept.pass(20min);
  EXPECT_LE(magnitude(kept.rtc.ahead()), 4ms) << kept.notes;
  EXPECT_EQ(kept.trouble(), "");
}

}  // namespace
}  // namespace isletime::sntpd::kernel_rtc_test
