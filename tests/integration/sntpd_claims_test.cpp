// SPDX-License-Identifier: MIT
// The hub claims nothing that it does not know, whatever its servers and feeders say.
#include <array>
#include <atomic>

#include <gtest/gtest.h>

#include "libsync/core/reference_id.hpp"
#include "libsync/policy/saturated.hpp"
#include "tests/integration/talk_to_hub.hpp"

namespace isletime::sntpd_claims_test {
namespace {

using fakes::Datagrams;
using fakes::Finished;
using fakes::LyingServer;

// The lie comes first, and an unset clock accepts it. From then on it is undecided who is right, until a
// person sets the clock.
TEST(SntpdClaims, AfterALieThatCameFirstNothingIsClaimedUntilAPersonDecides) {
  const LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 2 * 24h * 365 : 0h)(question);
  });
  Hub hub({"--server", server(changing)});
  ASSERT_TRUE(comes_to_say(hub, "*  ntp:127.0.0.1:" + changing.port()));
  // Two years are 63,072,000 s.
  ASSERT_TRUE(hub.program().wait_for("says that this clock is +6307")) << hub.program().err();
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "false");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
  const Finished set = hub.sntpctl({"set", now_text()});
  EXPECT_EQ(set.status, 0) << set.err;
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kNone);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 1s);
}

TEST(SntpdClaims, ARefusedServerDoesNotTakeBackWhatAPersonHasSet) {
  LyingServer changing([](const LyingServer::Question& question) {
    return off_by(question.number < 6 ? 0s : 5000s)(question);
  });
  Hub hub({"--server", server(changing)});
  ASSERT_TRUE(hub.program().wait_for("refused, as that is further than --panic allows"));
  ASSERT_EQ(hub.sntpctl({"set", now_text()}).status, 0);
  ASSERT_TRUE(changing.is_asked_again(4)) << "so that the third reply was judged";
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kNone);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 2s);
}

// After a power cut, both the clock and the server may start at a past time until the server learns the true
// one.
TEST(SntpdClaims, AWrongClockComesRightAlsoByAServerThatWasWrongWithIt) {
  for (const auto first_error : {0h, -24h * 365}) {
    const LyingServer waking([first_error](const LyingServer::Question& question) {
      return off_by(question.number < 6 ? first_error : 24h * 365 * 75)(question);
    });
    Hub hub({"--server", server(waking)}, "../tests/sntpd_of_2100");
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    ASSERT_TRUE(hub.program().wait_for("the clock is stepped by +2365")) << hub.program().err();
    ASSERT_TRUE(hub.comes_to_say({"--json", "status"}, {R"("synchronised":true)"}));
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kNone);
  }
}

// After a power cut a router may serve 1970 or last year.
TEST(SntpdClaims, AServerThatTellsAPastTimeDoesNotSilenceAClockThatIsRight) {
  const LyingServer waking(off_by(-24h * 365));
  Hub hub({"--server", server(waking)});
  ASSERT_EQ(feed(hub, sample("phone:192.0.2.4", "0", "0.02")).status, 0);
  ASSERT_TRUE(hub.program().wait_for("a time that is known to have passed")) << hub.program().err();
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
  EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kNone);
}

TEST(SntpdClaims, NoServerSetsAClockFurtherThanTwentyYearsPastTheBuildNorBehindIt) {
  for (const auto& [error, why] :
       {std::pair{24h * 365 * 21, "implausible"}, {-24h * 365, "known to have passed"}}) {
    const LyingServer liar(off_by(error));
    Hub hub({"--server", server(liar)});
    ASSERT_TRUE(hub.program().wait_for(why)) << hub.program().err();
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s);
  }
}

TEST(SntpdClaims, AServerWhoseEveryWordIsAnotherIsNeverBelieved) {
  std::atomic<int> asked = 0;
  const LyingServer erratic([&asked](const LyingServer::Question& question) {
    constexpr std::array kErrors{0ms, 17'000ms, -9'100ms, 4'200ms, -19'900ms, 12'300ms, -3'700ms, 8'800ms};
    ++asked;
    asked.notify_one();
    return off_by(kErrors.at((question.number * 5) % kErrors.size()))(question);
  });
  const Hub hub({"--server", server(erratic)});
  for (int seen = 0; seen < 21; seen = asked) {
    asked.wait(seen);
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised) << asked;
  }
  EXPECT_TRUE(has(hub.sntpctl({"sources"}).out, "no-samples"));
}

TEST(SntpdClaims, AServerThatIsNotSynchronisedSaysSoInTheSourcesAtOnce) {
  struct Case {
    Leap leap;
    std::uint8_t stratum;
    const char* reason;
  };
  for (const auto& [leap, stratum, reason] :
       {Case{Leap::kUnsynchronised, 3, "unsynchronised: it says that its own clock is not set"},
        Case{Leap::kNone, 16, "unsynchronised: it says that its own clock is not set"},
        Case{Leap::kNone, 15, "unsynchronised: it is at the last stratum (15)"}}) {
    const LyingServer unset([leap = leap, stratum = stratum](const LyingServer::Question& question) {
      Header reply = question.truth;
      reply.leap = leap;
      reply.stratum = stratum;
      return fakes::only(reply);
    });
    const Hub hub({"--server", server(unset)});
    EXPECT_TRUE(comes_to_say(hub, reason));
    EXPECT_EQ(hub.client().ask(fakes::query())->header().leap, Leap::kUnsynchronised);
    EXPECT_EQ(hub.client().ask(fakes::query())->header().stratum, 0);
  }
}

