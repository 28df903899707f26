// SPDX-License-Identifier: MIT
// The whole sntpd with a battery clock, in its sandbox: chips that may be believed and chips that may not, a
// bus that hangs, and devices that are no clocks.
#include <csignal>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_rtc_test {
namespace {

using namespace std::chrono_literals;
using fakes::Finished;

constexpr const char* kWithModel = "../tests/sntpd_with_rtc_model";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

nanoseconds served_ahead(const Hub& hub) {
  return hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
}

TEST(SntpdRtc, AtTheStartTheClockIsSetByTheChip) {
  const UnsetHub hub({"--rtc", "/dev/ahead"}, kWithModel);
  ASSERT_TRUE(hub.is_serving());
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("source":"rtc:/dev/ahead")"}));
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("chip":"ds3231")"}));
  EXPECT_GT(served_ahead(hub), 7199s);
  EXPECT_LT(served_ahead(hub), 7201s);
  // A chip that was never compared may have been set two minutes off, and clients must be told so.
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kNone);
  EXPECT_GE(served.root_dispersion.to_nanoseconds(), 120s);
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("reliable":false)"}));
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {"--reliable-within"}));
}

TEST(SntpdRtc, AChipThatMayNotBeBelievedSetsNothingAndSaysWhy) {
  for (const auto& [device, why] : {std::pair{"/dev/lost", "it lost its power"},
                                    {"/dev/of2000", "it reads 2000-01-01T"},
                                    {"/dev/absent", "is it connected"}}) {
    UnsetHub hub({"--rtc", device}, kWithModel);
    ASSERT_TRUE(hub.is_serving());
    EXPECT_TRUE(hub.program().wait_for(why));
    EXPECT_TRUE(hub.comes_to_say({"--json", "sources"}, {why}));
    EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {why}));
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    EXPECT_LT(served_ahead(hub), 1s);
    EXPECT_GT(served_ahead(hub), -1s);
  }
}

TEST(SntpdRtc, AControlRegisterThatIsWrongIsRepairedAndCounted) {
  const Hub hub({"--rtc", "/dev/flipped"}, kWithModel);
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("repairs":1)"}));
  EXPECT_TRUE(has(hub.sntpctl({"status"}).out, "1 repairs"));
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "repaired"));
}

TEST(SntpdRtc, ABusThatHangsKeepsNobodyWaiting) {
  Hub hub({"--rtc", "/dev/hangs"}, kWithModel);
  ASSERT_TRUE(hub.is_serving());
  EXPECT_TRUE(hub.client().ask(fakes::query()));
  hub.program().send(SIGHUP);
  EXPECT_TRUE(hub.comes_to_say({"--json", "status"}, {"its bus hangs"}));
  EXPECT_TRUE(hub.program().wait_for("its bus hangs"));
  EXPECT_TRUE(hub.client().ask(fakes::query()));
  const MonoTime before = mono_now();
  hub.program().send(SIGTERM);
  EXPECT_EQ(hub.program().finish().status, 0);
  EXPECT_LT(elapsed(before, mono_now()), 10s);
}

TEST(SntpdRtc, ADeviceThatIsNotThereIsWaitedFor) {
  for (const char* device : {"/dev/i2c-99", "/dev/rtc99"}) {
    Hub hub({"--rtc", device});
    ASSERT_TRUE(hub.is_serving());
    EXPECT_TRUE(hub.program().wait_for(": there is no such device: connect it, or enable I2C\n"));
    EXPECT_TRUE(hub.client().ask(fakes::query()));
    EXPECT_TRUE(hub.comes_to_say({"--json", "sources"}, {"there is no such device"}));
    hub.program().send(SIGTERM);
    EXPECT_EQ(hub.program().finish().status, 0);
  }
}

TEST(SntpdRtc, WhatCanBeNoBatteryClockIsAnError) {
  for (const auto& [device, why] :
       {std::pair{"/dev/null", "--rtc /dev/null: it is neither an I2C bus nor a battery clock\n"},
        {"/", "--rtc /: it is neither an I2C bus nor a battery clock\n"},
        {"i2c-1", "expected a device such as /dev/i2c-1"},
        {"/dev/i2c-99,chip=x", "there is no chip \"x\": use one of ds3231"},
        {"/dev/rtc99,chip=ds3231", "the kernel knows the chip behind it"},
        {"/dev/i2c-99,address=0x80", "address takes a number from 0x08 to 0x77"}}) {
    Hub hub({"--rtc", device});
    const Finished finished = hub.program().finish();
    EXPECT_EQ(finished.status, 2) << device;
    EXPECT_TRUE(has(finished.err, why)) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  }
}

}  // namespace
}  // namespace isletime::sntpd_rtc_test
