// SPDX-License-Identifier: MIT
// Samples that were taken some time ago, most of them while the clock is slewed.
#include <gtest/gtest.h>

#include "libsync/hub/hub.hpp"

namespace isletime::hub_mid_slew_test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBuild{1'770'000'000s};
constexpr WallTime kStart = kBuild + 24h;

// Applies the hub's corrections, as a kernel would, to a clock with an exact oscillator.
class HubMidSlew : public ::testing::Test {
 protected:
  HubMidSlew() { hub_.take_clock(0.0, now_); }

  static HubConfig config() {
    HubConfig config{.precision = -20, .made = kBuild, .latest = kBuild + 200'000h};
    config.limits.step.threshold.reset();
    return config;
  }

  void execute() {
    while (const auto next = hub_.take_action()) {
      const auto* steer = std::get_if<action::Steer>(&*next);
      if (steer == nullptr) continue;
      rate_ = steer->rate;
      hub_.on_steered({.at = now_.wall, .rate = rate_}, now_);
    }
  }

  // Lets this much true time pass.
  void pass(nanoseconds time) {
    const nanoseconds shown = time + rounded(Seconds{time} * rate_);
    now_.mono += shown;
    now_.wall += shown;
    truth_ += time;
    hub_.notice({.instant = now_});
    hub_.tick(now_);
    execute();
  }

  SampleRecord taken(const std::string& source, nanoseconds offset, nanoseconds uncertainty) const {
    SampleRecord sample;
    sample.time = now_.wall;
    sample.source = source;
    sample.offset = offset;
    sample.uncertainty = uncertainty;
    return sample;
  }

  void feed(const SampleRecord& sample) {
    hub_.feed(sample, false, now_);
    execute();
  }

  nanoseconds error() const { return magnitude(elapsed(truth_, now_.wall)); }

  nanoseconds root_distance() const {
    const ServerState state = hub_.served(now_.wall).state;
    return state.root_delay.value / 2 + root_dispersion_at(state, now_.wall).value;
  }

  WallTime truth_ = kStart;
  Instant now_{MonoTime{10s}, kStart, 0ns};
  double rate_ = 0.0;
  Hub hub_{config(), std::nullopt, {.instant = now_}};
};

TEST_F(HubMidSlew, ASampleThatAgreedBeforeTheSlewIsNoAgreementWithTheClockThatItHasMovedSince) {
  const SampleRecord phone = taken("phone:192.0.2.1", 0ms, 10ms);
  feed(taken("rtc:other", 2s, 3s));
  pass(20s);
  ASSERT_GT(error(), 500ms);
  feed(phone);
  EXPECT_GE(root_distance(), error());
}

TEST_F(HubMidSlew, TheSlewIsNoFrequencyOfANewSource) {
  feed(taken("rtc:other", 100s, 150s));
  const SampleRecord phone = taken("phone:192.0.2.1", 0s, 1ms);
  pass(20s);
  ASSERT_GT(error(), 1s);
  feed(phone);
  EXPECT_TRUE(hub_.reply().is_accepted);
  EXPECT_GE(root_distance(), error());
}

TEST_F(HubMidSlew, WhoeverAgreesIsNotTakenToAgreeWithWhatIsLeftOfTheSlew) {
  feed(taken("rtc:other", 2s, 3s));
  pass(4s);
  feed(taken("phone:192.0.2.1", elapsed(now_.wall, truth_), 1ms));
  ASSERT_EQ(hub_.reply().name, "agree");
  for (int i = 0; i < 300; ++i) pass(100ms);
  EXPECT_GE(root_distance(), error());
}

TEST_F(HubMidSlew, WhatIsLeftIsWhatTheSlewAddsUntilItsEnd) {
  feed(taken("phone:192.0.2.1", 5s, 10ms));
  pass(4s);
  const auto left = hub_.status(now_).offset;
  ASSERT_TRUE(left);
  EXPECT_NEAR(Seconds{left->value}.count(), 5.0 - 4.0 * rate_, 1e-6);
}

TEST_F(HubMidSlew, AClockThatIsSetByAnEstimateIsAsFarOffAsTheEstimateIsFromTheClaim) {
  feed(taken("rtc:other", 862ms, 3s));
  pass(10s);
  feed(taken("rtc:other", 3s, 1us));
  EXPECT_GE(root_distance(), 3s - 1us);
}

TEST_F(HubMidSlew, ASampleAgesByWhatTheClockMayHaveDrifted) {
  hub_.set_rate_error(Ppm::whole(100), now_);
  const SampleRecord phone = taken("phone:192.0.2.1", 0ms, 1ms);
  pass(50s);
  feed(phone);
  EXPECT_GE(root_distance(), 6ms);
}

}  // namespace
}  // namespace isletime::hub_mid_slew_test
