// SPDX-License-Identifier: MIT
// Which fed samples and times set by hand are accepted, and which replies they get.
#include <array>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libsync/record/sample_record.hpp"
#include "tests/hub/hub_play.hpp"
#include "tests/hub/lives/chance.hpp"

namespace isletime::hub_fed_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

constexpr const char* kPhone = "phone:192.0.2.4";
constexpr const char* kFedNtp = "ntp:192.0.2.4";
constexpr std::array kAllKinds{kFedNtp, kPhone, "ocpp:wss://192.0.2.4", "rtc:/dev/rtc9",
                               "ccapi:https://192.0.2.4"};

// --- Ranks, the floor, panic ---

TEST(HubFed, AServersTimeThatIsFedRanksBehindOneThatIsAsked) {
  HubPlay play;
  EXPECT_EQ(play.feed(kFedNtp).name, "adopt");
  EXPECT_EQ(play.status().kind, "fed-ntp");
  EXPECT_EQ(play.feed(kPhone, 5s).name, "outranked");
  play.add_server();
  play.pass(10min);
  EXPECT_EQ(play.feed(kFedNtp, 500ms).name, "outranked");
  EXPECT_EQ(play.status().kind, "ntp");
  EXPECT_LT(magnitude(play.error()), 10ms);
  play.sleep(8h);
  EXPECT_EQ(play.feed(kFedNtp, 500ms).name, "outranked")
      << "as long as one is followed, also after its window";
}

TEST(HubFed, NothingSetsTheClockBeforeTheBuildOrPastItsUse) {
  for (const char* source : kAllKinds) {
    HubPlay play;
    EXPECT_EQ(play.feed(source, -24h * 31).name, "below-floor") << source;
    EXPECT_EQ(play.feed(source, 21 * kYear).name, "absurd") << source;
    EXPECT_FALSE(play.is_synchronised()) << source;
    EXPECT_EQ(play.error(), 0s) << source;
  }
  HubPlay play;
  EXPECT_EQ(play.set(-24h * 31).name, "below-floor");
  EXPECT_EQ(play.set(21 * kYear).name, "absurd");
  EXPECT_FALSE(play.is_synchronised());
}

TEST(HubFed, AServersTimeThatIsFedHasThePanicLimit) {
  HubPlay play;
  play.feed(kPhone);
  const Hub::Reply far = play.feed(kFedNtp, 5000s);
  EXPECT_FALSE(far.is_accepted);
  EXPECT_EQ(far.name, "panic");
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_EQ(play.feed(kFedNtp, 500s).name, "adopt") << "nearer, it ranks better than a phone";
}

TEST(HubFed, OnlyAServerThatIsAskedAndAPersonRaiseTheSavedFloor) {
  for (const char* source : kAllKinds) {
    HubPlay play;
    ASSERT_TRUE(play.feed(source).is_accepted) << source;
    play.stop();
    EXPECT_FALSE(play.saved->last_good_time) << source;
  }
  HubPlay by_person;
  by_person.set();
  by_person.stop();
  EXPECT_LE(*by_person.saved->last_good_time, by_person.machine.truth);
  EXPECT_GT(*by_person.saved->last_good_time, by_person.machine.truth - 1s);
  HubPlay by_server;
  by_server.add_server();
  by_server.pass(10min);
  by_server.stop();
  EXPECT_GT(*by_server.saved->last_good_time, by_server.machine.truth - 5min);
}

TEST(HubFed, AnUnreliableSetRaisesNoFloor) {
  HubPlay play;
  play.set(0s, 30s);
  ASSERT_FALSE(play.is_reliable());
  play.stop();
  EXPECT_EQ(play.saved->last_good_time, kMade);
}

TEST(HubFed, TheSavedFloorHoldsAfterARestartAndAPersonLowersIt) {
  HubPlay play;
  play.add_server();
  play.pass(10min);
  play.stop();
  play.reboot(kStart);
  for (const char* source : {kFedNtp, kPhone, "ocpp:wss://192.0.2.4", "rtc:/dev/rtc9"}) {
    EXPECT_EQ(play.feed(source, -1h).name, "below-floor") << source;
  }
  EXPECT_EQ(play.set(-1h).name, "adopt");
  EXPECT_EQ(play.set(-2h).name, "adopt");
  play.stop();
  EXPECT_LT(*play.saved->last_good_time, play.machine.truth - 1h);
}

