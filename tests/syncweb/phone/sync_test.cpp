// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/policy/saturated.hpp"
#include "tests/syncweb/phone/phone_world.hpp"
#include "tools/syncweb/phone/sync_api.hpp"
#include "tools/syncweb/phone/sync_words.hpp"

namespace isletime::syncweb::sync_test {
namespace {

constexpr auto kYear = 24h * 365;
const PhoneAtTest kElsewhere{.address = "10.0.0.9", .to = "10.0.0.5"};
const PhoneAtTest kOnTheHub{.address = "127.0.0.1", .to = "127.0.0.1"};

bool says(const Told& told, const char* part) {
  return told.message.find(part) != std::string::npos;
}

TEST(PhoneSync, APageOnTheAccessPointSetsTheHubWithin10Milliseconds) {
  PhoneWorld world{-3217ms};
  const Told told = world.sync({}, "page");
  EXPECT_EQ(told.status, Status::kOk) << told.message;
  EXPECT_EQ(told.name, "adopt");
  EXPECT_LT(magnitude(world.error()), 10ms);
  EXPECT_NEAR(told.number("offset_s"), 3.217, 0.010);
  EXPECT_NEAR(told.number("delay_s"), 0.010, 0.0015);
  EXPECT_NEAR(told.number("measured_within_s"), 0.006, 0.001);
  EXPECT_NEAR(told.number("bound_s"), 0.506, 0.001) << "the phone's own clock may be off by 0.5 s";
  ASSERT_EQ(world.fed.size(), 1U);
  EXPECT_EQ(world.fed[0].source, "phone:192.168.4.17");
  EXPECT_EQ(world.fed[0].uncertainty, std::chrono::nanoseconds{std::llround(told.number("bound_s") * 1e9)});
  EXPECT_TRUE(says(told, "behind this phone's, and now follows it")) << told.message;
}

TEST(PhoneSync, LookingSetsNothingAndIsForEverybody) {
  PhoneWorld world{-3217ms};
  const Told told = world.sync(kElsewhere, "look");
  EXPECT_EQ(told.name, "measured");
  EXPECT_NEAR(told.number("offset_s"), 3.217, 0.010);
  EXPECT_TRUE(world.fed.empty());
  EXPECT_FALSE(last_sync_json(world.web.site, world.play.now()));
}

TEST(PhoneSync, APageSetsTheHubFromAutomaticPlacesOnlyAndAPersonFromPermittedOnes) {
  PhoneWorld world{-3217ms};
  EXPECT_EQ(world.sync(kElsewhere, "page").name, "not-automatic");
  EXPECT_EQ(world.sync(kElsewhere, "hand").name, "not-permitted");
  EXPECT_EQ(world.sync(kOnTheHub, "page").name, "not-automatic");
  EXPECT_TRUE(world.fed.empty());
  EXPECT_EQ(world.sync(kOnTheHub, "hand").name, "adopt");
  EXPECT_EQ(world.fed[0].source, "manual:127.0.0.1");
}

TEST(PhoneSync, WhatTheClientClaimsToBeChangesNothing) {
  PhoneWorld world{-3217ms};
  const Told told = world.sync({}, "page", R"(,"source":"ntp:192.0.2.1","kind":"ntp","address":"10.0.0.1")");
  EXPECT_EQ(told.name, "adopt");
  EXPECT_EQ(world.fed[0].source, "phone:192.168.4.17");
}

TEST(PhoneSync, PagesOfOtherSitesSetNothing) {
  PhoneWorld world{-3217ms};
  world.exchange({});
  Request request = post_json("/api/timesync/client", "{}");
  request.headers.push_back({"origin", "http://evil.example"});
  EXPECT_EQ(world.send(request, {}).name, "foreign-page");
}

TEST(PhoneSync, SmallDifferencesAreSaidToAgreeAndNothingIsStepped) {
  PhoneWorld world;
  world.sync({}, "page");
  const Told told = world.sync({.off = 400ms}, "page");
  EXPECT_EQ(told.name, "agree");
  EXPECT_TRUE(says(told, "agrees with this phone's within 0.4")) << told.message;
  EXPECT_TRUE(says(told, "left as it is"));
}

TEST(PhoneSync, ABetterSourceThatHoldsTheClockIsNamed) {
  PhoneWorld world;
  hub_play::Server& server = world.play.add_server();
  world.play.ask_often(server, 10);
  world.refresh();
  const Told told = world.sync({.off = 5s}, "hand");
  EXPECT_EQ(told.status, Status::kConflict);
  EXPECT_EQ(told.name, "outranked");
  EXPECT_TRUE(says(told, "ntp:10.0.0.1")) << told.message;
  EXPECT_TRUE(says(told, "behind")) << told.message;
  EXPECT_LT(magnitude(world.error()), 1s);
}

// A decision of sntpd's own is no sync, although a page asked for one.
TEST(PhoneSync, ARefusedTimeIsNotRecordedAsASync) {
  PhoneWorld world;
  hub_play::Server& server = world.play.add_server();
  world.play.ask_often(server, 10);
  world.refresh();
  world.sync({.off = 5s}, "page");
  EXPECT_FALSE(last_sync_json(world.web.site, world.play.now()));
  EXPECT_EQ(world.web.site.phones.last.refused->verdict, "outranked");
}

TEST(PhoneSync, TheLastSyncHasAMonotonicAgeAlsoIfNothingHadToChange) {
  PhoneWorld world{-kYear};
  const Told asked = world.sync({}, "page");
  ASSERT_EQ(world.report({}, "page", PhoneWorld::confirmed(asked)).name, "adopt");
  world.pass(60s);
  auto json = parse_json(*last_sync_json(world.web.site, world.play.now()), {.size = 1000, .depth = 1});
  EXPECT_EQ(*json->find("source")->text(), "phone:192.168.4.17");
  EXPECT_NEAR(std::stod(json->find("age_s")->number()->text), 60, 0.1) << "the step of a year is no age";
  EXPECT_EQ(world.sync({}, "page").name, "agree");
  json = parse_json(*last_sync_json(world.web.site, world.play.now()), {.size = 1000, .depth = 1});
  EXPECT_EQ(*json->find("verdict")->text(), "agree");
  EXPECT_LT(std::stod(json->find("age_s")->number()->text), 1);
}

TEST(PhoneSync, TwoPhonesThatDisagreeAreToldSo) {
  PhoneWorld world;
  EXPECT_EQ(world.sync({}, "page").name, "adopt");
  world.pass(60s);
  const Told told = world.sync({.address = "192.168.4.18", .off = 7s}, "page");
  EXPECT_EQ(told.status, Status::kConflict);
  EXPECT_EQ(told.name, "falseticker") << told.message;
  EXPECT_TRUE(says(told, "7.00")) << told.message;
  EXPECT_TRUE(says(told, "phone:192.168.4.17")) << told.message;
  ASSERT_NE(told.json.find("other"), nullptr);
  EXPECT_EQ(*told.json.find("other")->find("source")->text(), "phone:192.168.4.17");
  EXPECT_LT(magnitude(world.error()), 1s) << "the hub stays with the first";
}

TEST(PhoneSync, APhoneIsNotToldOfAnotherThatSntpdNoLongerFollows) {
  PhoneWorld world;
  EXPECT_EQ(world.sync({}, "page").name, "adopt");
  world.pass(31min);
  const Told told = world.sync({.address = "192.168.4.18", .off = 7s}, "page");
  EXPECT_EQ(told.name, "adopt") << told.message;
  EXPECT_EQ(told.json.find("other"), nullptr);
}

TEST(PhoneSync, APhoneThatIsYearsOffIsAbsurdToAHubThatIsSetAndToldSo) {
  PhoneWorld world;
  world.sync({}, "page");
  const Told told = world.sync({.address = "192.168.4.18", .off = 3 * kYear}, "page");
  EXPECT_EQ(told.status, Status::kConflict);
  EXPECT_EQ(told.name, "confirm");
  EXPECT_LT(magnitude(world.error()), 1s);
}

TEST(PhoneSync, AStepOfMoreThanADayShowsBothTimesAndNeedsAPerson) {
  for (const nanoseconds off : {nanoseconds{30 * 24h}, nanoseconds{-30 * 24h}}) {
    PhoneWorld world;
    world.sync(kOnTheHub, "hand");
    ASSERT_EQ(world.sync({.off = 5s}, "page").name, "adopt");
    world.pass(45min);
    world.refresh();
    const PhoneAtTest phone{.off = off};
    const Told asked = world.sync(phone, "hand");
    ASSERT_EQ(asked.name, "confirm") << asked.message;
    EXPECT_EQ(asked.status, Status::kConflict);
    EXPECT_NE(asked.text("hub_time"), "");
    EXPECT_NE(asked.text("phone_time"), "");
    EXPECT_TRUE(says(asked, off > 0s ? "29 days behind" : "30 days ahead of")) << asked.message;
    EXPECT_LT(magnitude(world.error()), 10s) << "nothing is set yet";
    const Told done = world.report(phone, "hand", PhoneWorld::confirmed(asked));
    EXPECT_EQ(done.name, "adopt") << done.message;
    EXPECT_EQ(world.fed.back().source, "manual:192.168.4.17");
    EXPECT_LT(magnitude(world.error() - off), 20ms);
  }
}

TEST(PhoneSync, AConfirmationCountsOnceAndForThatPhoneAndAlsoWithANewMeasurement) {
  PhoneWorld world{-kYear};
  const Told asked = world.sync({}, "hand");
  ASSERT_EQ(asked.name, "confirm");
  EXPECT_EQ(world.sync({.address = "192.168.4.18"}, "hand", PhoneWorld::confirmed(asked)).name, "confirm");
  EXPECT_EQ(world.sync({.off = 11s}, "hand", PhoneWorld::confirmed(asked)).name, "confirm")
      << "it shows another time now";
  EXPECT_EQ(world.sync({}, "hand", R"(,"confirm":"guess")").name, "confirm");
  EXPECT_EQ(world.sync({}, "hand", PhoneWorld::confirmed(asked)).name, "adopt");
  EXPECT_EQ(world.sync({.off = kYear}, "hand", PhoneWorld::confirmed(asked)).name, "confirm");
}

TEST(PhoneSync, APersonWhoThinksForAMinuteMayStillConfirm) {
  PhoneWorld world{-kYear};
  const Told asked = world.sync({}, "hand");
  world.play.machine.pass(90s);
  world.refresh();
  EXPECT_EQ(world.report({}, "hand", PhoneWorld::confirmed(asked)).name, "adopt");
  EXPECT_LT(magnitude(world.error()), 20ms);
  PhoneWorld late{-kYear};
  const Told forgotten = late.sync({}, "hand");
  late.play.machine.pass(121s);
  late.refresh();
  EXPECT_EQ(late.report({}, "hand", PhoneWorld::confirmed(forgotten)).name, "confirm");
}

TEST(PhoneSync, OnlyWhoMayChangeMayConfirmForAPage) {
  Options options = options_of_hub();
  options.permitted = {Place{"lo"}};
  PhoneWorld world{0s, options};
  world.sync({}, "page");
  const PhoneAtTest phone{.address = "192.168.4.18", .off = kYear};
  const Told asked = world.sync(phone, "page");
  ASSERT_EQ(asked.name, "confirm");
  EXPECT_EQ(world.report(phone, "page", PhoneWorld::confirmed(asked)).name, "not-permitted");
}

TEST(PhoneSync, AnUnsetHubOfYearsAgoIsNotSetBeforeAPersonHasSeenBothTimes) {
  for (const char* by : {"page", "hand"}) {
    PhoneWorld world{-kYear};
    const Told asked = world.sync({}, by);
    EXPECT_EQ(asked.name, "confirm") << by;
    EXPECT_TRUE(says(asked, "nothing vouches for it")) << asked.message;
    EXPECT_TRUE(world.fed.empty());
    EXPECT_EQ(world.report({}, by, PhoneWorld::confirmed(asked)).name, "adopt");
    EXPECT_LT(magnitude(world.error()), 10ms);
  }
}

TEST(PhoneSync, NoPhoneLeavesTheTimeInWhichThisProgramIsUsed) {
  PhoneWorld world;
  const Told early = world.sync({.off = -2 * kYear}, "hand");
  EXPECT_EQ(early.name, "below-floor");
  EXPECT_TRUE(says(early, "before the time when this program was made")) << early.message;
  const Told late = world.sync({.off = 30 * kYear}, "page");
  EXPECT_EQ(late.name, "absurd");
  EXPECT_TRUE(says(late, "20 years")) << late.message;
  EXPECT_TRUE(world.fed.empty());
}

TEST(PhoneSync, APhoneThatIsSetByThisHubsNtpHandsNothingBack) {
  PhoneWorld world;
  world.sync({}, "page");
  world.pass(40min);
  world.add_ntp_client("192.168.4.18");
  world.fed.clear();
  const PhoneAtTest follower{.address = "192.168.4.18", .off = world.error() + 30ms};
  const Told told = world.sync(follower, "page");
  EXPECT_EQ(told.name, "own-time");
  EXPECT_EQ(told.status, Status::kConflict);
  EXPECT_EQ(told.text("confirm"), "") << "there is nobody to insist";
  EXPECT_TRUE(world.fed.empty()) << "it does not count as new knowledge";
  const Told by_hand = world.sync(follower, "hand");
  EXPECT_EQ(by_hand.name, "own-time");
  EXPECT_EQ(world.report(follower, "hand", PhoneWorld::confirmed(by_hand)).status, Status::kOk)
      << "a person may insist";
  EXPECT_EQ(world.sync({.address = "192.168.4.18", .off = 5s}, "page").name, "adopt")
      << "an NTP client with another time has it from elsewhere";
}

TEST(PhoneSync, ABrowserOnTheHubKnowsNothingNew) {
  PhoneWorld world;
  const Told told = world.sync(kOnTheHub, "hand");
  EXPECT_EQ(told.name, "own-time");
  EXPECT_TRUE(says(told, "runs on the hub")) << told.message;
}

TEST(PhoneSync, ABrowserOnTheHubIsNewsToAClockThatSntpdKeepsBesideTheMachines) {
  PhoneWorld world{-3217ms};
  world.play.steers_machine = false;  // --no-clock
  ASSERT_EQ(world.sync({}, "page").name, "adopt");
  world.pass(40min);
  EXPECT_EQ(world.sync(kOnTheHub, "hand").name, "agree");
}

TEST(PhoneSync, APhoneIsNotToldOfItselfAsOfAnother) {
  PhoneWorld world;
  world.sync({}, "page");
  const Told asked = world.sync({.off = 30 * 24h}, "hand");
  const Told told = world.sync({.off = 30 * 24h}, "hand", PhoneWorld::confirmed(asked));
  EXPECT_EQ(told.name, "outranked") << "sntpd ranks a person's word below a phone on the access point";
  EXPECT_TRUE(says(told,
                   "outranks this one for 30 min more, or longer if it is heard again: it is "
                   "phone:192.168.4.17, by which the hub's clock is 30 d"))
      << told.message;
  EXPECT_EQ(told.json.find("other"), nullptr);
}

TEST(PhoneSync, APersonOnTheAccessPointIsNotOutrankedByThatPhonesOwnPage) {
  PhoneWorld world;
  ASSERT_EQ(world.sync({}, "page").name, "adopt");
  const Told told = world.sync({.off = 300ms}, "hand");
  EXPECT_EQ(told.name, "agree") << told.message;
  EXPECT_EQ(world.fed.back().source, "phone:192.168.4.17");
}

TEST(PhoneSync, WhereSntpdKeepsAClockOfItsOwnPeopleSeeTheHubsTime) {
  PhoneWorld world{-3217ms};
  world.play.steers_machine = false;  // --no-clock
  ASSERT_EQ(world.sync({}, "page").name, "adopt");
  EXPECT_EQ(world.play.machine.wall - world.play.machine.truth, -3217ms) << "the machine's clock is not set";
  const Told again = world.sync({}, "look");
  EXPECT_NEAR(again.number("offset_s"), 0, 0.010) << "against the hub's time";
  world.sync({}, "page");
  EXPECT_NEAR(std::chrono::duration<double>(*world.fed.back().offset).count(), 3.217, 0.010)
      << "sntpd wants it against the machine's";
  const Told exchange = world.post({}, "/api/timesync/exchange", "{}");
  EXPECT_NEAR(exchange.number("receive"),
              std::chrono::duration<double>(world.play.machine.truth.time_since_epoch()).count(), 0.010);
  EXPECT_EQ(exchange.number("receive"), exchange.number("transmit"));
}

TEST(PhoneSync, AStepOfTheHubBetweenExchangeAndReportIsNoTrouble) {
  PhoneWorld world{-3217ms};
  world.exchange({});
  const std::string session = world.session;
  const std::string stamps = world.stamps;
  ASSERT_EQ(world.sync({.address = "192.168.4.18"}, "page").name, "adopt");
  world.session = session;
  world.stamps = stamps;
  const Told told = world.report({}, "page");
  EXPECT_EQ(told.name, "agree") << told.message;
  EXPECT_NEAR(told.number("offset_s"), 0, 0.010);
}

TEST(PhoneSync, ASleepOfTheHubBetweenExchangeAndReportIsNotTakenForThePhonesTime) {
  PhoneWorld world{-3217ms};
  world.exchange({});
  world.play.sleep(20s);
  world.refresh();
  EXPECT_EQ(world.report({}, "page").name, "hub-stepped");
  EXPECT_TRUE(world.fed.empty());
}

TEST(PhoneSync, APhoneWhoseClockJumpsMeanwhileIsToldSo) {
  PhoneWorld world;
  world.exchange({}, 1);
  const WallTime t1 = world.play.machine.truth + 5s;
  world.play.machine.pass(4ms);
  world.post({}, "/api/timesync/exchange", R"({"session":")" + world.session + "\"}");
  world.add_stamps(2, t1, world.play.machine.truth + 5s + 6ms);
  EXPECT_EQ(world.report({}, "page").name, "phone-stepped");
}

TEST(PhoneSync, WithoutSntpdNothingIsSetAndThatIsSaid) {
  PhoneWorld world{-3217ms};
  world.is_sntpd_silent = true;
  const Told told = world.sync({}, "page");
  EXPECT_EQ(told.status, Status::kServiceUnavailable);
  EXPECT_EQ(told.name, "no-hub");
  world.web.site.hub.on_disconnected(world.web.site.events);
  world.exchange({.off = kYear});
  EXPECT_EQ(world.report({}, "page").name, "no-hub");
}

TEST(PhoneSync, HostileBodiesAreRefusedByName) {
  PhoneWorld world;
  world.exchange({});
  const auto name = [&](const std::string& body) {
    return world.post({}, "/api/timesync/client", body).name;
  };
  const std::string begin = R"({"session":")" + world.session + R"(","by":"page","stamps":[)";
  EXPECT_EQ(name("not JSON"), "bad-json");
  EXPECT_EQ(name("[]"), "bad-json");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":NaN,"t4":1}]})"), "bad-json");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":1e308,"t4":1}]})"), "bad-stamp");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":-5,"t4":1}]})"), "bad-stamp");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":10,"t4":9}]})"), "phone-backwards");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":10,"t4":1e9}]})"), "too-slow");
  EXPECT_EQ(name(begin + R"({"number":9,"t1":10,"t4":11}]})"), "unknown-exchange");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":10,"t4":11},{"number":1,"t1":10,"t4":11}]})"),
            "duplicate-exchange");
  EXPECT_EQ(name(R"({"session":"no","by":"page","stamps":[{"number":1,"t1":1,"t4":2}]})"), "unknown-session");
  EXPECT_EQ(name(begin + R"({"number":1,"t1":10,"t4":11}]})"), "below-floor") << "a phone of 1970";
  EXPECT_EQ(name(begin + R"({"number":1,"t1":9e12,"t4":9e12}]})"), "absurd") << "a phone of 2255";
  EXPECT_TRUE(world.fed.empty());
}

