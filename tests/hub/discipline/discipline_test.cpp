// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/discipline.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace isletime::discipline_test {
namespace {

using namespace std::chrono_literals;

constexpr FreeTime kStart{1'770'000'000s};
constexpr double kFrequency = 20e-6;  // of the oscillator, which is fast

// An oscillator that was right at kStart, and sources with any error.
class Island {
 public:
  std::size_t add(Tier tier = Tier::kNormal) {
    const auto index = discipline.add({.tier = tier});
    EXPECT_TRUE(index.has_value());
    return index.value_or(0);
  }

  // The source's clock is `lie` ahead of true time.
  void hear(std::size_t source, nanoseconds lie = 0ns, const SourceAccount& account = {.stratum = 1}) {
    const nanoseconds gained = rounded(Seconds{elapsed(kStart, now)} * kFrequency);
    const OffsetSample sample{
        .at = now, .offset = {lie - gained}, .delay = Delay{200us}, .dispersion = {1us}};
    discipline.on_sample(source, MonoTime{elapsed(kStart, now)}, sample, account);
  }

  void pass(nanoseconds time) { now += time; }
  nanoseconds phase() const { return rounded(Seconds{elapsed(kStart, now)} * kFrequency); }
  Standing standing(std::size_t source) const { return discipline.source(source)->placement.standing; }

  Discipline discipline;
  FreeTime now = kStart;
};

template <class Hear>
void listen(Island& island, Hear hear) {
  for (int i = 0; i < 60; ++i) {
    hear();
    island.pass(16s);
  }
}

TEST(Discipline, NobodySteersBeforeTheFirstSample) {
  Island island;
  const auto source = island.add();
  EXPECT_FALSE(island.discipline.select(island.now));
  EXPECT_EQ(island.standing(source), Standing::kUnreachable);
}

TEST(Discipline, OneHonestSourceGivesPhaseAndFrequency) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  const auto consensus = island.discipline.select(island.now);
  ASSERT_TRUE(consensus);
  EXPECT_NEAR(consensus->estimate.frequency, kFrequency, 0.1e-6);
  EXPECT_LT(std::abs((consensus->estimate.phase - island.phase()).count()), nanoseconds{5us}.count());
  EXPECT_EQ(consensus->system_peer, source);
  EXPECT_EQ(island.standing(source), Standing::kSystemPeer);
}

// An attacker may block our queries and let the broadcasts through.
TEST(Discipline, ABroadcastTellsTheTimeButNotThatTheServerAnswers) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  const auto interval = [&] {
    return island.discipline.interval(source, MonoTime{elapsed(kStart, island.now)}, island.now);
  };
  island.discipline.on_trouble(source, Trouble::kNoReply, false);
  island.discipline.on_trouble(source, Trouble::kNoReply, false);
  const nanoseconds before = interval();
  const OffsetSample sample{
      .at = island.now, .offset = {-island.phase()}, .delay = Delay{200us}, .dispersion = {1ms}};
  island.discipline.on_broadcast(source, sample, {.leap = Leap::kInsert, .stratum = 1});
  const auto& known = *island.discipline.source(source);
  EXPECT_EQ(known.last_sample, island.now);
  EXPECT_EQ(known.account.leap, Leap::kInsert);
  EXPECT_FALSE(known.reachable);
  EXPECT_EQ(known.trouble, Trouble::kNoReply);
  EXPECT_EQ(interval(), before);
  EXPECT_FALSE(island.discipline.select(island.now));
}

TEST(Discipline, ALyingMinorityNeverMovesTheClock) {
  Island island;
  const auto first = island.add();
  const auto liar = island.add();
  const auto second = island.add();
  listen(island, [&] {
    island.hear(first);
    island.hear(liar, 3s);
    island.hear(second);
    const auto consensus = island.discipline.select(island.now);
    if (!consensus) return;
    EXPECT_LT(std::abs((consensus->estimate.phase - island.phase()).count()), nanoseconds{1ms}.count());
  });
  EXPECT_TRUE(is_selected(island.standing(first)));
  EXPECT_TRUE(is_selected(island.standing(second)));
  EXPECT_EQ(island.standing(liar), Standing::kFalseticker);
}

