// SPDX-License-Identifier: MIT
// The hub as seen by those who feed it, set it, stop it and start it again, and by the servers that it asks:
// they lie, vanish, flood, answer late or become somebody else.
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <gtest/gtest.h>

#include "libsync/core/reference_id.hpp"
#include "libsync/core/rfc3339.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/record/json_value.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/integration/hub.hpp"

namespace isletime {
namespace {

using namespace std::chrono_literals;
using fakes::Datagrams;
using fakes::Finished;
using fakes::LyingServer;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string now_text() {
  const auto text = format_rfc3339(wall_now());
  return {text.data(), text.size()};
}

std::string sample(const std::string& source, const std::string& offset, const std::string& uncertainty,
                   const std::string& time = now_text()) {
  return R"({"time":")" + time + R"(","source":")" + source + R"(","offset_s":)" + offset +
         R"(,"uncertainty_s":)" + uncertainty + "}";
}

Finished feed(const Hub& hub, const std::string& lines) {
  return hub.shell("printf '%s\\n' '" + lines + "' | " + hub.sntpctl_command() + " feed");
}

JsonValue status_of(const Hub& hub) {
  const Finished finished = hub.sntpctl({"--json", "status"});
  const auto parsed = parse_json(finished.out.substr(0, finished.out.find('\n')), {65'536, 8});
  EXPECT_TRUE(parsed) << finished.err;
  return parsed ? *parsed : JsonValue{};
}

std::string text_of(const JsonValue& object, const char* name) {
  const JsonValue* member = object.find(name);
  if (member == nullptr) return "";
  if (member->text() != nullptr) return *member->text();
  if (const auto flag = member->flag()) return *flag ? "true" : "false";
  return member->number() == nullptr ? "" : member->number()->text;
}

std::string server(const LyingServer& upstream) {
  return "127.0.0.1:" + upstream.port() + ",minpoll=1,maxpoll=1";
}

NtpTimestamp later(NtpTimestamp stamp, nanoseconds by) {
  return to_ntp(*unfold(stamp, wall_now()) + by);
}

Header off(Header reply, nanoseconds error) {
  reply.receive = later(reply.receive, error);
  reply.transmit = later(reply.transmit, error);
  reply.reference = later(reply.reference, error);
  return reply;
}

LyingServer::Answer off_by(nanoseconds error) {
  return [error](const LyingServer::Question& question) { return fakes::only(off(question.truth, error)); };
}

// Asks until the sources have the words, for as long as a patient person would.
testing::AssertionResult comes_to_say(const Hub& hub, const std::string& words) {
  std::string last;
  for (const MonoTime end = mono_now() + 40s; mono_now() < end;) {
    last = hub.sntpctl({"sources"}).out;
    if (has(last, words)) return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "not \"" << words << "\" but:\n" << last;
}

testing::AssertionResult comes_to_be_older(const Hub& hub, double seconds_up) {
  for (const MonoTime end = mono_now() + 40s; mono_now() < end;) {
    if (std::stod(text_of(status_of(hub), "uptime_s")) >= seconds_up) return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "it does not get older";
}

testing::AssertionResult comes_to_say_status(const Hub& hub, const std::string& words) {
  std::string last;
  for (const MonoTime end = mono_now() + 60s; mono_now() < end;) {
    last = hub.sntpctl({"--json", "status"}).out;
    if (has(last, words)) return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << last;
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

testing::AssertionResult comes_to_say_in_json(const Hub& hub, const std::vector<std::string>& one_of) {
  std::string last;
  for (const MonoTime end = mono_now() + 40s; mono_now() < end;) {
    last = hub.sntpctl({"--json", "sources"}).out;
    for (const std::string& words : one_of) {
      if (has(last, words)) return testing::AssertionSuccess();
    }
  }
  return testing::AssertionFailure() << last;
}

TEST(SntpdHub, TwoServersThatDisagreeFromAColdStartAreToldOfOnceAndNotFollowed) {
  const LyingServer early(off_by(-10s));
  const LyingServer late(off_by(10s));
  Hub hub({"--server", server(early), "--server", server(late)});
  ASSERT_TRUE(hub.program().wait_for("the servers disagree, and nothing tells which of them is right"));
  EXPECT_TRUE(has(hub.program().err(), "ntp:127.0.0.1:" + early.port() + " -10.")) << hub.program().err();
  EXPECT_TRUE(has(hub.program().err(), "ntp:127.0.0.1:" + late.port() + " +10.")) << hub.program().err();
  EXPECT_TRUE(has(hub.program().err(), "prefer"));
  EXPECT_TRUE(has(hub.sntpctl({"status"}).out, "the servers disagree"));
  EXPECT_EQ(text_of(status_of(hub), "synchronised"), "false");
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "servers_disagree"));
  // Both are asked on, and nothing more is said.
  ASSERT_TRUE(comes_to_say_in_json(hub, {R"("reach":31)", R"("reach":63)"}));
  hub.program().send(SIGTERM);
  const std::string said = hub.program().finish().err;
  EXPECT_EQ(count_of(said, "disagree"), 1) << said;
  EXPECT_EQ(count_of(said, "falseticker"), 0) << said;
}

TEST(SntpdHub, OfTwoServersThatDisagreeFromAColdStartThePreferredOneIsFollowed) {
  const LyingServer early(off_by(-10s));
  const LyingServer late(off_by(10s));
  Hub hub({"--verbose", "--server", server(early), "--server", server(late) + ",prefer"});
  ASSERT_TRUE(hub.program().wait_for("the clock follows ntp:127.0.0.1:" + late.port()));
  EXPECT_TRUE(hub.program().wait_for("ntp:127.0.0.1:" + early.port() + ": falseticker"));
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "source"), "ntp:127.0.0.1:" + late.port());
  EXPECT_FALSE(has(hub.program().err(), "the servers disagree")) << hub.program().err();
}

TEST(SntpdHub, APhoneSetsAnUnsetClock) {
  const UnsetHub hub;
  EXPECT_EQ(text_of(status_of(hub), "synchronised"), "false");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);

  EXPECT_EQ(feed(hub, sample("phone:192.168.4.17", "7200.5", "0.25")).status, 0);
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "synchronised"), "true");
  EXPECT_EQ(text_of(status, "reliable"), "true");
  EXPECT_EQ(text_of(status, "kind"), "phone");
  EXPECT_EQ(text_of(status, "source"), "phone:192.168.4.17");
  EXPECT_EQ(text_of(status, "stratum"), "10");

