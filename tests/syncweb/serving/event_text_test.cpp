// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/event_text.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::event_text_test {
namespace {

// HTML Living Standard, section 9.2.6: fields are lines, and an empty line ends an event.
TEST(EventText, IsLinesOfFieldsUpToAnEmptyLine) {
  const WebEvent event{17, "press", R"({"id":3})"};
  EXPECT_EQ(event_head(event) + event.json + std::string{kEndOfEvent},
            "id: 17\nevent: press\ndata: {\"id\":3}\n\n");
}

TEST(EventText, GreetingAndHeartbeatHaveNoId) {
  EXPECT_EQ(hello_text("8f3c", 41), "retry: 2000\nevent: hello\ndata: {\"run\":\"8f3c\",\"last\":41}\n\n");
  EXPECT_EQ(heartbeat_text(41), "event: beat\ndata: {\"last\":41}\n\n");
}

}  // namespace
}  // namespace isletime::syncweb::event_text_test
