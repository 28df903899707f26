// SPDX-License-Identifier: MIT
#include "tools/sntpd/rtc_option.hpp"

#include <gtest/gtest.h>

#include "tools/sntpd/keeping/rtc_device.hpp"

namespace isletime::sntpd::rtc_option_test {
namespace {

std::string fault_of(const std::string& text) {
  const auto rtc = parse_rtc_option(text);
  return rtc ? "" : rtc.error();
}

TEST(RtcOption, ABusAloneLeavesTheChipToBeDetected) {
  const auto rtc = parse_rtc_option("/dev/i2c-1");
  ASSERT_TRUE(rtc);
  EXPECT_EQ(rtc->device, "/dev/i2c-1");
  EXPECT_FALSE(rtc->chip);
  EXPECT_FALSE(rtc->address);
  EXPECT_FALSE(rtc->is_of_the_kernel());
  EXPECT_EQ(source_name(*rtc), "rtc:/dev/i2c-1");
}

TEST(RtcOption, TakesAChipAndAnAddress) {
  const auto rtc = parse_rtc_option("/dev/i2c-1,chip=ds3231,address=0x68");
  ASSERT_TRUE(rtc);
  EXPECT_EQ(rtc->chip, ChipModel::kDs3231);
  EXPECT_EQ(rtc->address, 0x68);
  EXPECT_EQ(parse_rtc_option("/dev/i2c-1,address=104")->address, 0x68);
}

TEST(RtcOption, TheSourceIsNamedByTheChipsAddress) {
  EXPECT_EQ(source_name(*parse_rtc_option("/dev/i2c-1,chip=pcf8563")), "rtc:/dev/i2c-1@0x51");
}

TEST(RtcOption, AClockOfTheKernelsIsKnownByItsName) {
  EXPECT_TRUE(parse_rtc_option("/dev/rtc0")->is_of_the_kernel());
  EXPECT_EQ(fault_of("/dev/rtc0,chip=ds3231"),
            "the kernel knows the chip behind it: leave chip and address out");
}

TEST(RtcOption, AnyClockMayBeTrusted) {
  EXPECT_FALSE(parse_rtc_option("/dev/rtc0")->is_trusted);
  EXPECT_TRUE(parse_rtc_option("/dev/rtc0,trust")->is_trusted);
  EXPECT_TRUE(parse_rtc_option("/dev/i2c-1,trust,chip=ds3231")->is_trusted);
  EXPECT_NE(fault_of("/dev/rtc0,trust=no"), "");
}

TEST(RtcOption, AnyClockMayKeepLocalTime) {
  EXPECT_FALSE(parse_rtc_option("/dev/rtc0,trust")->keeps_local_time);
  EXPECT_TRUE(parse_rtc_option("/dev/rtc0,local-time")->keeps_local_time);
  EXPECT_TRUE(parse_rtc_option("/dev/i2c-1,chip=ds3231,local-time")->keeps_local_time);
}

TEST(RtcOption, NamesTheWordThatIsWrong) {
  EXPECT_EQ(fault_of(""), "expected a device such as /dev/i2c-1");
  EXPECT_EQ(fault_of("i2c-1"), "expected a device such as /dev/i2c-1");
  EXPECT_EQ(fault_of("/dev/i2c-1,chip"), fault_of("/dev/i2c-1,chip="));
  EXPECT_NE(fault_of("/dev/i2c-1,chip=ds9999").find("there is no chip \"ds9999\": use one of ds3231"),
            std::string::npos);
  EXPECT_EQ(fault_of("/dev/i2c-1,"), "there is no \"\": use chip, address, local-time or trust");
  EXPECT_EQ(fault_of("/dev/i2c-1,speed=400"),
            "there is no \"speed=400\": use chip, address, local-time or trust");
}

TEST(RtcOption, AnAddressIsOneThatChipsMayHave) {
  const std::string fault = "address takes a number from 0x08 to 0x77";
  for (const char* address : {"", "0x", "7", "0x78", "-1", "0x68x", "99999999999"}) {
    EXPECT_EQ(fault_of(std::string{"/dev/i2c-1,address="} + address), fault) << address;
  }
}

}  // namespace
}  // namespace isletime::sntpd::rtc_option_test
