// SPDX-License-Identifier: MIT
#include "libsync/policy/device_rtc.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "libsync/policy/device_rtc_rate.hpp"

namespace isletime::device_rtc_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr WallTime kStart{1'795'435'200s};
constexpr RtcRateLimits kLimits{.tolerance = Ppm::whole(80), .wander = Ppm::whole(50)};
constexpr RtcTraits kTraits{.rate = kLimits, .uncompared = {1h}};

RtcComparison comparison(nanoseconds at, std::int64_t slow_ppb, nanoseconds bound = 2ms) {
  return {kStart + at, {at / 1'000'000'000 * slow_ppb}, {bound}};
}

TEST(DeviceRtcRate, IsLearnedFromComparisonsAnHourApart) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, 20'000), kLimits);
  rate.on_compared(comparison(10min, 20'000), kLimits);
  EXPECT_FALSE(rate.learned());
  rate.on_compared(comparison(1h, 20'000), kLimits);
  ASSERT_TRUE(rate.learned());
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, 20, 0.01);
  EXPECT_NEAR(static_cast<double>(rate.learned()->error.scaled) / 65536, 4e-3 / 3600 * 1e6, 0.01);
}

TEST(DeviceRtcRate, IsKeptWhenTheChipIsSet) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, -20'000), kLimits);
  rate.on_compared(comparison(1h, -20'000), kLimits);
  rate.on_set();
  rate.on_compared({kStart + 2h, {5s}, {2ms}}, kLimits);
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, -20, 0.01);
  rate.forget();
  EXPECT_FALSE(rate.learned());
}

TEST(DeviceRtcRate, IsNotTakenFromAChipThatSomebodyHasSet) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, 0), kLimits);
  rate.on_compared({kStart + 1h, {1h}, {2ms}}, kLimits);
  rate.on_compared({kStart - 24h, {nanoseconds::min()}, {2ms}}, kLimits);
  rate.on_compared({kStart, {nanoseconds::max()}, {nanoseconds::max()}}, kLimits);
  EXPECT_FALSE(rate.learned());
}

TEST(DeviceRtcRate, FollowsTheSeasons) {
  DeviceRtcRate rate;
  nanoseconds offset{};
  for (int hour = 0; hour < 24 * 60; ++hour) {
    rate.on_compared({kStart + hour * 1h, {offset}, {2ms}}, kLimits);
    offset += hour < 24 * 30 ? 36ms : 72ms;  // 10 ppm, then 20 ppm
  }
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, 20, 0.1);
}

TEST(DeviceRtcRate, ThatIsKnownWellIsNotReplacedByOneThatIsKnownWorse) {
  DeviceRtcRate rate{RtcRate{Ppm::whole(20), {3'000}}};
  rate.on_compared(comparison(0s, 25'000, 20ms), kLimits);
  rate.on_compared(comparison(1h, 25'000, 20ms), kLimits);
  EXPECT_EQ(rate.learned()->rate, Ppm::whole(20));
  rate.on_compared(comparison(12h, 25'000), kLimits);
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, 25, 0.6);
}

TEST(DeviceRtcRate, OfAnotherOscillatorIsReplacedAtOnce) {
  DeviceRtcRate rate{RtcRate{Ppm::whole(20), {3'000}}};
  rate.on_compared(comparison(0s, -60'000, 20ms), kLimits);
  rate.on_compared(comparison(1h, -60'000, 20ms), kLimits);
  EXPECT_NEAR(static_cast<double>(rate.learned()->rate.scaled) / 65536, -60, 0.1);
}

TEST(DeviceRtcRate, IsBetterThanTheToleranceOnBothSides) {
  EXPECT_EQ(DeviceRtcRate{}.possible(kLimits).error, kLimits.tolerance);
  const auto possible = [](int rate, int error) {
    return DeviceRtcRate{RtcRate{Ppm::whole(rate), Ppm::whole(error)}}.possible(kLimits);
  };
  EXPECT_EQ(possible(40, 1).rate, Ppm{(80 - 11) * 65536 / 2});  // from -11 to 80 ppm
  EXPECT_EQ(possible(10, 1).rate, Ppm::whole(10));
  EXPECT_EQ(possible(10, 1).error, Ppm::whole(51));
  EXPECT_LE(possible(0, 1000).error, kLimits.tolerance);
  EXPECT_EQ(possible(500, 1).error, kLimits.tolerance) << "no such chip learned that";
}

TEST(DeviceRtcRate, ABetterBeginningIsWorthMoreThanTheTimeSinceAWorseOne) {
  DeviceRtcRate rate;
  rate.on_compared(comparison(0s, 20'000, 1s), kLimits);
  rate.on_compared(comparison(10min, 20'000), kLimits);
  rate.on_compared(comparison(1h, 20'000), kLimits);
  ASSERT_TRUE(rate.learned());
  EXPECT_LE(rate.learned()->error, Ppm::whole(2));
}

// A device whose clock may be verified, and a chip that is slow.
class Chip : public testing::Test {
 protected:
  RtcSighting sighting(nanoseconds at) const { return {kStart + at - drifted(at), MonoTime{at}, {2ms}}; }
  nanoseconds drifted(nanoseconds at) const { return at / 1'000'000'000 * slow_ppb_; }
  RtcTruth truth(nanoseconds at) const { return {kStart + at, {1ms}, true}; }
  std::optional<DeviceRtc::ChipTime> verified_read(nanoseconds at) {
    return rtc_.on_read(sighting(at), kTraits, truth(at), MonoTime{at});
  }
  std::optional<DeviceRtc::ChipTime> lone_read(nanoseconds at) {
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
  const auto chip_time = lone_read(2s);
  ASSERT_TRUE(chip_time);
  EXPECT_EQ(chip_time->time, sighting(2s).chip);
  EXPECT_EQ(chip_time->bound.value, 1h + 2ms);
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

TEST_F(Chip, WhoseRateIsStoredIsNotWrittenWhileItIsWhereItIsPredicted) {
  RtcTraits stored = kTraits;
  stored.is_stored = true;
  verified_read(2s);
  verified_read(1h);  // The rate is learned, but the chip's drift was not predicted.
  ASSERT_TRUE(rtc_.rate());
  for (const nanoseconds at : {2h, 3h, 24h, 48h}) {
    rtc_.on_read(sighting(at), stored, truth(at), MonoTime{at});
    EXPECT_NE(rtc_.next_job(truth(at), MonoTime{at}), DeviceRtcJob::kWrite) << at.count();
  }
  // It is a minute off after 35 days.
  constexpr nanoseconds kLater = 36 * 24h;
  rtc_.on_read(sighting(kLater), stored, truth(kLater), MonoTime{kLater});
  EXPECT_EQ(rtc_.next_job(truth(kLater), MonoTime{kLater}), DeviceRtcJob::kWrite);
}

TEST_F(Chip, ThatIsNotWhereItIsPredictedIsWritten) {
  RtcTraits stored = kTraits;
  stored.is_stored = true;
  verified_read(2s);
  verified_read(1h);
  slow_ppb_ = 90'000;
  rtc_.on_read(sighting(2h), stored, truth(2h), MonoTime{2h});
  EXPECT_EQ(rtc_.next_job(truth(2h), MonoTime{2h}), DeviceRtcJob::kWrite);
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
  EXPECT_FALSE(rtc_.on_written({kStart, MonoTime{3s}, {2ms}}, kTraits, truth(3s), MonoTime{3s}));
  rtc_.on_read_in_vain(truth(4s), MonoTime{4s});
  EXPECT_NE(rtc_.next_job(truth(4s), MonoTime{4s}), DeviceRtcJob::kWrite);
}

TEST_F(Chip, WhoseRateIsLearnedIsPredicted) {
  verified_read(2s);
  verified_read(10h);
  const auto chip_time = lone_read(20h);
  ASSERT_TRUE(chip_time);
  const nanoseconds error = chip_time->time - (kStart + 20h);
  EXPECT_LE(std::max(error, -error), 10ms);
  EXPECT_LE(std::max(error, -error), chip_time->bound.value);
  EXPECT_LE(chip_time->bound.value, drift(10h, Ppm::whole(51)));
  EXPECT_GE(chip_time->bound.value, drift(10h, kLimits.wander));
}

TEST_F(Chip, WhoseRateIsUnknownMayBeOffByItsWholeTolerance) {
  verified_read(2s);
  const auto chip_time = lone_read(10h);
  ASSERT_TRUE(chip_time);
  EXPECT_GE(chip_time->bound.value, drift(10h, kLimits.tolerance) - 1ms);
  EXPECT_LE(kStart + 10h - chip_time->time, chip_time->bound.value);
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

// A chip whose rate is anywhere within 50 ppm, which are within its tolerance, read and compared at random
// times by a device that is restarted now and then and whose clock is as wrong as it says.
class Play {
 public:
  explicit Play(unsigned seed) : random_(seed) {
    middle_ppb_ = uniform(-55'000, 55'000);
    ahead_ = nanoseconds{uniform(-1'800'000'000'000, 1'800'000'000'000)};
  }

  void pass() {
    const nanoseconds time =
        seconds{60} * (std::int64_t{1} << uniform(0, 15)) + nanoseconds{uniform(0, 1'000'000'000)};
    now_ += time;
    ahead_ -= time / 1'000'000'000 * (middle_ppb_ + uniform(-25'000, 25'000));
    if (uniform(0, 3) == 0) rtc_ = DeviceRtc{MonoTime{now_}, rtc_.comparison(), rtc_.rate()};
    // Whoever sets it sets it by much.
    if (uniform(0, 15) == 0) {
      ahead_ = nanoseconds{uniform(-3'000'000'000'000, 3'000'000'000'000)};
      rtc_ = DeviceRtc{MonoTime{now_}};
    }
  }

  void read() {
    const MonoTime now{now_};
    const RtcTruth truth = verified();
    if (uniform(0, 1) == 0) {
      check(*rtc_.on_read(sighting(), kTraits, {}, now));
    } else if (rtc_.on_read(sighting(), kTraits, truth, now);
               rtc_.next_job(truth, now) == DeviceRtcJob::kWrite) {
      ahead_ = nanoseconds{uniform(-10'000'000, 10'000'000)};
      now_ += 2s;
      rtc_.on_written(sighting(), kTraits, verified(), MonoTime{now_});
    }
  }

 private:
  std::int64_t uniform(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{least, most}(random_);
  }
  // The chip shows its second when the device believes it to begin, to within the bound.
  RtcSighting sighting() {
    const nanoseconds bound = milliseconds{uniform(0, 1) == 0 ? 2 : 1000};
    const nanoseconds error{uniform(-bound.count(), bound.count())};
    return {kStart + now_ + ahead_ + error, MonoTime{now_}, {bound}};
  }
  RtcTruth verified() {
    const nanoseconds bound = milliseconds{std::int64_t{1} << uniform(0, 13)};
    const nanoseconds error{uniform(-bound.count(), bound.count())};
    return {kStart + now_ + error, {bound}, true};
  }
  void check(const DeviceRtc::ChipTime& chip_time) const {
    const nanoseconds error = chip_time.time - (kStart + now_);
    EXPECT_LE(std::max(error, -error), chip_time.bound.value);
  }

  std::mt19937_64 random_;
  std::int64_t middle_ppb_;
  nanoseconds now_{};
  nanoseconds ahead_;
  DeviceRtc rtc_{MonoTime{}};
};

TEST(DeviceRtcClaim, IsAsNearToTheTruthAsItSaysWhateverCameBefore) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    Play play{seed};
    for (int step = 0; step < 60; ++step) {
      play.pass();
      play.read();
    }
  }
}

}  // namespace
}  // namespace isletime::device_rtc_test