  const Header reply = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(reply.leap, Leap::kNone);
  const nanoseconds ahead = reply.transmit - to_ntp(wall_now());
  EXPECT_GT(ahead, 7200s);
  EXPECT_LT(ahead, 7201s);
}

TEST(SntpdHub, RefusesSamplesByName) {
  const Hub hub;
  ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "0.1", "0.2")).status, 0);
  const std::string future = "2099-01-01T00:00:00Z";
  const std::string past = "2026-01-01T00:00:00Z";
  for (const auto& [line, name] : std::vector<std::pair<std::string, std::string>>{
           {sample("rtc:/dev/rtc0", "5", "0.1"), "outranked"},
           {sample("camera:192.0.2.1", "5", "0.1"), "unreliable"},
           {sample("phone:192.168.4.18", "400000", "0.1"), "absurd"},
           {sample("phone:192.168.4.18", "2", "100"), "absurd"},
           {sample("phone:192.168.4.18", "-1000000000", "0.1"), "below-floor"},
           {sample("phone:192.168.4.18", "2", "0.1", future), "from-the-future"},
           {sample("phone:192.168.4.18", "2", "0.1", past), "too-old"},
           {sample("gnome:1", "2", "0.1"), "unknown-kind"}}) {
    const Finished finished = feed(hub, line);
    EXPECT_EQ(finished.status, 1) << line;
    EXPECT_TRUE(has(finished.err, "refused: " + name + ": ")) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  }
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "outranked: a better source has set the clock"));
  EXPECT_EQ(text_of(status_of(hub), "source"), "phone:192.168.4.17");
}

TEST(SntpdHub, ALyingPhoneAmongThreeIsNotBelieved) {
  const UnsetHub hub;
  ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "100", "0.5")).status, 0);
  const Finished liar = feed(hub, sample("phone:192.168.4.18", "4000", "0.1"));
  EXPECT_EQ(liar.status, 1);
  EXPECT_TRUE(has(liar.err, "falseticker")) << liar.err;
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 101s);
}

