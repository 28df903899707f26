// SPDX-License-Identifier: MIT
#include "firmware/apps/button/press_message.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace isletime::firmware::press_message_test {
namespace {

using namespace std::chrono_literals;

// The form is that of syncweb(8).
TEST(PressMessage, HasTheFieldsThatSyncwebTakes) {
  const Press press{.number = 17,
                    .stamp = {.time = WallTime{1'770'091'506'789'000'001ns},
                              .bound = {1'200'000ns},
                              .is_reliable = true,
                              .source = SourceKind::kNtp}};
  EXPECT_EQ((PressMessage{"button-3f2a01", 0x8f3c, press}.text()),
            R"({"sender":"button-3f2a01","boot":"0000000000008f3c","number":17,)"
            R"("time":"2026-02-03T04:05:06.789000001Z","uncertainty_s":0.001200000,"reliable":true})");
}

TEST(PressMessage, HasRoomForTheLargestValues) {
  const Press press{.number = 0xffff'ffff,
                    .stamp = {.time = WallTime::max(),
                              .bound = {nanoseconds::max()},
                              .is_reliable = false,
                              .source = SourceKind::kFreeRun}};
  const PressMessage message{
      std::string_view{"123456789012345678901234567890123456789012345678901234567890123"}, ~std::uint64_t{0},
      press};
  EXPECT_EQ(message.text().substr(message.text().size() - 7), ":false}");
  EXPECT_EQ(message.text().front(), '{');
}

}  // namespace
}  // namespace isletime::firmware::press_message_test
