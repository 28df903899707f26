// SPDX-License-Identifier: MIT
#include "libsync/policy/device_rtc.hpp"

#include <gtest/gtest.h>

#include "libsync/policy/device_rtc_rate.hpp"

namespace isletime {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'795'435'200s};
constexpr RtcTraits kTraits{.tolerance = Ppm::whole(80), .wander = Ppm::whole(50), .uncompared = {1h}};

RtcComparison comparison(nanoseconds at, std::int64_t slow_ppb, nanoseconds bound = 2ms) {
  return {kStart + at, {at / 1'000'000'000 * slow_ppb}, {bound}};
}

TEST(DeviceRtcRate, IsLearnedFromComparisonsAnHourApart) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, 20'000));
  rate.on_compared(comparison(10min, 20'000));
  EXPECT_FALSE(rate.learned());
  rate.on_compared(comparison(1h, 20'000));
  ASSERT_TRUE(rate.learned());
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, 20, 0.01);
  EXPECT_NEAR(static_cast<double>(rate.learned()->error.scaled) / 65536, 4e-3 / 3600 * 1e6, 0.01);
}

TEST(DeviceRtcRate, IsKeptWhenTheChipIsSet) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, -20'000));
  rate.on_compared(comparison(1h, -20'000));
  rate.on_set();
  rate.on_compared({kStart + 2h, {5s}, {2ms}});
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, -20, 0.01);
  rate.forget();
  EXPECT_FALSE(rate.learned());
}

TEST(DeviceRtcRate, IsNotTakenFromAChipThatSomebodyHasSet) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, 0));
  rate.on_compared({kStart + 1h, {1h}, {2ms}});
  rate.on_compared({kStart - 24h, {nanoseconds::min()}, {2ms}});
  rate.on_compared({kStart, {nanoseconds::max()}, {nanoseconds::max()}});
  EXPECT_FALSE(rate.learned());
}

TEST(DeviceRtcRate, FollowsTheSeasons) {
  DeviceRtcRate rate;
  nanoseconds offset{};
  for (int hour = 0; hour < 24 * 60; ++hour) {
    rate.on_compared({kStart + hour * 1h, {offset}, {2ms}});
    offset += hour < 24 * 30 ? 36ms : 72ms;  // 10 ppm, then 20 ppm
  }
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, 20, 0.1);
}

// A device whose clock may be verified, and a chip that is slow.
class Chip : public testing::Test {
 protected:
  RtcSighting sighting(nanoseconds at) const { return {kStart + at - drifted(at), MonoTime{at}, {2ms}}; }
  nanoseconds drifted(nanoseconds at) const { return at / 1'000'000'000 * slow_ppb_; }
  RtcTruth truth(nanoseconds at) const { return {kStart + at, {1ms}, true}; }
  std::optional<DeviceRtc::Claim> verified_read(nanoseconds at) {
    return rtc_.on_read(sighting(at), kTraits, truth(at), MonoTime{at});
  }
  std::optional<DeviceRtc::Claim> lone_read(nanoseconds at) {
    return rtc_.on_read(sighting(at), kTraits, {}, MonoTime{at});
  }
  std::int64_t slow_ppb_ = 20'000;
  DeviceRtc rtc_{MonoTime{}};
};

TEST_F(Chip, IsReadAtOnceAndThenChecked) {
  EXPECT_EQ(rtc_.next_job({}, MonoTime{}), DeviceRtcJob::kRead);
  lone_read(2s);
  EXPECT_EQ(rtc_.next_job({}, MonoTime{2s}), DeviceRtcJob::kCheck);
  rtc_.on_checked(MonoTime{2s}, false);
  EXPECT_FALSE(rtc_.next_job({}, MonoTime{3s}));
  EXPECT_GT(rtc_.next_wakeup({}), MonoTime{3s});
}

TEST_F(Chip, ThatWasNeverComparedHasTheBoundOfThat) {
  const auto claim = lone_read(2s);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->time, sighting(2s).chip);
  EXPECT_EQ(claim->bound.value, 1h + 2ms);
}

TEST_F(Chip, IsComparedAndNotClaimedWhileABetterSourceTellsTheTime) {
  EXPECT_FALSE(verified_read(2s));
  ASSERT_TRUE(rtc_.comparison());
  EXPECT_EQ(rtc_.comparison()->bound.value, 3ms);
}

TEST_F(Chip, IsWrittenOnceItIsOffByMoreThanTheErrors) {
  verified_read(2s);
  rtc_.on_checked(MonoTime{2s}, false);
  EXPECT_FALSE(rtc_.next_job(truth(3s), MonoTime{3s}));
  verified_read(1h);
  EXPECT_EQ(rtc_.next_job(truth(1h), MonoTime{1h}), DeviceRtcJob::kWrite);
  EXPECT_FALSE(rtc_.comparison());
}

TEST_F(Chip, IsNotWrittenIfTheClockIsNoLongerVerified) {
  verified_read(2s);
  verified_read(1h);
  const RtcTruth doubtful{kStart + 1h, {1ms}, false};
  EXPECT_NE(rtc_.next_job(doubtful, MonoTime{1h}), DeviceRtcJob::kWrite);
}

TEST_F(Chip, ThatDoesNotTakeTheTimeIsLeftAloneForAWhile) {
  rtc_.on_read_in_vain(truth(2s), MonoTime{2s});
  EXPECT_EQ(rtc_.next_job(truth(2s), MonoTime{2s}), DeviceRtcJob::kWrite);
  EXPECT_FALSE(rtc_.on_written({kStart, MonoTime{3s}, {2ms}}, truth(3s), MonoTime{3s}));
  rtc_.on_read_in_vain(truth(4s), MonoTime{4s});
  EXPECT_NE(rtc_.next_job(truth(4s), MonoTime{4s}), DeviceRtcJob::kWrite);
}

TEST_F(Chip, WhoseRateIsLearnedIsPredicted) {
  verified_read(2s);
  verified_read(10h);
  const auto claim = lone_read(20h);
  ASSERT_TRUE(claim);
  const nanoseconds error = claim->time - (kStart + 20h);
  EXPECT_LE(std::max(error, -error), 10ms);
  EXPECT_LE(std::max(error, -error), claim->bound.value);
  EXPECT_LE(claim->bound.value, drift(10h, Ppm::whole(51)));
  EXPECT_GE(claim->bound.value, drift(10h, kTraits.wander));
}

TEST_F(Chip, WhoseRateIsUnknownMayBeOffByItsWholeTolerance) {
  verified_read(2s);
  const auto claim = lone_read(10h);
  ASSERT_TRUE(claim);
  EXPECT_GE(claim->bound.value, drift(10h, kTraits.tolerance) - 1ms);
  EXPECT_LE(kStart + 10h - claim->time, claim->bound.value);
}

TEST_F(Chip, ThatJumpsLosesItsComparison) {
  verified_read(2s);
  lone_read(10min);
  EXPECT_EQ(
      rtc_.on_read({kStart + 10min + 70s, MonoTime{11min}, {2ms}}, kTraits, {}, MonoTime{11min})->bound.value,
      1h + 2ms);
}

TEST_F(Chip, ThatShowsATimeBeforeTheLastComparisonIsNotPredicted) {
  DeviceRtc restarted{MonoTime{}, RtcComparison{kStart + 24h, {1s}, {1ms}}};
  EXPECT_EQ(restarted.on_read(sighting(2s), kTraits, {}, MonoTime{2s})->bound.value, 1h + 2ms);
}

}  // namespace
}  // namespace isletime