TEST(SntpdHub, IsSetByHandAndSaysSo) {
  const UnsetHub hub;
  const Finished finished = hub.sntpctl({"--uncertainty", "2", "set", "2030-01-02T03:04:05Z"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "kind"), "manual");
  EXPECT_TRUE(has(text_of(status, "time"), "2030-01-02T03:04:")) << text_of(status, "time");
  EXPECT_TRUE(has(text_of(status, "bound_s"), "2.0")) << text_of(status, "bound_s");
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "set_by_hand: "));
}

TEST(SntpdHub, WhoKnowsTheTimeToHalfAMinuteOnlyIsBetterThanNobody) {
  const UnsetHub hub;
  const Finished finished = hub.sntpctl({"--uncertainty", "30", "set", "2030-01-02T03:04:05Z"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  const JsonValue status = status_of(hub);
  EXPECT_TRUE(has(text_of(status, "time"), "2030-01-02T03:04:")) << text_of(status, "time");
  EXPECT_TRUE(has(text_of(status, "bound_s"), "30.0")) << text_of(status, "bound_s");
}

TEST(SntpdHub, FollowsTheMajorityAndNamesTheLiar) {
  const LyingServer first(off_by(0s));
  const LyingServer second(off_by(0s));
  const LyingServer liar(off_by(500ms));
  const Hub hub({"--server", server(first), "--server", server(second), "--server", server(liar)});
  ASSERT_TRUE(comes_to_say(hub, "x  ntp:127.0.0.1:" + liar.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "falseticker: its interval agrees with no majority"));
}

TEST(SntpdHub, ASingleServerIsEnoughAndItsFloodIsNot) {
  const LyingServer flooding([](const LyingServer::Question& question) {
    Datagrams many = fakes::only(question.truth);
    Header forged = question.truth;
    forged.receive = later(forged.receive, 3600s);
    forged.transmit = later(forged.transmit, 3600s);
    for (int i = 0; i < 1000; ++i) many.push_back(fakes::only(forged).front());
    return many;
  });
  const Hub hub({"--server", server(flooding)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + flooding.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
}

TEST(SntpdHub, WhatIsFedDoesNotDisplaceAServerThatItAsksItself) {
  const LyingServer upstream(off_by(0s));
  const Hub hub({"--server", server(upstream)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + upstream.port()));
  for (const MonoTime end = mono_now() + 40s; mono_now() < end;) {
    if (text_of(status_of(hub), "stratum") == "3") break;
  }
  EXPECT_TRUE(has(feed(hub, sample("ntp:192.0.2.9", "0", "0.5")).err, "outranked"));
  EXPECT_EQ(text_of(status_of(hub), "stratum"), "3");
  const Finished other = feed(hub, sample("ntp:192.0.2.9", "0.5", "0.000001"));
  EXPECT_TRUE(has(other.err, "outranked")) << other.err;
  EXPECT_EQ(text_of(status_of(hub), "stratum"), "3");
}

// It may set a clock for want of anything else, but nobody is told that this is the time.
TEST(SntpdHub, ACameraAloneMakesNothingReliable) {
  const fakes::ScratchFolder folder;
  UnsetHub hub({"--state-dir", folder.path("state")});
  ASSERT_EQ(feed(hub, sample("camera:192.168.4.9", "3600", "1")).status, 0);
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "kind"), "camera");
  EXPECT_EQ(text_of(status, "reliable"), "false");
  EXPECT_EQ(text_of(status, "synchronised"), "false");
  hub.program().send(SIGTERM);
  hub.program().finish();
  EXPECT_FALSE(has(folder.content("state/state.json"), "last_good_time"));
}

TEST(SntpdHub, AnAnswerThatComesLateIsNotTaken) {
  const LyingServer late(
      [](const LyingServer::Question& question) {
        return off_by(question.number == 0 ? 3600s : 0s)(question);
      },
      LyingServer::From::kTheAddressAsked, LyingServer::When::kWithTheNextQuery);
  const Hub hub({"--server", server(late)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + late.port()));
  const nanoseconds ahead = hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now());
  EXPECT_LT(ahead, 100ms);
}

TEST(SntpdHub, AServerThatIsUnsetIsNotFollowed) {
  const LyingServer unset([](const LyingServer::Question& question) {
    Header reply = question.truth;
    reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  const Hub hub({"--server", server(unset)});
  ASSERT_TRUE(comes_to_say(hub, "last error: "));
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
}

// A server that has become another one, an hour away: the clock was right before, so it is not moved.
TEST(SntpdHub, SaysWhenItAsksAServerAgainThatToldItToStop) {
  std::atomic<int> asked{0};
  const LyingServer upstream([&](const LyingServer::Question& question) {
    ++asked;
    return fakes::only(fakes::kiss_reply(question.query, kiss::kDeny));
  });
  const Hub hub({"--server", server(upstream)});
  EXPECT_TRUE(comes_to_say(hub, "it told us to stop asking: asked again in 24 h 0 min"));
  EXPECT_EQ(asked, 1);
}

TEST(SntpdHub, AServerThatBecomesSomebodyElseDoesNotMoveTheClock) {
  const LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 0s : 3600s)(question);
  });
  const Hub hub({"--server", server(changing)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + changing.port()));
  std::string status;
  for (const MonoTime end = mono_now() + 40s; mono_now() < end && !has(status, "--panic");) {
    status = hub.sntpctl({"status"}).out;
  }
  EXPECT_TRUE(has(status, "says that this clock is -3600.")) << status;
  EXPECT_TRUE(has(status, "that is further than --panic allows")) << status;
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_LT(served.transmit - to_ntp(wall_now()), 100ms);
  EXPECT_EQ(served.leap, Leap::kUnsynchronised) << "nobody knows which of the two is right";
}