TEST(Discipline, TheBoundHoldsTheServersRootDistance) {
  Island island;
  const auto source = island.add();
  listen(island,
         [&] { island.hear(source, 0ns, {.stratum = 2, .root_delay = {20ms}, .root_dispersion = {5ms}}); });
  EXPECT_GE(island.discipline.select(island.now)->bound.value, 15ms);
}

// At 15 ppm the bound would grow by a millisecond per poll, and a liar could move the clock as far.
TEST(Discipline, TheBoundGrowsAsTheEstimateDoesAndNoFaster) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  const auto before = island.discipline.select(island.now);
  island.pass(64s);
  const auto after = island.discipline.select(island.now);
  ASSERT_TRUE(before && after);
  EXPECT_GT(after->bound, before->bound);
  EXPECT_LT(after->bound.value, 500us);
}

TEST(Discipline, AFallbackDecidesOnlyWhileNobodyElseCan) {
  Island island;
  const auto normal = island.add();
  const auto fallback = island.add(Tier::kFallback);
  listen(island, [&] {
    island.hear(normal);
    island.hear(fallback);
  });
  EXPECT_EQ(island.discipline.select(island.now)->system_peer, normal);
  EXPECT_EQ(island.standing(fallback), Standing::kStandby);
  island.discipline.on_trouble(normal, Trouble::kNoReply, false);
  EXPECT_EQ(island.discipline.select(island.now)->system_peer, fallback);
  EXPECT_EQ(island.standing(normal), Standing::kUnreachable);
}

// The free-running clock is 20 ms off after 16 minutes at 20 ppm, while the steered wall clock is right.
TEST(Discipline, OfTwoThatDisagreeTheSteeredClockBearsOneOut) {
  Island island;
  const auto honest = island.add();
  listen(island, [&] { island.hear(honest); });
  EXPECT_TRUE(island.discipline.select(island.now, -island.phase()));
  const auto liar = island.add();
  for (int i = 0; i < 20; ++i) {
    island.pass(16s);
    island.hear(honest);
    island.hear(liar, 50ms);
  }
  ASSERT_TRUE(island.discipline.select(island.now, -island.phase()));
  EXPECT_TRUE(is_selected(island.standing(honest)));
  EXPECT_EQ(island.standing(liar), Standing::kFalseticker);
}

TEST(Discipline, WhatItSaysOfTheOscillatorDoesNotDependOnHowTheClockIsSteered) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  const auto unsteered = island.discipline.select(island.now);
  const auto steered = island.discipline.select(island.now, 12'345us);
  ASSERT_TRUE(unsteered && steered);
  EXPECT_EQ(unsteered->estimate.phase, steered->estimate.phase);
}

TEST(Discipline, AStepThatOneSourceSeesMakesTheOthersWantedAsWitnesses) {
  Island island;
  const auto first = island.add();
  const auto second = island.add();
  for (int i = 0; i < 60; ++i) {
    island.hear(first);
    island.hear(second);
    island.pass(64s);
  }
  const auto interval = [&](std::size_t source) {
    return island.discipline.interval(source, MonoTime{elapsed(kStart, island.now)}, island.now);
  };
  EXPECT_GE(interval(second), 64s);
  island.hear(first, 500ms);
  EXPECT_EQ(interval(second), 2s);
  island.pass(2s);
  island.hear(second);
  EXPECT_GE(interval(second), 64s);
}