TEST(PhoneSync, AnExchangeNeedsAJsonObjectAndAKnownSession) {
  PhoneWorld world;
  const auto name = [&](const char* body) { return world.post({}, "/api/timesync/exchange", body).name; };
  EXPECT_EQ(name(""), "bad-json");
  EXPECT_EQ(name(R"({"session":7})"), "bad-member");
  EXPECT_EQ(name(R"({"session":"x"})"), "unknown-session");
}

TEST(SystemTime, ATimeWithoutAnExchangeHasTheBoundOfTheRequestsPossibleAge) {
  PhoneWorld world{-60s};
  const auto time = [&](nanoseconds off) {
    return fmt::format("{}", (world.play.machine.truth + off).time_since_epoch() / 1ms);
  };
  const Told told = world.post({}, "/api/system/time", R"({"timestamp":)" + time(0s) + "}");
  EXPECT_EQ(told.name, "adopt") << told.message;
  EXPECT_EQ(world.fed[0].source, "manual:192.168.4.17");
  EXPECT_EQ(world.fed[0].uncertainty, 5s + 1ms + 500ms);
  EXPECT_LT(magnitude(world.error()), 10ms);
  EXPECT_EQ(told.json.find("delay_s"), nullptr);
}

TEST(SystemTime, TextOfWholeSecondsIsASecondLessCertain) {
  PhoneWorld world{-60s};
  const WallTime truth = world.play.machine.truth;
  const auto written = format_rfc3339(std::chrono::floor<seconds>(truth));
  const std::string whole{written.data(), 19};
  const Told told =
      world.post({}, "/api/system/time", R"({"currentTime":")" + whole + R"(Z","timezone":"Europe/Berlin"})");
  EXPECT_EQ(told.name, "adopt") << told.message;
  EXPECT_EQ(world.fed[0].uncertainty, 5s + 1s + 500ms);
  EXPECT_EQ(told.text("zone"), "Europe/Berlin");
}