// The lie comes first: a clock that was unset takes it. Then nobody knows who is right, until a person says
// so.
TEST(SntpdHub, AfterALieThatCameFirstNothingIsClaimedUntilAPersonDecides) {
  const LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 2 * 24h * 365 : 0h)(question);
  });
  Hub hub({"--server", server(changing)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + changing.port()));
  // 63,072,000 s are two years.
  ASSERT_TRUE(hub.program().wait_for("says that this clock is +6307")) << hub.program().err();
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "false");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
  const Finished set = hub.sntpctl({"set", now_text()});
  EXPECT_EQ(set.status, 0) << set.err;
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kNone);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 1s);
}

TEST(SntpdHub, ARefusedServerDoesNotTakeBackWhatAPersonHasSet) {
  const LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 0s : 5000s)(question);
  });
  Hub hub({"--server", server(changing)});
  ASSERT_TRUE(hub.program().wait_for("refused, as that is further than --panic allows"));
  ASSERT_EQ(hub.sntpctl({"set", now_text()}).status, 0);
  const std::size_t asked = std::stoul(text_of(status_of(hub), "uptime_s"));
  ASSERT_TRUE(comes_to_be_older(hub, static_cast<double>(asked) + 6));
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kNone);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 2s);
}

// After a power cut both may begin in a time that has passed, until the server learns the true one.
TEST(SntpdHub, AWrongClockComesRightAlsoByAServerThatWasWrongWithIt) {
  for (const auto first_error : {0h, -24h * 365}) {
    const LyingServer waking([first_error](const LyingServer::Question& question) {
      return off_by(question.number < 6 ? first_error : 24h * 365 * 75)(question);
    });
    Hub hub({"--server", server(waking)}, "../tests/sntpd_of_2100");
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    ASSERT_TRUE(hub.program().wait_for("the clock is stepped by +2365")) << hub.program().err();
    ASSERT_TRUE(comes_to_say_status(hub, R"("synchronised":true)"));
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kNone);
  }
}

// A router after a power cut, which serves 1970 or last year.
TEST(SntpdHub, AServerThatTellsAPastTimeDoesNotSilenceAClockThatIsRight) {
  const LyingServer waking(off_by(-24h * 365));
  Hub hub({"--server", server(waking)});
  ASSERT_EQ(feed(hub, sample("phone:192.0.2.4", "0", "0.02")).status, 0);
  ASSERT_TRUE(hub.program().wait_for("a time that is known to have passed")) << hub.program().err();
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kNone);
}