TEST(Discipline, AStepThatMostSourcesSeeIsTheLocalClocksAndBelievedSooner) {
  const auto hear_steps = [](Island& island, std::size_t first, std::size_t second) {
    int heard = 0;
    while (island.discipline.source(first)->estimator.is_suspicious() || heard == 0) {
      island.pass(2s);
      island.hear(first, 500ms);
      if (second != first) island.hear(second, 500ms);
      if (++heard > 9) break;
    }
    return heard;
  };
  const auto settled = [](Island& island) {
    std::array<std::size_t, 3> sources{island.add(), island.add(), island.add()};
    listen(island, [&] {
      for (const auto source : sources) island.hear(source);
    });
    return sources;
  };
  Island alone;
  const auto [liar, other, third] = settled(alone);
  EXPECT_EQ(hear_steps(alone, liar, liar), 5);
  Island together;
  const auto [one, two, three] = settled(together);
  EXPECT_LE(hear_steps(together, one, two), 4);
}

TEST(Discipline, WhileASourceSeesAStepTheFrequencyIsInDoubtToo) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  EXPECT_LT(island.discipline.select(island.now)->frequency_bound, 5e-6);
  island.pass(48s);
  island.hear(source, 5ms);
  const auto consensus = island.discipline.select(island.now);
  ASSERT_TRUE(consensus);
  EXPECT_NEAR(consensus->frequency_bound, 5e-3 / 64, 1e-5);
  EXPECT_GE(consensus->bound.value, 5ms);
}

TEST(Discipline, SaysWhyASourceIsOfNoUse) {
  Island island;
  const auto unset = island.add();
  const auto follower = island.add();
  listen(island, [&] {
    island.hear(unset);
    island.hear(follower);
  });
  island.discipline.on_trouble(unset, Trouble::kUnsynchronised, true);
  island.discipline.on_trouble(follower, Trouble::kLoop, true);
  EXPECT_FALSE(island.discipline.select(island.now));
  EXPECT_EQ(island.standing(unset), Standing::kUnsynchronised);
  EXPECT_EQ(island.standing(follower), Standing::kLoop);
}

TEST(Discipline, ALeapSecondNeedsTheMajorityOfThoseThatAgree) {
  Island island;
  const auto first = island.add();
  const auto second = island.add();
  const SourceAccount announcing{.leap = Leap::kInsert, .stratum = 1};
  listen(island, [&] {
    island.hear(first, 0ns, announcing);
    island.hear(second);
  });
  EXPECT_EQ(island.discipline.select(island.now)->leap, Leap::kNone);
  island.hear(second, 0ns, announcing);
  EXPECT_EQ(island.discipline.select(island.now)->leap, Leap::kInsert);
}

TEST(Discipline, ForgettingThePhaseKeepsTheFrequency) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  island.discipline.forget_phase();
  EXPECT_FALSE(island.discipline.select(island.now));
  island.hear(source, 1h);
  const auto consensus = island.discipline.select(island.now);
  ASSERT_TRUE(consensus);
  EXPECT_NEAR(consensus->estimate.frequency, kFrequency, 0.1e-6);
  EXPECT_LT(std::abs((consensus->estimate.phase - island.phase() + 1h).count()), nanoseconds{1ms}.count());
}

TEST(Discipline, HasRoomForSoManyAndForAnotherWhenOneGoes) {
  Island island;
  for (std::size_t i = 0; i < Discipline::kMaxSources; ++i) island.add();
  EXPECT_FALSE(island.discipline.add({}));
  island.discipline.remove(5);
  EXPECT_EQ(island.discipline.add({}), std::size_t{5});
}

TEST(Discipline, ASourceThatHasNotSaidEnoughVotesButDoesNotSteer) {
  Island island;
  const auto source = island.discipline.add({.first_samples = 3});
  for (int heard = 1; heard <= 3; ++heard) {
    island.hear(*source);
    EXPECT_EQ(island.discipline.select(island.now).has_value(), heard == 3) << heard;
    island.pass(2s);
  }
}

