// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/phone/phone_world.hpp"
#include "tools/syncweb/phone/settings_json.hpp"

namespace isletime::syncweb::zone_and_place_test {
namespace {

// Of zones without daylight saving, so that the season of the test does not matter.
const std::string kTokyo = R"(,"zone":"Asia/Tokyo","utc_offset_s":32400,"dst":false)";
const std::string kKathmandu = R"(,"zone":"Asia/Kathmandu","utc_offset_s":20700,"dst":false)";
const std::string kMasked = R"(,"zone":"UTC","utc_offset_s":0,"dst":false)";
const std::string kBerlin = R"({"latitude":52.5163,"longitude":13.3777,"accuracy_m":12.5})";

std::string known_zone(const PhoneWorld& world) {
  const auto& zone = world.web.site.settings.zone();
  return zone ? zone->zone.name : "";
}

TEST(ZoneOfPhones, ComesWithEachSyncAlsoIfNothingHadToBeSet) {
  PhoneWorld world;
  world.sync({}, "page", kTokyo);
  EXPECT_EQ(known_zone(world), "Asia/Tokyo");
  EXPECT_TRUE(world.web.site.settings.zone()->at.is_reliable) << "the clock was just set";
  const Told agrees = world.sync({}, "page", kKathmandu);
  EXPECT_EQ(agrees.name, "agree") << "nothing had to be set";
  EXPECT_EQ(agrees.text("zone"), "Asia/Kathmandu");
  world.is_sntpd_silent = true;
  EXPECT_EQ(world.sync({}, "page", kTokyo).text("zone"), "Asia/Tokyo");
}

TEST(ZoneOfPhones, OfAPhoneWhoseTimeIsRefusedIsNotTakenUnlessAPersonTellsIt) {
  PhoneWorld world;
  world.play.add_server();
  world.pass(10min);
  const Told right = world.sync({.off = 300ms}, "page", kTokyo);
  ASSERT_EQ(right.name, "outranked");
  EXPECT_EQ(right.text("zone"), "Asia/Tokyo") << "the hub's clock agrees with it";
  const PhoneAtTest wrong{.address = "192.168.4.18", .off = 23s};
  const Told refused = world.sync(wrong, "page", kKathmandu);
  ASSERT_EQ(refused.name, "outranked");
  EXPECT_EQ(refused.text("zone"), "Asia/Tokyo");
  EXPECT_EQ(refused.text("zone_message"),
            "the hub does not take Asia/Kathmandu from a phone whose time it refuses");
  EXPECT_EQ(world.sync(wrong, "page", kTokyo).text("zone_message"), "") << "nothing would change";
  EXPECT_EQ(world.sync(wrong, "hand", kKathmandu).text("zone"), "Asia/Kathmandu");
}

TEST(ZoneOfPhones, OfAPhoneThatNobodyJudgesIsNotTaken) {
  PhoneWorld world;
  world.is_sntpd_silent = true;
  EXPECT_EQ(world.sync({}, "page", kTokyo).name, "no-hub");
  EXPECT_EQ(known_zone(world), "");
}

TEST(ZoneOfPhones, LookingTellsNone) {
  PhoneWorld world;
  world.sync({}, "look", kTokyo);
  EXPECT_EQ(known_zone(world), "");
}

TEST(ZoneOfPhones, WhatDoesNotFitTheTablesIsNamedAndNotTakenButTheTimeIs) {
  PhoneWorld world;
  const Told told = world.sync({}, "page", R"(,"zone":"Asia/Tokyo","utc_offset_s":3600)");
  EXPECT_EQ(told.name, "adopt");
  EXPECT_NE(told.text("zone_message").find("Asia/Tokyo is at UTC+09:00"), std::string::npos)
      << told.text("zone_message");
  EXPECT_EQ(known_zone(world), "");
  const Told unknown = world.sync({}, "page", R"(,"zone":"Mars/Olympus","utc_offset_s":0)");
  EXPECT_NE(unknown.text("zone_message").find("does not know the zone Mars/Olympus"), std::string::npos);
}

TEST(ZoneOfPhones, ABrowserThatHidesItsZoneReplacesNoneThatIsKnownWithoutAQuestion) {
  PhoneWorld world;
  fakes::ScratchFolder scratch;
  const auto folder = StateFolder::open(scratch.path("web"), geteuid());
  world.web.site.settings.open(*folder, "boot");
  world.sync({}, "page", kMasked);
  EXPECT_EQ(known_zone(world), "UTC") << "nothing else is known";
  world.sync({}, "page", kTokyo);
  EXPECT_EQ(known_zone(world), "Asia/Tokyo");
  for (const char* by : {"page", "hand"}) {
    const Told told = world.sync({}, by, kMasked);
    EXPECT_EQ(told.status, Status::kOk) << "the time counts anyway";
    EXPECT_EQ(told.text("zone"), "Asia/Tokyo");
    ASSERT_NE(told.json.find("zone_question"), nullptr);
    EXPECT_EQ(known_zone(world), "Asia/Tokyo");
  }
  EXPECT_EQ(world.post({}, "/api/zone", R"({"zone":"UTC"})").text("zone"), "UTC") << "a person answers it";
  EXPECT_EQ(known_zone(world), "UTC");
}

TEST(ZoneOfPhones, APersonMayNameAnyZoneThatTheHubKnows) {
  PhoneWorld world;
  EXPECT_EQ(world.post({}, "/api/zone", R"({"zone":"Europe/Atlantis"})").name, "bad-member");
  EXPECT_EQ(world.post({}, "/api/zone", R"({"zone":"../../etc/passwd"})").name, "bad-member");
  EXPECT_EQ(world.post({}, "/api/zone", "{}").name, "bad-member");
  const PhoneAtTest elsewhere{.address = "10.0.0.9", .to = "10.0.0.5"};
  EXPECT_EQ(world.post(elsewhere, "/api/zone", R"({"zone":"UTC"})").name, "not-permitted");
}

TEST(ZoneOfPhones, PagesHearOfItOnce) {
  PhoneWorld world;
  world.web.site.events = {};
  world.sync({}, "page", kTokyo);
  world.sync({}, "page", kTokyo);
  int heard = 0;
  for (std::uint64_t n = 0; n < world.web.site.events.last(); ++n) {
    const WebEvent& event = *world.web.site.events.next(n);
    if (event.type != "settings") continue;
    ++heard;
    EXPECT_EQ(event.json, R"({"zone":"Asia/Tokyo","place":null})");
  }
  EXPECT_EQ(heard, 1);
}

// A folder that has gone fails as a broken disk does.
TEST(ZoneOfPhones, IsInForceAlsoIfTheDiskRefusesItWhichIsSaid) {
  PhoneWorld world;
  fakes::ScratchFolder scratch;
  auto folder = StateFolder::open(scratch.path("web"), geteuid());
  ASSERT_TRUE(folder);
  ASSERT_FALSE(world.web.site.settings.open(*folder, "boot"));
  std::filesystem::remove_all(scratch.path("web"));
  const Told told = world.sync({}, "page", kTokyo);
  EXPECT_EQ(told.name, "adopt") << "the time counts anyway";
  EXPECT_NE(told.text("zone_message").find("settings.json: "), std::string::npos)
      << told.text("zone_message");
  EXPECT_EQ(known_zone(world), "Asia/Tokyo");
}

class PlaceOfHub : public testing::Test {
 protected:
  PlaceOfHub() { world_.is_secure = true; }
  std::string fault(const std::string& body) {
    const Told told = world_.post({}, "/api/place", body);
    return told.name + ": " + told.message;
  }
  PhoneWorld world_;
};

TEST_F(PlaceOfHub, IsUnknownAtFirst) {
  EXPECT_EQ(world_.get_page({}, "/api/place").name, "no-place");
  EXPECT_EQ(settings_json(world_.web.site, world_.play.now()), R"({"zone":null,"place":null})");
}

TEST_F(PlaceOfHub, HasItsAccuracyAndAge) {
  fakes::ScratchFolder scratch;
  const auto folder = StateFolder::open(scratch.path("web"), geteuid());
  world_.web.site.settings.open(*folder, "boot");
  EXPECT_EQ(world_.post({}, "/api/place", kBerlin).status, Status::kOk);
  world_.pass(90s);
  world_.play.jump(-24h * 300);
  const Told place = world_.get_page({.address = "10.0.0.9", .to = "10.0.0.5"}, "/api/place");
  EXPECT_DOUBLE_EQ(place.number("latitude"), 52.5163);
  EXPECT_DOUBLE_EQ(place.number("longitude"), 13.3777);
  EXPECT_DOUBLE_EQ(place.number("accuracy_m"), 12.5);
  EXPECT_DOUBLE_EQ(place.number("age_s"), 90);
}

TEST_F(PlaceOfHub, IsToldOverTlsOrOnTheHubOnly) {
  world_.is_secure = false;
  EXPECT_EQ(world_.post({}, "/api/place", kBerlin).name, "not-secure");
  EXPECT_FALSE(world_.web.site.settings.place());
  world_.post({.address = "127.0.0.1", .to = "127.0.0.1"}, "/api/place", kBerlin);
  EXPECT_TRUE(world_.web.site.settings.place());
}

TEST_F(PlaceOfHub, NeedsTheRightToChange) {
  EXPECT_EQ(world_.post({.address = "10.0.0.9", .to = "10.0.0.5"}, "/api/place", kBerlin).name,
            "not-permitted");
}

TEST_F(PlaceOfHub, BeyondTheEarthIsRefusedByName) {
  EXPECT_EQ(fault(R"({"latitude":90.1,"longitude":0,"accuracy_m":1})"),
            "bad-member: latitude: is not within -90 and 90");
  EXPECT_EQ(fault(R"({"latitude":0,"longitude":-180.5,"accuracy_m":1})"),
            "bad-member: longitude: is not within -180 and 180");
  EXPECT_EQ(fault(R"({"latitude":0,"longitude":0,"accuracy_m":-1})"),
            "bad-member: accuracy_m: is not within 0 and 20100000");
  EXPECT_EQ(fault(R"({"latitude":1e308,"longitude":0,"accuracy_m":1})"),
            "bad-member: latitude: is not within -90 and 90");
  EXPECT_EQ(fault(R"({"latitude":"52","longitude":0,"accuracy_m":1})"),
            "bad-member: latitude: is not a number");
  EXPECT_EQ(fault(R"({"latitude":0,"longitude":0})"), "bad-member: accuracy_m: is missing");
  EXPECT_TRUE(fault(R"({"latitude":NaN,"longitude":0,"accuracy_m":1})").starts_with("bad-json"));
  EXPECT_FALSE(world_.web.site.settings.place());
}

TEST_F(PlaceOfHub, WithoutADiskThatIsSaid) {
  EXPECT_EQ(world_.post({}, "/api/place", kBerlin).name, "not-saved");
}

}  // namespace
}  // namespace isletime::syncweb::zone_and_place_test