TEST(SystemTime, EitherMemberIsATextOrMilliseconds) {
  for (const char* name : {"currentTime", "timestamp"}) {
    for (const bool is_text : {true, false}) {
      PhoneWorld world{-60s};
      const WallTime truth = world.play.machine.truth;
      const auto written = format_rfc3339(truth);
      const std::string text = '"' + std::string{written.data(), 23} + "Z\"";
      const std::string value = is_text ? text : fmt::format("{}", truth.time_since_epoch() / 1ms);
      const Told told = world.post({}, "/api/system/time", fmt::format(R"({{"{}":{}}})", name, value));
      EXPECT_EQ(told.name, "adopt") << name << ": " << value << ": " << told.message;
      EXPECT_EQ(world.fed.at(0).uncertainty, 5s + 1ms + 500ms);
      EXPECT_LT(magnitude(world.error()), 10ms);
    }
  }
}

TEST(SystemTime, APersonOnTheHubWhoIsSecondsOffIsNotTakenForTheHubsOwnClock) {
  for (const nanoseconds off : {3217ms, -3217ms}) {
    PhoneWorld world;
    const auto time = (world.play.machine.truth + off).time_since_epoch() / 1ms;
    const Told told = world.post(kOnTheHub, "/api/system/time", fmt::format(R"({{"timestamp":{}}})", time));
    EXPECT_NE(told.name, "own-time") << told.message;
    EXPECT_EQ(world.fed.size(), 1U);
  }
}