// --- A later sample of the same source ---

TEST(HubFed, ALaterWordOfAPersonCounts) {
  HubPlay play;
  for (const nanoseconds wrong : {nanoseconds{1h}, nanoseconds{400ms}}) {
    EXPECT_EQ(play.set(wrong).name, "adopt");
    EXPECT_LT(magnitude(play.error() - wrong), 1ms);
    EXPECT_EQ(play.set().name, "adopt");
    EXPECT_LT(magnitude(play.error()), 1ms) << "it is not averaged";
  }
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubFed, ALaterWordOfAPersonCountsFromWhicheverPhoneItComes) {
  for (const nanoseconds uncertainty : {100ms, 500ms, 900ms}) {
    HubPlay play;
    ASSERT_EQ(play.feed("manual:192.168.4.17", 60s, 500ms).name, "adopt");
    play.pass(1min);
    EXPECT_EQ(play.feed("manual:192.168.4.18", 0s, uncertainty).name, "adopt") << uncertainty.count();
    EXPECT_LT(magnitude(play.error()), 1ms) << "it is not averaged";
    EXPECT_TRUE(play.is_reliable());
    play.pass(2min);  // the clock was set back by one
    EXPECT_EQ(play.feed("manual:192.168.4.17", 30s, uncertainty).name, "adopt") << "the first may insist";
    EXPECT_LT(magnitude(play.error() - 30s), 1ms);
    play.pass(1min);
    EXPECT_EQ(play.set().name, "adopt");
    EXPECT_LT(magnitude(play.error()), 1ms);
  }
}

// Its round trip was longer this time.
TEST(HubFed, ALaterWordThatIsLessCertainCountsAllTheSame) {
  for (const char* source : kAllKinds) {
    for (const nanoseconds wrong : {nanoseconds{30s}, nanoseconds{500s}}) {
      HubPlay play;
      ASSERT_EQ(play.feed(source, wrong, 50ms).name, "adopt") << source;
      play.pass(1min);
      EXPECT_EQ(play.feed(source, 0s, 500ms).name, "adopt") << source;
      if (play.is_synchronised()) EXPECT_TRUE(play.is_bound_honest()) << source;
      EXPECT_TRUE(!play.is_reliable() || magnitude(play.error()) < 1s) << source;
    }
  }
}

TEST(HubFed, WhatASourceTakesBackByMoreThanItMayMoveTheClockIsNotClaimedAnyMore) {
  for (const auto& [source, wrong] :
       {std::pair{kFedNtp, nanoseconds{2h}}, {kPhone, nanoseconds{48h}}, {"ocpp:x", nanoseconds{48h}}}) {
    HubPlay play;
    play.feed(source, wrong);
    ASSERT_TRUE(play.is_reliable()) << source;
    play.pass(1min);
    const Hub::Reply reply = play.feed(source);
    EXPECT_FALSE(reply.is_accepted) << source;
    EXPECT_TRUE(is_in(reply.text, wrong == 2h ? "+7200.000 s" : "+172800.000 s")) << reply.text;
    EXPECT_FALSE(play.is_synchronised()) << source;
    EXPECT_FALSE(play.is_reliable()) << source;
    EXPECT_TRUE(play.warns("contradicted")) << play.warnings();
    EXPECT_EQ(play.set().name, "adopt") << source;
    EXPECT_TRUE(play.is_reliable()) << source;
  }
}

// --- Several sources of a kind ---

TEST(HubFed, WhatAFedServerContradictsByMoreThanItMayMoveTheClockIsNotClaimed) {
  HubPlay play;
  play.feed(kPhone, 3000s);
  const Hub::Reply reply = play.feed(kFedNtp);
  EXPECT_EQ(reply.name, "panic");
  EXPECT_TRUE(is_in(reply.text, "+3000.000 s")) << reply.text;
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable()) << "it outranks a phone";
  EXPECT_EQ(play.feed("phone:192.0.2.5").name, "adopt") << "another source may decide";
  EXPECT_TRUE(play.is_reliable());
  EXPECT_LT(magnitude(play.error()), 20ms);
}

