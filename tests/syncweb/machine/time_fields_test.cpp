// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/time_fields.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::time_fields_test {
namespace {

using namespace std::chrono_literals;

std::string field(const Response& response, std::string_view name) {
  for (const Field& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "(none)";
}

// RFC 9110, section 5.6.7, has the first; the others are by date(1).
TEST(TimeFields, DatesAreThoseOfTheRfc) {
  EXPECT_EQ(imf_fixdate(WallTime{784'111'777s}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(imf_fixdate(WallTime{1'709'164'800s}), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(imf_fixdate(WallTime{1'798'761'599s}), "Thu, 31 Dec 2026 23:59:59 GMT");
  EXPECT_EQ(imf_fixdate(WallTime{4'133'980'800s}), "Sat, 01 Jan 2101 00:00:00 GMT") << "past 2038";
}

TEST(TimeFields, ASecondIsNotRoundedUp) {
  EXPECT_EQ(imf_fixdate(WallTime{784'111'777s + 999'999'999ns}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(TimeFields, SayWhetherTheTimeIsReliableAndWithinWhatBound) {
  Response response;
  add_time_fields(response, {.time = WallTime{784'111'777s},
                             .is_synchronised = true,
                             .is_reliable = true,
                             .bound = Dispersion{2ms}});
  EXPECT_EQ(field(response, "Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(field(response, "X-Isletime-Reliable"), "true");
  EXPECT_EQ(field(response, "X-Isletime-Bound"), "0.002000000");
  Response doubtful;
  add_time_fields(doubtful, {.time = WallTime{784'111'777s}, .is_synchronised = true});
  EXPECT_EQ(field(doubtful, "X-Isletime-Reliable"), "false");
  EXPECT_EQ(field(doubtful, "X-Isletime-Bound"), "(none)");
}

// RFC 9110, section 6.6.1: an origin server without a clock must not send a Date.
TEST(TimeFields, AnUnsynchronisedHubSendsNone) {
  Response response;
  add_time_fields(response, {.time = WallTime{784'111'777s}});
  EXPECT_TRUE(response.headers.empty());
}

}  // namespace
}  // namespace isletime::syncweb::time_fields_test