TEST(SystemTime, WithoutSntpdNobodyIsToldOfTheHubsOwnTimeOrAskedToConfirm) {
  for (const nanoseconds off : {nanoseconds{0}, nanoseconds{48h}}) {
    PhoneWorld world;
    world.web.site.hub.on_disconnected(world.web.site.events);
    world.is_sntpd_silent = true;
    const auto time = (world.play.machine.truth + off).time_since_epoch() / 1ms;
    const Told told = world.post(kOnTheHub, "/api/system/time", fmt::format(R"({{"timestamp":{}}})", time));
    EXPECT_EQ(told.status, Status::kServiceUnavailable);
    EXPECT_EQ(told.name, "no-hub") << told.message;
  }
}

TEST(SystemTime, BadTimesAreRefusedByName) {
  PhoneWorld world;
  const auto message = [&](const char* body) {
    const Told told = world.post({}, "/api/system/time", body);
    return told.name + ": " + told.message;
  };
  EXPECT_EQ(message("{}"), "bad-member: currentTime: is missing, and so is timestamp");
  EXPECT_EQ(message(R"({"timestamp":-1})"), "bad-member: timestamp: is negative");
  EXPECT_EQ(message(R"({"timestamp":1e308})"), "bad-member: timestamp: is beyond all range");
  EXPECT_EQ(message(R"({"currentTime":"2026-02-30T00:00:00Z"})"),
            "bad-member: currentTime: is not a time such as 2026-02-03T04:05:06.789Z");
  EXPECT_EQ(message(R"({"currentTime":"2030-02-03T00:00:00Z","timestamp":1})"),
            "bad-member: timestamp: is another time than currentTime");
  EXPECT_EQ(message(R"({"timestamp":1,"timezone":"../etc"})"),
            "bad-member: timezone: is not the name of a time zone");
  EXPECT_TRUE(world.fed.empty());
}

TEST(SystemTime, ALargeStepIsConfirmedHereToo) {
  PhoneWorld world{-kYear};
  const auto body = [&](const std::string& more) {
    return R"({"timestamp":)" + std::to_string(world.play.machine.truth.time_since_epoch() / 1ms) + more +
           "}";
  };
  const Told asked = world.post({}, "/api/system/time", body(""));
  ASSERT_EQ(asked.name, "confirm");
  world.play.machine.pass(3s);
  EXPECT_EQ(world.post({}, "/api/system/time", body(PhoneWorld::confirmed(asked))).name, "adopt");
}

TEST(SyncWords, AmountsAreAsPeopleSayThem) {
  EXPECT_EQ(amount_text(3217ms), "3.217 s");
  EXPECT_EQ(amount_text(-125s), "2 min 5 s");
  EXPECT_EQ(amount_text(4h + 5min), "4 h 5 min");
  EXPECT_EQ(amount_text(24h * 400), "400 days");
  EXPECT_EQ(hub_is_text({-3s}), "3.000 s ahead of");
}

}  // namespace
}  // namespace isletime::syncweb::sync_test