TEST(HubFed, WhatAFedServerContradictsAPersonMayHaveDecided) {
  HubPlay play;
  play.set();
  EXPECT_EQ(play.feed(kFedNtp, 3000s).name, "panic");
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubFed, PhonesThatAreLessCertainThanALiarOutvoteIt) {
  HubPlay play;
  play.feed("phone:192.0.2.4", 1h, 50ms);
  play.pass(1min);
  EXPECT_EQ(play.feed("phone:192.0.2.5", 0s, 300ms).name, "falseticker");
  EXPECT_EQ(play.feed("phone:192.0.2.6", 100ms, 300ms).name, "adopt");
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_LT(magnitude(play.error()), 300ms);
}

TEST(HubFed, PhonesThatAgreedAreNotOutvotedByFewerLiars) {
  HubPlay play;
  for (const char* honest : {"phone:192.0.2.4", "phone:192.0.2.5", "phone:192.0.2.6"}) {
    EXPECT_TRUE(play.feed(honest, 100ms, 300ms).is_accepted) << honest;
  }
  for (const char* liar : {"phone:192.0.2.7", "phone:192.0.2.8"}) {
    EXPECT_EQ(play.feed(liar, 30s, 50ms).name, "falseticker") << liar;
  }
  EXPECT_TRUE(play.is_bound_honest());
  EXPECT_TRUE(play.is_reliable());
}

// Phones differ by tenths of a second. One that comes when the other is gone keeps the hub reliable.
TEST(HubFed, OfTwoPhonesThatDifferByLessThanIsCorrectedEachCountsAndTheBoundReachesBoth) {
  HubPlay play;
  play.feed("phone:192.0.2.4", 0s, 20ms);
  play.pass(20min);
  EXPECT_EQ(play.feed("phone:192.0.2.5", 300ms, 20ms).name, "agree");
  EXPECT_GE(play.root_distance(), 300ms);
  EXPECT_LT(play.root_distance(), 500ms);
  play.pass(20min);
  EXPECT_TRUE(play.is_reliable());
}

TEST(HubFed, OfPhonesThatAllContradictOneAnotherTheBoundReachesEach) {
  HubPlay play;
  play.feed("phone:192.0.2.4", 0s, 20ms);
  EXPECT_EQ(play.feed("phone:192.0.2.5", 800ms, 20ms).name, "agree");
  EXPECT_EQ(play.feed("phone:192.0.2.6", -300ms, 20ms).name, "agree");
  EXPECT_GE(play.root_distance(), 820ms);
}

TEST(HubFed, OnePhoneThatOthersContradictByLessThanIsCorrectedRenewsNoWindow) {
  HubPlay play;
  play.feed("phone:192.0.2.4", 0s, 20ms);
  play.feed("phone:192.0.2.5", 10ms, 20ms);
  play.pass(20min);
  EXPECT_EQ(play.feed("phone:192.0.2.6", 500ms, 20ms).name, "falseticker");
  EXPECT_GE(play.root_distance(), 500ms);
  play.pass(15min);
  EXPECT_FALSE(play.is_reliable());
}

TEST(HubFed, OnePhoneAloneIsBelievedToWhatItSays) {
  HubPlay play;
  play.feed("phone:192.0.2.4", 0s, 20ms);
  EXPECT_GE(play.root_distance(), 20ms);
  EXPECT_LT(play.root_distance(), 22ms);
}

TEST(HubFed, OneLiarThatSeemsToKnowBestDoesNotNarrowTheBoundOfTheOthers) {
  for (const std::string kind : {"phone:", "ntp:", "ocpp:"}) {
    for (int liars_turn = 0; liars_turn < 3; ++liars_turn) {
      HubPlay play;
      for (int turn = 0; turn < 3; ++turn) {
        const std::string source = kind + "192.0.2." + std::to_string(turn);
        if (turn == liars_turn) {
          play.feed(source, 400ms, 1ms);
        } else {
          play.feed(source, 400ms * (turn % 2), 450ms);
        }
        play.pass(1s);
      }
      EXPECT_TRUE(play.is_bound_honest())
          << kind << " " << liars_turn << ": " << play.root_distance().count();
      EXPECT_TRUE(play.is_reliable()) << kind << " " << liars_turn << ": " << play.root_distance().count();
    }
  }
}