// One sample in eight repeats an earlier offset by chance, which must not count as agreement.
TEST(Discipline, ASourceWhoseEveryWordIsAnotherHasNoSay) {
  constexpr std::array kLies{0ms, 17'000ms, -9'100ms, 4'200ms, -19'900ms, 12'300ms, -3'700ms, 8'800ms};
  Island island;
  const auto source = island.discipline.add({.first_samples = 3});
  for (std::size_t i = 0; i < 200; ++i) {
    island.hear(*source, kLies.at(i * 5 % kLies.size()));
    EXPECT_FALSE(island.discipline.select(island.now)) << i;
    island.pass(64s);
  }
}

// The shortest poll applies once the source is known to be erratic.
TEST(Discipline, ASourceWhoseEveryWordIsAnotherIsAskedNoFasterThanItsShortestPoll) {
  constexpr std::array kLies{0ms, 17'000ms, -9'100ms, 4'200ms, -19'900ms, 12'300ms, -3'700ms, 8'800ms};
  Island island;
  const auto source = island.discipline.add({.first_samples = 3, .poll = {.min = 4, .max = 10}});
  for (std::size_t i = 0; i < 300; ++i) {
    island.hear(*source, kLies.at(i * 5 % kLies.size()));
    const nanoseconds interval =
        island.discipline.interval(*source, MonoTime{elapsed(kStart, island.now)}, island.now);
    if (i >= 10) {
      EXPECT_GE(interval, 16s) << i;
    }
    island.pass(interval);
  }
}

TEST(Discipline, WhatIsKnownOfASourceThatTurnsErraticIsDropped) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  ASSERT_TRUE(island.discipline.select(island.now));
  for (int i = 1; i <= 8; ++i) {
    island.hear(source, i % 2 == 0 ? i * 3s : i * -3s);
    island.pass(64s);
  }
  EXPECT_FALSE(island.discipline.select(island.now));
  EXPECT_EQ(island.standing(source), Standing::kNoSamples);
}

// Both report a clock that was set at the same instant, to 2^-32 s.
TEST(Discipline, AServerIsKnownUnderAnotherNameByWhenItsClockWasSet) {
  Island island;
  const auto one = island.add();
  const auto two = island.add();
  const auto other = island.add();
  const SourceAccount account{
      .stratum = 2, .reference_id = {7}, .reference_time = NtpTimestamp::from_raw(0x1234'5679)};
  listen(island, [&] {
    island.hear(one, 1s, account);
    island.hear(two, 1s, account);
    island.hear(other);
  });
  island.discipline.select(island.now);
  EXPECT_TRUE(island.standing(one) == Standing::kDuplicate || island.standing(two) == Standing::kDuplicate);
  EXPECT_FALSE(is_selected(island.standing(one)) && is_selected(island.standing(two)));
}

TEST(Discipline, ServersThatRoundWhenTheirClocksWereSetAreNotTakenForOne) {
  Island island;
  const auto one = island.add();
  const auto two = island.add();
  const SourceAccount account{.stratum = 1, .reference_time = NtpTimestamp::from_raw(0x1234'5678'0000'0000)};
  listen(island, [&] {
    island.hear(one, 0s, account);
    island.hear(two, 0s, account);
  });
  ASSERT_TRUE(island.discipline.select(island.now));
  EXPECT_TRUE(is_selected(island.standing(one)) && is_selected(island.standing(two)));
}

TEST(Discipline, ARefusedSourceIsHeardAgainWhenItIsRefusedNoMore) {
  Island island;
  const auto source = island.add();
  listen(island, [&] { island.hear(source); });
  island.discipline.refuse(source, true);
  EXPECT_FALSE(island.discipline.select(island.now));
  EXPECT_EQ(island.standing(source), Standing::kRefused);
  island.discipline.accept(source);
  EXPECT_TRUE(island.discipline.select(island.now));
}

}  // namespace
}  // namespace isletime::discipline_test
