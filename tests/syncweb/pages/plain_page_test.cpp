// SPDX-License-Identifier: MIT
#include "tools/syncweb/pages/plain_page.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/hub_lines.hpp"

namespace isletime::syncweb::plain_page_test {
namespace {

using namespace std::chrono_literals;

TEST(PlainWords, RoundsBoundsUp) {
  EXPECT_EQ(bound_words(11'010us), "12 ms");
  EXPECT_EQ(bound_words(1'210us), "1.3 ms");
  EXPECT_EQ(bound_words(1'210ms), "1.3 s");
  EXPECT_EQ(bound_words(12s + 1ns), "13 s");
  EXPECT_EQ(bound_words(121s), "3 min");
  EXPECT_EQ(bound_words(101min), "2 h");
  EXPECT_EQ(bound_words(49h), "3 days");
}

TEST(PlainWords, SaysAgesInWords) {
  EXPECT_EQ(age_words(2s), "just now");
  EXPECT_EQ(age_words(35s), "35 s ago");
  EXPECT_EQ(age_words(5min + 20s), "5 min ago");
}

class PlainPage : public testing::Test {
 protected:
  Response get(std::vector<Field> query = {}) {
    Request request;
    request.path = "/plain";
    request.query = std::move(query);
    return std::get<Response>(answer_plain_page(site_, request, after(0s)));
  }

  bool says(std::string_view part) { return get().body.find(part) != std::string::npos; }

  Options options_;
  Site site_{options_};
};

TEST_F(PlainPage, SaysThatNothingIsKnownWithoutSntpd) {
  EXPECT_TRUE(says("The time service does not run"));
  EXPECT_FALSE(says("class=\"clock\"")) << "a time that nobody vouches for";
}

TEST_F(PlainPage, ShowsTheTimeAndItsBoundOfASynchronisedHub) {
  ASSERT_TRUE(site_.hub.on_line(status_line({.bound = 11'800us}), after(0s), site_.events));
  EXPECT_TRUE(says("<p class=\"clock\">04:05:06</p>"));
  EXPECT_TRUE(says("Right to within 12 ms. Set just now by the time server 192.0.2.1."));
}

TEST_F(PlainPage, ShowsNoTimeOfAnUnsynchronisedHub) {
  ASSERT_TRUE(site_.hub.on_line(status_line({.is_synchronised = false}), after(0s), site_.events));
  EXPECT_TRUE(says("Not set"));
  EXPECT_FALSE(says("class=\"clock\""));
}

TEST_F(PlainPage, EscapesWhatSntpdSays) {
  const char* line =
      R"({"reply":"activity","lines":[{"event":"x","time":"<i>","text":"<script>alert(1)</script>"}]})";
  ASSERT_TRUE(site_.hub.on_line(line, after(0s), site_.events));
  EXPECT_TRUE(says("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_FALSE(says("<script>"));
  EXPECT_FALSE(says("<i>"));
}

TEST_F(PlainPage, LoadsItselfAgainUnlessToldNotTo) {
  const auto has_refresh = [](const Response& response) {
    for (const Field& field : response.headers) {
      if (field.name == "Refresh") return field.value == "10";
    }
    return false;
  };
  EXPECT_TRUE(has_refresh(get()));
  EXPECT_FALSE(has_refresh(get({{"still", ""}})));
}

TEST_F(PlainPage, AsksForThePinWhereThereIsOne) {
  EXPECT_FALSE(says("action=\"/login\""));
  options_.pin_file = "/etc/isletime/pin";
  EXPECT_TRUE(says("<form method=\"post\" action=\"/login\">"));
}

}  // namespace
}  // namespace isletime::syncweb::plain_page_test