// Among three to five sources fewer than half lie at any time, by as much as they like; each speaks several
// times.
TEST(HubFed, NoMinorityOfLiarsMakesTheBoundAFalsehood) {
  hub_play::Chance chance(7);
  for (int life = 0; life < 500; ++life) {
    const std::string kind = std::array{"phone:", "ntp:", "ocpp:"}[static_cast<std::size_t>(life % 3)];
    const int sources = 3 + chance.below(3);
    const int liars = (sources - 1) / 2;
    HubPlay play(ordinary(), {.wall = kStart + chance.within(2s)});
    // Honest ones speak first, as the first liar is alone with its word.
    std::string story;
    for (int turn = 0; turn < 14; ++turn) {
      const int speaker = turn <= liars ? sources - 1 - turn : chance.below(sources);
      const bool is_liar = speaker < liars;
      const nanoseconds bound = chance.between(1ms, 500ms);
      const nanoseconds off = is_liar ? chance.within(chance.one_in(2) ? nanoseconds{2s} : nanoseconds{1min})
                                      : chance.within(bound * 98 / 100);
      const std::string source = kind + std::to_string(speaker);
      const Hub::Reply reply = play.feed(source, off, bound);
      story +=
          fmt::format("{}{} is off by {:.3f} s, and says {:.3f} s: {}\n", source, is_liar ? ", a liar," : "",
                      Seconds{off}.count(), Seconds{bound}.count(), reply.name);
      ASSERT_TRUE(!play.is_synchronised() || play.is_bound_honest()) << story;
      play.pass(chance.between(1s, 100s));
    }
  }
}

// --- Ranks and words ---

TEST(HubFed, APersonIsToldHowLongAPhoneOnTheAccessPointOutranksThem) {
  HubPlay play;
  ASSERT_EQ(play.feed(play.sample(kPhone, 23s, 20ms), true).name, "adopt");
  play.pass(3min);
  const Hub::Reply refused = play.set();
  EXPECT_EQ(refused.name, "outranked");
  EXPECT_EQ(refused.text,
            "a better source has set the clock, and outranks this one for 27 min more, or longer if it is "
            "heard again");
  EXPECT_EQ(play.hub->fed_views(play.now())[1].standing_text, "a better source has set the clock")
      << "which is shown later, too";
  play.pass(27min + 1s);
  EXPECT_EQ(play.set().name, "adopt");
}

TEST(HubFed, WhoIsOutrankedForEverIsToldNoEndOfIt) {
  HubPlay by_person;
  by_person.set();
  EXPECT_EQ(by_person.feed("ccapi:https://192.0.2.4", 5s).text, "a better source has set the clock")
      << "a camera, for which nobody vouches, does not replace it after its window either";
  HubPlay by_server;
  by_server.add_server();
  by_server.pass(10min);
  EXPECT_EQ(by_server.set(5s).text, "a better source has set the clock") << "as long as it is followed";
}

TEST(HubFed, ALaterSampleReplacesAnEarlierOneThatItContradicts) {
  for (const char* source : kAllKinds) {
    const bool is_server = source == kFedNtp;
    for (const seconds wrong : {6s, is_server ? 900s : 7200s}) {
      HubPlay play;
      EXPECT_EQ(play.feed(source, wrong, 200ms).name, "adopt") << source;
      const Hub::Reply right = play.feed(source, 0s, 200ms);
      EXPECT_EQ(right.name, "adopt") << source << ": " << right.text;
      EXPECT_TRUE(play.is_bound_honest()) << source;
      if (is_server) play.pass(4h);  // a server's sample slews a clock that is set
      EXPECT_LT(magnitude(play.error()), 1s) << source << wrong.count();
    }
  }
}

// --- The hub's own time ---