TEST(SntpdHub, NoServerSetsAClockFurtherThanTwentyYearsPastTheBuildNorBehindIt) {
  for (const auto& [error, why] :
       {std::pair{24h * 365 * 21, "beyond all reason"}, {-24h * 365, "known to have passed"}}) {
    const LyingServer liar(off_by(error));
    Hub hub({"--server", server(liar)});
    ASSERT_TRUE(hub.program().wait_for(why)) << hub.program().err();
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s);
  }
}

TEST(SntpdHub, AServerWhoseEveryWordIsAnotherIsNeverBelieved) {
  std::atomic<int> asked = 0;
  const LyingServer erratic([&asked](const LyingServer::Question& question) {
    constexpr std::array kErrors{0ms, 17'000ms, -9'100ms, 4'200ms, -19'900ms, 12'300ms, -3'700ms, 8'800ms};
    asked = static_cast<int>(question.number);
    return off_by(kErrors.at((question.number * 5) % kErrors.size()))(question);
  });
  const Hub hub({"--no-rate-limit", "--server", server(erratic)});
  while (asked < 20) {
    const Header served = hub.client().ask(fakes::query())->header();
    EXPECT_EQ(served.leap, Leap::kUnsynchronised) << asked;
  }
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "no-samples"));
}

TEST(SntpdHub, AServerThatIsNotSynchronisedSaysSoInTheSourcesAtOnce) {
  for (const auto& [leap, stratum] :
       {std::pair{Leap::kUnsynchronised, 3}, {Leap::kNone, 16}, {Leap::kNone, 15}}) {
    const LyingServer unset([leap = leap, stratum = stratum](const LyingServer::Question& question) {
      Header reply = question.truth;
      reply.leap = leap;
      reply.stratum = static_cast<std::uint8_t>(stratum);
      return fakes::only(reply);
    });
    const Hub hub({"--server", server(unset)});
    EXPECT_TRUE(comes_to_say(hub, "unsynchronised: it says that its own clock is not set")) << stratum;
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    EXPECT_EQ(hub.client().ask(fakes::query())->header().stratum, 0);
  }
}

TEST(SntpdHub, AServerThatLosesItsReferenceIsNotFollowedForAnotherPoll) {
  const LyingServer losing([](const LyingServer::Question& question) {
    Header reply = question.truth;
    if (question.number >= 5) reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  const Hub hub({"--server", server(losing)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + losing.port()));
  ASSERT_TRUE(comes_to_say(hub, "unsynchronised: it says that its own clock is not set"));
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.reference_id, kLocalClock);
  EXPECT_GT(served.root_dispersion.to_nanoseconds(), 5ms) << "the bound that it had";
}

// Its time is the island's: so is that of its follower, and so say both.
TEST(SntpdHub, AFollowerOfALocalClockIsNotReliableAndSaysWhy) {
  const LyingServer island([](const LyingServer::Question& question) {
    Header reply = question.truth;
    reply.stratum = 10;
    reply.reference_id = kLocalClock;
    return fakes::only(reply);
  });
  const Hub hub({"--server", server(island)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + island.port()));
  const JsonValue status = status_of(hub);
  EXPECT_EQ(text_of(status, "synchronised"), "true");
  EXPECT_EQ(text_of(status, "reliable"), "false");
  EXPECT_EQ(text_of(status, "kind"), "island");
  EXPECT_TRUE(has(hub.sntpctl({"status"}).out, "on a clock that nobody vouches for"));
  EXPECT_EQ(hub.client().ask(fakes::query())->header().reference_id, kLocalClock);
  EXPECT_EQ(hub.client().ask(fakes::query())->header().stratum, 11);
}

// Its clock is 300 s off, which nobody says of it: what was known counts for more.
TEST(SntpdHub, ALocalClockDoesNotReplaceWhatAServerToldBefore) {
  std::atomic<bool> is_gone = false;
  const LyingServer honest([&is_gone](const LyingServer::Question& question) {
    Header reply = question.truth;
    if (is_gone) reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  const LyingServer island([](const LyingServer::Question& question) {
    Header reply = off(question.truth, 300s);
    reply.stratum = 10;
    reply.reference_id = kLocalClock;
    return fakes::only(reply);
  });
  const Hub hub({"--server", server(honest), "--server", server(island)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + honest.port()));
  is_gone = true;
  ASSERT_TRUE(comes_to_say(hub, "unsynchronised: it says that its own clock is not set"));
  const double up = std::stod(text_of(status_of(hub), "uptime_s"));
  ASSERT_TRUE(comes_to_be_older(hub, up + 6));
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.reference_id, kLocalClock);
  EXPECT_EQ(served.stratum, 10);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 100ms);
}

TEST(SntpdHub, AServerWithAReferenceOutranksAnyNumberOfLocalClocks) {
  const auto island = [](const LyingServer::Question& question) {
    Header reply = question.truth;
    reply.stratum = 10;
    reply.reference_id = kLocalClock;
    reply.transmit = later(reply.transmit, 3s);
    reply.receive = later(reply.receive, 3s);
    return fakes::only(reply);
  };
  const LyingServer one(island);
  const LyingServer two(island);
  const LyingServer honest(off_by(0s));
  const Hub hub({"--server", server(one), "--server", server(two), "--server", server(honest)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + honest.port()));
  EXPECT_EQ(count_of(hub.sntpctl({"sources"}).out, "outranked"), 2);
  EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s);
}

