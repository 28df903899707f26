// SPDX-License-Identifier: MIT
#include "libsync/policy/time_forms.hpp"

#include <string>

#include <gtest/gtest.h>

namespace isletime::time_forms_test {
namespace {

using namespace std::chrono_literals;

std::string time_and_date(const CivilTime& local) {
  std::array<char, kTimeFormSize> room{};
  TextWriter out{room};
  write_time_and_date(out, local);
  return std::string{out.view()};
}

// As in syncweb(8).
TEST(TimeForms, TheShelfClocksFormHasTimeWeekdayAndDate) {
  EXPECT_EQ(time_and_date({.date = {2026, 2, 3}, .hour = 4, .minute = 5, .second = 6, .nanosecond = 789}),
            "04:05:06, 02, 03-02-2026");
  EXPECT_EQ(time_and_date({.date = {2026, 2, 2}, .hour = 23, .minute = 59, .second = 59}),
            "23:59:59, 01, 02-02-2026");
  EXPECT_EQ(time_and_date({.date = {2028, 12, 31}}), "00:00:00, 07, 31-12-2028");
}

TEST(TimeForms, TheObjectIsThatOfSyncweb) {
  std::array<char, kTimeFormSize> room{};
  TextWriter out{room};
  const DeviceTime time{.time = WallTime{1770091506789012345ns},
                        .bound = {12'345'678ns},
                        .is_reliable = true,
                        .source = SourceKind::kNtp};
  write_time_object(out, time, 63s + 5ns, "ntp:192.0.2.7");
  EXPECT_EQ(out.view(),
            R"({"time":"2026-02-03T04:05:06.789012345Z","unix":1770091506.789012345,"reliable":true,)"
            R"("bound_s":0.012345678,"age_s":63.000000005,"source":"ntp:192.0.2.7","kind":"ntp"})");
}

TEST(TimeForms, TheLongestObjectFits) {
  std::array<char, kTimeFormSize> room{};
  TextWriter out{room};
  const DeviceTime time{.time = WallTime::min(),
                        .bound = {nanoseconds::max()},
                        .is_reliable = false,
                        .source = SourceKind::kPhoneOnAccessPoint};
  write_time_object(out, time, nanoseconds::min(), "phone-on-access-point");
  EXPECT_TRUE(out.is_whole());
}

}  // namespace
}  // namespace isletime::time_forms_test