TEST(HubFed, ItsOwnAnswerIsRefusedByWhateverName) {
  HubPlay play;
  play.set();
  const ReferenceId our_address{0xc0a8'0417};
  play.hub->set_own_addresses({{.reference_id = our_address,
                                .is_loopback = false,
                                .source = "ntp:192.168.4.23:11123",
                                .address = "ntp:192.168.4.23"}});
  EXPECT_EQ(play.feed("ntp:192.168.4.23:11123").name, "loop") << "its service";
  SampleRecord same = play.sample("ntp:192.168.4.23");
  same.stratum = play.served().stratum;
  same.root_delay = play.served().root_delay.value;
  same.refid = reference_id_text(play.served().reference_id, play.served().stratum);
  EXPECT_EQ(play.feed(same).name, "loop") << "its address, and its very words";
  same.root_delay = 1ms;
  EXPECT_NE(play.feed(same).name, "loop") << "another program's on this machine";
  SampleRecord follower = play.sample("ntp:192.168.4.99");
  follower.stratum = 3;
  follower.refid = "192.168.4.23";
  EXPECT_EQ(play.feed(follower).name, "loop") << "one that follows it";
  follower.refid = "192.168.4.1";
  EXPECT_NE(play.feed(follower).name, "loop");
}

TEST(HubFed, AServerThatIsNotSetIsUnreliableByItsOwnAccount) {
  for (const auto& [leap, stratum] : {std::pair{3, 2}, {0, 0}, {0, 15}, {0, 16}}) {
    HubPlay play;
    SampleRecord sample = play.sample(kFedNtp);
    sample.leap = leap;
    sample.stratum = stratum;
    EXPECT_EQ(play.feed(sample).name, "unreliable") << stratum;
    EXPECT_FALSE(play.is_synchronised());
  }
}

TEST(HubFed, ACameraSetsTheClockButNobodyVouchesForIt) {
  HubPlay play(ordinary(), {.wall = kStart - 24h});
  EXPECT_EQ(play.feed("ccapi:https://192.0.2.4", 0s, 500ms).name, "adopt");
  EXPECT_LT(magnitude(play.error()), 1s);
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_FALSE(play.is_reliable());
  EXPECT_TRUE(play.warns("only a camera has told the time")) << play.warnings();
}

// --- Replies ---

TEST(HubFed, WhatCannotBeASampleIsRefusedByName) {
  HubPlay play;
  play.machine.pass(2h);
  EXPECT_EQ(play.feed("sundial:garden").name, "unknown-kind");
  SampleRecord sample = play.sample(kPhone);
  sample.uncertainty.reset();
  EXPECT_EQ(play.feed(sample).name, "bad-sample");
  sample = play.sample(kPhone);
  sample.time += 1s;
  EXPECT_EQ(play.feed(sample).name, "from-the-future");
  sample.time = play.machine.wall - 61s;
  EXPECT_EQ(play.feed(sample).name, "too-old");
  EXPECT_FALSE(play.is_synchronised());
  EXPECT_EQ(play.said(kPhone), 3) << "each is in the records";
}

TEST(HubFed, WhatWasMeasuredBeforeTheClockWasSetIsTooOld) {
  HubPlay play;
  const SampleRecord before = play.sample(kPhone, 10s);
  play.machine.pass(1s);
  play.set(1h);
  play.machine.pass(1s);
  const SampleRecord stamped_late{[&] {
    SampleRecord sample = before;
    sample.time = play.machine.wall - 2s;
    return sample;
  }()};
  EXPECT_EQ(play.feed(stamped_late).name, "too-old");
}

TEST(HubFed, TheReplySaysWhatHasHappened) {
  HubPlay play;
  EXPECT_EQ(play.feed(kPhone, 0s, 20ms).text, "the clock is set by it");
  EXPECT_EQ(play.feed(kPhone, 200ms, 20ms).name, "agree") << "within a second";
  EXPECT_LT(magnitude(play.error()), 20ms) << "and left as it is";
  EXPECT_EQ(play.feed("ocpp:wss://192.0.2.4", 20s).name, "outranked");
  EXPECT_EQ(play.feed(kPhone, 30s, 8s).name, "too-uncertain");
  EXPECT_EQ(play.feed(kPhone, 24h * 2).name, "absurd");
  const auto fed = play.hub->fed_views(play.now());
  ASSERT_EQ(fed.size(), 2U);
  EXPECT_EQ(fed[1].standing, "outranked");
}

// The clock reads the same times again, so the sample's own time does not show it.
TEST(HubFed, ASampleFromBeforeTheClockWasSetBackIsRefused) {
  HubPlay play;
  play.set();
  play.pass(1min);
  const SampleRecord before = play.sample("ntp:192.0.2.4", 0s, 1ms);
  play.jump(-9s);
  play.machine.pass(28s);
  EXPECT_EQ(play.feed(before).name, "too-old");
  play.machine.pass(2min);
  EXPECT_TRUE(play.feed("ntp:192.0.2.4").is_accepted);
}

// What is fed as a server's time corrects the rate too, by an estimate that a few samples leave uncertain.
TEST(HubFed, ARateThatAFewSamplesHaveSetIsInTheBound) {
  constexpr auto kUncertainty = 20ms;
  for (const nanoseconds gap : {nanoseconds{10s}, nanoseconds{1min}, nanoseconds{10min}}) {
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
      HubPlay play;
      play.machine.crystal = 10e-6;
      std::mt19937 random(seed);
      for (std::uint32_t i = 0; i < 2 + seed % 10; ++i) {
        const double error = static_cast<double>(random() % 2001) / 1000 - 1;
        play.feed(kFedNtp, rounded(Seconds{kUncertainty} * error), kUncertainty);
        play.pass(gap);
      }
      for (int hours = 0; hours < 24; ++hours) {
        EXPECT_TRUE(play.is_bound_honest() || !play.is_synchronised())
            << "seed " << seed << ", every " << Seconds{gap}.count() << " s, after " << hours
            << " h: " << Seconds{play.error()}.count() << " s of " << Seconds{play.root_distance()}.count()
            << " s";
        play.pass(1h);
      }
    }
  }
}

