// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/zone.hpp"

#include <chrono>
#include <cstdlib>

#include <gtest/gtest.h>

#include "libsync/core/rfc3339.hpp"
#include "tests/fakes/time_zone.hpp"

namespace isletime::syncweb::zone_test {
namespace {

using namespace std::chrono_literals;

WallTime at(const char* text) {
  return *parse_rfc3339(text);
}

TEST(Zone, OffsetsAreThoseOfTheMachinesTables) {
  const auto winter = local_offset("Europe/Berlin", at("2026-01-15T12:00:00Z"));
  ASSERT_TRUE(winter);
  EXPECT_EQ(winter->utc_offset, 1h);
  EXPECT_FALSE(winter->is_daylight);
  const auto summer = local_offset("Europe/Berlin", at("2026-07-15T12:00:00Z"));
  EXPECT_EQ(summer->utc_offset, 2h);
  EXPECT_TRUE(summer->is_daylight);
  EXPECT_EQ(local_offset("Asia/Kathmandu", at("2026-01-15T12:00:00Z"))->utc_offset, 5h + 45min);
  EXPECT_EQ(local_offset("Europe/Berlin", at("2060-07-15T12:00:00Z"))->utc_offset, 2h)
      << "also after the last change in the file, by its rule";
}

TEST(Zone, TheProcessesOwnZoneIsLeftAsItWas) {
  const fakes::TimeZone kathmandu{"Asia/Kathmandu"};
  ASSERT_TRUE(local_offset("Europe/Berlin", at("2026-01-15T12:00:00Z")));
  EXPECT_STREQ(std::getenv("TZ"), "Asia/Kathmandu");
}

TEST(Zone, NamesThatLeaveTheFolderOrAreNoZoneAreUnknown) {
  for (const char* name :
       {"", "/etc/passwd", "../../../etc/passwd", "Europe/", "Europe", "Europe//Berlin", "Europe/Atlantis",
        "zone.tab", "posix/Europe/Berlin", "right/Europe/Berlin", "localtime", "posixrules",
        "Europe/Berlin\n", ":Europe/Berlin", "CET-1CEST,M3.5.0"}) {
    EXPECT_FALSE(local_offset(name, at("2026-01-15T12:00:00Z"))) << name;
  }
  EXPECT_FALSE(is_zone_name(std::string(65, 'a')));
}

TEST(Zone, AClaimMustFitTheTablesAtThatTime) {
  const WallTime winter = at("2026-01-15T12:00:00Z");
  EXPECT_FALSE(find_zone_fault({"Europe/Berlin", 1h}, winter));
  EXPECT_EQ(find_zone_fault({"Europe/Berlin", 2h}, winter),
            "the phone is at UTC+02:00, but by the hub's tables Europe/Berlin is at UTC+01:00 then");
  EXPECT_EQ(find_zone_fault({"America/St_Johns", -4h}, winter),
            "the phone is at UTC-04:00, but by the hub's tables America/St_Johns is at UTC-03:30 then");
  EXPECT_EQ(find_zone_fault({"Europe/Atlantis", 1h}, winter),
            "the hub does not know the zone Europe/Atlantis");
}

TEST(Zone, BrowsersThatHideTheirZoneSayUtc) {
  EXPECT_TRUE(masks_zone("UTC"));
  EXPECT_TRUE(masks_zone("Atlantic/Reykjavik"));
  EXPECT_FALSE(masks_zone("Europe/London"));
}

}  // namespace
}  // namespace isletime::syncweb::zone_test
