// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/analysis/seeded_random.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::syncweb::exchange_test {
namespace {

using namespace std::chrono_literals;

constexpr Instant kHub{.mono = MonoTime{500s}, .wall = WallTime{1'800'000'000s}, .bound = 0ns};

// An exchange `after` kHub with a phone that is `off` ahead of the hub, whose paths take these times.
PhoneExchange exchange_of(std::uint32_t number, nanoseconds after, nanoseconds off, nanoseconds there,
                          nanoseconds back) {
  const Instant hub{kHub.mono + after, kHub.wall + after, 0ns};
  return {.number = number, .t1 = hub.wall + off - there, .t4 = hub.wall + off + back, .hub = hub};
}
Instant later(nanoseconds by) {
  return {kHub.mono + by, kHub.wall + by, 0ns};
}

TEST(Exchange, OffsetAndDelayAreThoseOfRfc5905) {
  // theta = ((t2 - t1) + (t3 - t4)) / 2 of the hub is minus ours; delta = (t4 - t1) - (t3 - t2).
  const PhoneExchange x = exchange_of(1, 0s, 3217ms, 11ms, 5ms);
  const auto phone = measure_phone({&x, 1}, 1ms);
  ASSERT_TRUE(phone);
  EXPECT_EQ(phone->delay.value, 16ms);
  const PhoneDifference difference = difference_at(*phone, kHub);
  EXPECT_EQ(difference.to_wall.value, 3217ms - 3ms) << "half of the paths' difference";
  EXPECT_EQ(difference.bound.value, 8ms + 1ms);
}

TEST(Exchange, TheLeastRoundTripIsKept) {
  const std::vector<PhoneExchange> all{exchange_of(1, 0s, 2s, 50ms, 5ms), exchange_of(2, 1s, 2s, 4ms, 4ms),
                                       exchange_of(3, 2s, 2s, 5ms, 80ms)};
  const auto phone = measure_phone(all, 1ms);
  ASSERT_TRUE(phone);
  EXPECT_EQ(phone->delay.value, 8ms);
  EXPECT_EQ(difference_at(*phone, later(2s)).to_wall.value, 2s);
}

TEST(Exchange, APhoneThatIsSetBetweenExchangesIsRefusedEitherWay) {
  for (const nanoseconds step : {200ms, -200ms}) {
    const std::vector<PhoneExchange> all{exchange_of(1, 0s, 2s, 20ms, 20ms),
                                         exchange_of(2, 1s, 2s + step, 20ms, 20ms)};
    const auto phone = measure_phone(all, 1ms);
    ASSERT_FALSE(phone);
    EXPECT_EQ(phone.error().name, "phone-stepped");
    EXPECT_NE(phone.error().message.find(step > 0ns ? "+0.200" : "-0.200"), std::string::npos)
        << phone.error().message;
  }
}

TEST(Exchange, OffsetsThatDifferByNoMoreThanTheirBoundsAgree) {
  // Half the round trips are 10 ms each, the resolutions 1 ms each, and both clocks may drift 1 ms in 1 s.
  const auto is_refused = [](nanoseconds step) {
    const std::vector<PhoneExchange> all{exchange_of(1, 0s, 0s, 10ms, 10ms),
                                         exchange_of(2, 1s, step, 10ms, 10ms)};
    return !measure_phone(all, 1ms);
  };
  EXPECT_FALSE(is_refused(23ms));
  EXPECT_TRUE(is_refused(23ms + 1us));
}

TEST(Exchange, AClockThatRunsBackwardsIsRefusedByTheExchangesNumber) {
  const PhoneExchange x = exchange_of(7, 0s, 2s, 10ms, -20ms);
  const auto phone = measure_phone({&x, 1}, 1ms);
  ASSERT_FALSE(phone);
  EXPECT_EQ(phone.error().name, "phone-backwards");
  EXPECT_NE(phone.error().message.find("exchange 7"), std::string::npos);
}

TEST(Exchange, OneThatSpansAHiddenPageIsLeftOut) {
  const std::vector<PhoneExchange> all{exchange_of(1, 0s, 2s, 1ms, 10s), exchange_of(2, 1s, 2s, 15ms, 15ms)};
  const auto phone = measure_phone(all, 1ms);
  ASSERT_TRUE(phone);
  EXPECT_EQ(phone->delay.value, 30ms);
  const auto alone = measure_phone({all.data(), 1}, 1ms);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().name, "too-slow");
}

TEST(Exchange, ResolutionIsNeverBetterThanPlausible) {
  PhoneExchange x = exchange_of(1, 0s, 1234567us, 5ms, 5ms);
  EXPECT_EQ(measure_phone({&x, 1}, 0ns)->bound.value, 5ms + 1ms);
  EXPECT_EQ(measure_phone({&x, 1}, 16ms)->bound.value, 5ms + 16ms);
  x.t1 = WallTime{1'800'000'000'100ms};
  x.t4 = WallTime{1'800'000'000'200ms};
  EXPECT_EQ(measure_phone({&x, 1}, 1ms)->bound.value, 50ms + 100ms)
      << "stamps of whole 100 ms belie a claim of 1 ms";
}

TEST(Exchange, AStepOfTheHubsOwnClockMeanwhileChangesNothing) {
  const PhoneExchange x = exchange_of(1, 0s, 2s, 5ms, 5ms);
  const auto phone = measure_phone({&x, 1}, 1ms);
  const Instant stepped{kHub.mono + 10s, kHub.wall + 10s - 24h * 365, 0ns};
  const PhoneDifference difference = difference_at(*phone, stepped);
  EXPECT_EQ(difference.to_wall.value, 2s + 24h * 365);
  EXPECT_EQ(difference.bound.value, 6ms + 10ms) << "two clocks slewed by 500 ppm drift apart by 10 ms";
}

TEST(Exchange, TheUncertaintyOfTheHubsOwnReadingsCounts) {
  PhoneExchange x = exchange_of(1, 0s, 2s, 5ms, 5ms);
  x.hub.bound = 300us;
  Instant now = kHub;
  now.bound = 200us;
  EXPECT_EQ(difference_at(*measure_phone({&x, 1}, 1ms), now).bound.value, 6ms + 500us);
}

TEST(Exchange, TheFirstAndTheLastTimeThatCanBeToldAreNoTrouble) {
  for (const WallTime extreme : {WallTime{}, WallTime::max() - 1s}) {
    PhoneExchange x = exchange_of(1, 0s, 0s, 0s, 0s);
    x.t1 = extreme;
    x.t4 = extreme + 4ms;
    const auto phone = measure_phone({&x, 1}, 1ms);
    ASSERT_TRUE(phone);
    EXPECT_EQ(difference_at(*phone, kHub).to_wall.value, elapsed(kHub.wall, extreme + 2ms));
    const std::vector<PhoneExchange> both{x, exchange_of(2, 1s, 0s, 1ms, 1ms)};
    EXPECT_EQ(measure_phone(both, 1ms).error().name, "phone-stepped");
  }
}

// Simulation: Wi-Fi's paths have 5 ms and an exponential rest with means of up to 45 ms, other in each
// direction. The phone's clock has steps of 1 ms and an error of rate.
TEST(ExchangeSimulation, TheBoundHoldsInEachOfAThousandRunsAndTheMedianErrorIsBelow10Milliseconds) {
  constexpr int kRuns = 1000;
  constexpr nanoseconds kOff = 3217ms;
  analysis::SeededRandom random{15};
  const auto path = [&random](double mean_ms) {
    return 5ms + nanoseconds{std::llround(random.exponential(mean_ms) * 1e6)};
  };
  std::vector<nanoseconds> errors;
  for (int run = 0; run < kRuns; ++run) {
    const double there_ms = 45 * random.uniform();
    const double back_ms = 45 * random.uniform();
    const double phones_rate = 1 + 50e-6 * random.normal();
    const nanoseconds phase{std::llround(1e6 * random.uniform())};
    const auto phone_reads = [&](nanoseconds after) {
      const auto at = kHub.wall + kOff + phase +
                      nanoseconds{std::llround(static_cast<double>(after.count()) * phones_rate)};
      return std::chrono::floor<std::chrono::milliseconds>(at);
    };
    std::vector<PhoneExchange> all;
    nanoseconds after = 0s;
    for (std::uint32_t n = 1; n <= 8; ++n) {
      const WallTime t1 = phone_reads(after);
      after += path(there_ms);
      const Instant hub = later(after);
      after += path(back_ms);
      all.push_back({.number = n, .t1 = t1, .t4 = phone_reads(after), .hub = hub});
      after += 50ms;
    }
    const auto phone = measure_phone(all, 1ms);
    ASSERT_TRUE(phone) << run << ": " << phone.error().message;
    const PhoneDifference difference = difference_at(*phone, later(after));
    const nanoseconds truth =
        kOff + phase + nanoseconds{std::llround(static_cast<double>(after.count()) * (phones_rate - 1))};
    const nanoseconds error = magnitude(difference.to_wall.value - truth);
    EXPECT_LE(error, difference.bound.value) << run;
    EXPECT_GE(difference.bound.value, difference.delay.value / 2) << run;
    errors.push_back(error);
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[kRuns / 2], 10ms);
  RecordProperty("median_us", static_cast<int>(errors[kRuns / 2] / 1us));
}

}  // namespace
}  // namespace isletime::syncweb::exchange_test