// Returns what a client measures that asks the hub by another name than its own addresses.
SampleRecord own_answer(const HubPlay& play) {
  const ServerState served = play.served();
  SampleRecord own = play.sample("ntp:localhost:11123", 0ns, 100us);
  own.offset = elapsed(play.machine.wall, play.hub_time());
  own.leap = static_cast<int>(served.leap);
  own.stratum = served.stratum;
  own.refid = reference_id_text(served.reference_id, served.stratum);
  own.root_delay = ShortTime::round_up(served.root_delay.value).to_nanoseconds();
  own.root_dispersion =
      ShortTime::round_up(root_dispersion_at(served, play.hub_time()).value).to_nanoseconds();
  return own;
}

TEST(HubFed, ItsOwnAnswerIsRefusedByWhateverNameItWasAsked) {
  HubPlay island(of_island());
  island.pass(1h);
  EXPECT_EQ(island.feed(own_answer(island)).name, "loop");
  EXPECT_FALSE(island.status().bound) << "it knows nothing of the world's time";
  HubPlay play;
  Server& server = play.add_server();
  play.pass(1h);
  EXPECT_EQ(play.feed(own_answer(play)).name, "loop");
  server.is_silent = true;
  play.pass(1h);
  ASSERT_EQ(play.served().reference_id, kLocalClock);
  EXPECT_EQ(play.feed(own_answer(play)).name, "loop");
}

TEST(HubFed, AnIslandsReferenceTakesNoTimeFromAnotherIsland) {
  HubPlay play(of_island());
  SampleRecord follower = own_answer(play);
  follower.stratum = *follower.stratum + 1;
  follower.root_dispersion = 30ms;
  EXPECT_EQ(play.feed(follower).name, "loop");
  EXPECT_TRUE(play.feed("ntp:192.0.2.9").is_accepted) << "a server of the world's time is";
}

TEST(HubFed, NoSampleIsBetterThanTheClocksPrecision) {
  HubPlay play;
  EXPECT_TRUE(play.feed("phone:192.0.2.4", 0s, 0s).is_accepted);
  EXPECT_GE(play.status().bound->value, 953ns);
}

TEST(HubFed, WhatAPersonSetsIsNotExactHoweverExactItIsSaidToBe) {
  HubPlay play;
  EXPECT_TRUE(play.set(0s, 0s).is_accepted);
  EXPECT_GE(play.status().bound->value, 10ms);
  EXPECT_GE(play.root_distance(), 10ms);
}

}  // namespace
}  // namespace isletime::hub_fed_test