TEST(SntpdHub, ALaterWordOfAPersonCounts) {
  const UnsetHub hub;
  const auto hour_late = format_rfc3339(wall_now() + 1h);
  ASSERT_EQ(hub.sntpctl({"set", std::string{hour_late.data(), hour_late.size()}}).status, 0);
  EXPECT_GT(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now()), 3590s);
  const Finished right = hub.sntpctl({"set", now_text()});
  EXPECT_EQ(right.status, 0) << right.err;
  EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s);
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
}

// Within the second that was named, as date(1) names it, is half a second around its middle.
TEST(SntpdHub, APersonsWholeSecondIsSetWithABoundThatHoldsIt) {
  const UnsetHub hub;
  const WallTime before = wall_now();
  const auto second = format_rfc3339(std::chrono::floor<seconds>(before));
  ASSERT_EQ(hub.sntpctl({"set", std::string{second.data(), 19} + "Z"}).status, 0);
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_LE(magnitude(served.transmit - to_ntp(wall_now())),
            served.root_dispersion.to_nanoseconds() + elapsed(before, wall_now()));
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
}

TEST(SntpdHub, ALaterSampleOfASourceReplacesAnEarlierOneThatItContradicts) {
  for (const char* source :
       {"phone:192.0.2.4", "ocpp:wss://192.0.2.4", "rtc:/dev/rtc9", "ccapi:https://192.0.2.4"}) {
    for (const std::int64_t wrong_s : {6, 7200}) {
      const UnsetHub hub;
      EXPECT_EQ(feed(hub, sample(source, std::to_string(wrong_s), "0.2")).status, 0) << source;
      EXPECT_EQ(feed(hub, sample(source, "0", "0.2")).status, 0) << source << wrong_s;
      EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s)
          << source << " that was " << wrong_s;
    }
  }
}

TEST(SntpdHub, ItsOwnAnswerFedBackIsRefused) {
  const Hub hub;
  const std::string port = std::to_string(hub.port());
  const Finished fed = hub.shell(fakes::built("ntpprobe") + " --json --port " + port + " 127.0.0.1 | " +
                                 hub.sntpctl_command() + " feed");
  EXPECT_EQ(fed.status, 1);
  EXPECT_TRUE(has(fed.err, "loop")) << fed.err;
}

TEST(SntpdHub, UntilSomethingVouchesForTheClockItSaysWhatToDo) {
  UnsetHub hub;
  for (const char* words : {"--server", "--rtc", "sntpctl set", "--local"}) {
    EXPECT_TRUE(has(hub.program().err(), words)) << hub.program().err();
    EXPECT_TRUE(has(hub.sntpctl({"status"}).out, words));
  }
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kUnsynchronised);
  EXPECT_EQ(served.stratum, 0);
}