TEST(SntpdClaims, AServerThatLosesItsReferenceIsNotFollowedForAnotherPoll) {
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

// The server's time is that of an island, so the follower must say that its own is too.
TEST(SntpdClaims, AFollowerOfALocalClockIsNotReliableAndSaysWhy) {
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

// The local clock is 300 s off without saying so, so what the server said before must count for more.
TEST(SntpdClaims, ALocalClockDoesNotReplaceWhatAServerToldBefore) {
  std::atomic<bool> is_gone = false;
  LyingServer honest([&is_gone](const LyingServer::Question& question) {
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
  ASSERT_TRUE(honest.is_asked_again(4)) << "so that the third reply was judged";
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.reference_id, kLocalClock);
  EXPECT_EQ(served.stratum, 10);
  EXPECT_LT(magnitude(served.transmit - to_ntp(wall_now())), 100ms);
}

TEST(SntpdClaims, AServerWithAReferenceOutranksAnyNumberOfLocalClocks) {
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

TEST(SntpdClaims, ALaterWordOfAPersonCounts) {
  const UnsetHub hub;
  const auto hour_late = format_rfc3339(wall_now() + 1h);
  ASSERT_EQ(hub.sntpctl({"set", std::string{hour_late.data(), hour_late.size()}}).status, 0);
  EXPECT_GT(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now()), 3590s);
  const Finished right = hub.sntpctl({"set", now_text()});
  EXPECT_EQ(right.status, 0) << right.err;
  EXPECT_LT(magnitude(hub.client().ask(fakes::query())->header().transmit - to_ntp(wall_now())), 1s);
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
}

// The bound of half a second around the middle covers the named second, whose start date(1) prints.
TEST(SntpdClaims, APersonsWholeSecondIsSetWithABoundThatHoldsIt) {
  const UnsetHub hub;
  const WallTime before = wall_now();
  const auto second = format_rfc3339(std::chrono::floor<seconds>(before));
  ASSERT_EQ(hub.sntpctl({"set", std::string{second.data(), 19} + "Z"}).status, 0);
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_LE(magnitude(served.transmit - to_ntp(wall_now())),
            served.root_dispersion.to_nanoseconds() + elapsed(before, wall_now()));
  EXPECT_EQ(text_of(status_of(hub), "reliable"), "true");
}

TEST(SntpdClaims, ALaterSampleOfASourceReplacesAnEarlierOneThatItContradicts) {
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

TEST(SntpdClaims, ItsOwnAnswerFedBackIsRefused) {
  const Hub hub;
  const std::string port = std::to_string(hub.port());
  const Finished fed = hub.shell(fakes::built("ntpprobe") + " --json --port " + port + " 127.0.0.1 | " +
                                 hub.sntpctl_command() + " feed");
  EXPECT_EQ(fed.status, 1);
  EXPECT_TRUE(has(fed.err, "loop")) << fed.err;
}

TEST(SntpdClaims, UntilSomethingVouchesForTheClockItSaysWhatToDo) {
  UnsetHub hub;
  for (const char* words : {"--server", "--rtc", "sntpctl set", "--local"}) {
    EXPECT_TRUE(has(hub.program().err(), words)) << hub.program().err();
    EXPECT_TRUE(has(hub.sntpctl({"status"}).out, words));
  }
  const Header served = hub.client().ask(fakes::query())->header();
  EXPECT_EQ(served.leap, Leap::kUnsynchronised);
  EXPECT_EQ(served.stratum, 0);
}

// Behind a forwarder with any name, the hub's own query returns to it.
TEST(SntpdClaims, MeetsItselfBehindAForwarder) {
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

// A follows the root and C, C follows B, and B follows A: without the root, each would know the time only
// from itself.
TEST(SntpdClaims, ARingWhoseRootIsGoneEndsOnItsOwnClockAndIsNeverFresh) {
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
  ASSERT_TRUE(a.comes_to_say({"--json", "status"}, {R"("refid":"127.127.1.1")"}));
  const Header served = served_at(ports[0]);
  EXPECT_EQ(served.reference_id, kLocalClock);
  EXPECT_GE(served.root_dispersion.to_nanoseconds(), before);
  for (const std::string& port : ports) {
    const auto set = unfold(served_at(port).reference, gone);
    if (set) {
      EXPECT_LE(elapsed(gone, *set), 0s) << "nobody's clock was set since";
    }
  }
  for (const Hub* follower : {&b, &c}) {
    ASSERT_TRUE(follower->comes_to_say({"--json", "status"}, {R"("reliable":false)"}));
  }
  EXPECT_FALSE(has(text_of(status_of(a), "source"), "ntp:")) << a.sntpctl({"sources"}).out;
}

}  // namespace
}  // namespace isletime::sntpd_claims_test