// Whatever the forwarder is called, its own query comes back to it.
TEST(SntpdHub, MeetsItselfBehindAForwarder) {
  std::atomic<std::uint16_t> port = 0;
  const LyingServer forwarder([&port](const LyingServer::Question& question) {
    if (port == 0) return Datagrams{};
    const fakes::RawClient client{fakes::kLoopbackV4, port};
    client.send(Bytes{question.datagram});
    const auto answer = client.receive();
    return answer ? Datagrams{answer->bytes} : Datagrams{};
  });
  const Hub hub({"--local", "--server", server(forwarder)});
  port = hub.port();
  EXPECT_TRUE(comes_to_say(hub, "loop: it follows us"));
  EXPECT_EQ(hub.client().ask(fakes::query())->header().stratum, 10);
}

// A follows the root and C, C follows B, and B follows A: when the root is gone each of them knows the time
// from itself.
TEST(SntpdHub, ARingWhoseRootIsGoneEndsOnItsOwnClockAndIsNeverFresh) {
  std::atomic<bool> is_gone = false;
  const LyingServer root([&is_gone](const LyingServer::Question& question) {
    Header reply = question.truth;
    if (is_gone) reply.leap = Leap::kUnsynchronised;
    return fakes::only(reply);
  });
  const std::array ports{std::to_string(fakes::free_port()), std::to_string(fakes::free_port()),
                         std::to_string(fakes::free_port())};
  const auto served_at = [](const std::string& port) {
    const fakes::RawClient client{fakes::kLoopbackV4, static_cast<std::uint16_t>(std::stoi(port))};
    return client.ask(fakes::query())->header();
  };
  const auto hub_at = [](const std::string& port) { return "127.0.0.1:" + port + ",minpoll=1,maxpoll=1"; };
  const Hub a(
      {"--no-rate-limit", "--port", ports[0], "--server", server(root), "--server", hub_at(ports[2])});
  const Hub b({"--no-rate-limit", "--port", ports[1], "--server", hub_at(ports[0])});
  const Hub c({"--no-rate-limit", "--port", ports[2], "--server", hub_at(ports[1])});
  ASSERT_TRUE(comes_to_say(c, "*  ntp:127.0.0.1:" + ports[1]));
  ASSERT_TRUE(comes_to_say(a, "system-peer"));
  const auto before = served_at(ports[0]).root_dispersion.to_nanoseconds();
  is_gone = true;
  ASSERT_TRUE(comes_to_say(a, "unsynchronised: it says that its own clock is not set"));
  const WallTime gone = wall_now();
  for (const MonoTime end = mono_now() + 120s; mono_now() < end;) {
    if (text_of(status_of(a), "refid") == "127.127.1.1") break;
  }
  const Header served = served_at(ports[0]);
  EXPECT_EQ(served.reference_id, kLocalClock);
  EXPECT_GE(served.root_dispersion.to_nanoseconds(), before);
  for (const std::string& port : ports) {
    const auto set = unfold(served_at(port).reference, gone);
    if (set) {
      EXPECT_LE(elapsed(gone, *set), 0s) << "nobody's clock was set since";
    }
  }
  ASSERT_TRUE(comes_to_say_status(b, R"("reliable":false)"));
  ASSERT_TRUE(comes_to_say_status(c, R"("reliable":false)"));
  EXPECT_FALSE(has(text_of(status_of(a), "source"), "ntp:")) << a.sntpctl({"sources"}).out;
}

TEST(SntpdHub, ItsOwnAddressIsALoop) {
  const std::string port = std::to_string(fakes::free_port());
  const Hub hub({"--port", port, "--server", "127.0.0.1:" + port});
  EXPECT_TRUE(comes_to_say(hub, "loop: it is this very server"));
}

TEST(SntpdHub, AHostileLocalClientStallsNobody) {
  const Hub hub;
  const Finished flood = hub.shell("head -c 1000000 /dev/zero | " + hub.sntpctl_command() + " feed");
  EXPECT_EQ(flood.status, 1);
  EXPECT_TRUE(hub.client().ask(fakes::query()).has_value());
  EXPECT_EQ(hub.sntpctl({"status"}).status, 0);
}

TEST(SntpdHub, ReloadsWhenAsked) {
  const Hub hub;
  EXPECT_EQ(hub.sntpctl({"reload"}).status, 0);
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "reloaded: "));
}

TEST(SntpdHub, ShowsItsClients) {
  const Hub hub;
  ASSERT_TRUE(hub.client().ask(fakes::query(3)).has_value());
  const std::string clients = hub.sntpctl({"--json", "clients"}).out;
  EXPECT_TRUE(has(clients, R"({"address":"127.0.0.1","requests":1,"refused":0,)")) << clients;
  EXPECT_TRUE(has(clients, R"("version":3)")) << clients;
}

// The messages that a service manager gets, by sd_notify(3).
class NotifySocket {
 public:
  NotifySocket() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ADD_FAILURE() << "cannot bind " << path();
    }
    // As systemd's, it is for all to write to, whatever user the daemon becomes.
    std::filesystem::permissions(path(), std::filesystem::perms::all);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms{0711});
    const timeval patience{20, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  std::string path() const { return folder_.path("notify"); }
  std::string receive() const {
    std::array<char, 256> buffer{};
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string{buffer.data(), static_cast<std::size_t>(size)};
  }

 private:
  fakes::ScratchFolder folder_;
  Fd socket_;
};

// Nobody asks it anything, and it has nobody to ask: it must wake up by itself.
TEST(SntpdHub, TellsItsServiceManagerThatItIsReadyAndAlive) {
  const NotifySocket manager;
  const fakes::ScratchFolder folder;
  fakes::Program sntpd({"env", "NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=200000",
                        fakes::built("sntpd"), "--no-clock", "--bind", "127.0.0.1", "--port",
                        std::to_string(fakes::free_port()), "--no-control", "--state-dir",
                        folder.path("state")});
  EXPECT_EQ(manager.receive(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.receive(), "WATCHDOG=1");
  sntpd.send(SIGTERM);
  EXPECT_EQ(sntpd.finish().status, 0);
}

// The state that it keeps.

TEST(SntpdHub, RemembersItsLastGoodTimeAsAFloor) {
  const fakes::ScratchFolder folder;
  {
    Hub hub({"--state-dir", folder.path("state")});
    ASSERT_EQ(feed(hub, sample("phone:192.168.4.17", "86400", "0.2")).status, 0);
    hub.program().send(SIGTERM);
    EXPECT_EQ(hub.program().finish().status, 0);
  }
  // The state is of tomorrow as this clock sees it: neither it nor the clock is known to be wrong, so the
  // state is reported and left.
  Hub hub({"--state-dir", folder.path("state")});
  EXPECT_TRUE(has(hub.program().err(), "was saved later than the clock reads: ignored"))
      << hub.program().err();
}

TEST(SntpdHub, IgnoresATornStateWithOneLine) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(fakes::run({"mkdir", "-m", "755", folder.path("state")}).status, 0);
  folder.write("state/state.json", "{\"digest\":\"0123\",\"version\":1,\"saved_at");
  Hub hub({"--state-dir", folder.path("state")});
  EXPECT_TRUE(hub.is_serving());
  EXPECT_TRUE(has(hub.program().err(), "state.json: is torn or was edited: ignored")) << hub.program().err();
  EXPECT_TRUE(has(hub.sntpctl({"activity"}).out, "state_ignored: "));
}

TEST(SntpdHub, SurvivesBeingKilled) {
  const fakes::ScratchFolder folder;
  for (int i = 0; i < 3; ++i) {
    Hub hub({"--state-dir", folder.path("state")});
    ASSERT_TRUE(hub.is_serving());
    hub.program().send(SIGKILL);
    hub.program().finish();
    EXPECT_FALSE(has(hub.program().err(), "ignored")) << hub.program().err();
  }
}

TEST(SntpdHub, RefusesAFolderThatOthersMayWriteOrThatIsALink) {
  const fakes::ScratchFolder folder;
  ASSERT_EQ(fakes::run({"mkdir", "-m", "777", folder.path("open")}).status, 0);
  ASSERT_EQ(fakes::run({"ln", "-s", "open", folder.path("link")}).status, 0);
  for (const char* name : {"open", "link"}) {
    const Finished finished = fakes::run({fakes::built("sntpd"), "--no-clock", "--port", "0", "--no-control",
                                          "--state-dir", folder.path(name)});
    EXPECT_EQ(finished.status, 3) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_TRUE(has(finished.err, folder.path(name))) << finished.err;
  }
}

}  // namespace
}  // namespace isletime
