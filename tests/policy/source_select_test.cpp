// SPDX-License-Identifier: MIT
#include "libsync/policy/source_select.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/policy/saturated.hpp"

namespace isletime::source_select_test {
namespace {

using namespace std::chrono_literals;

Candidate source(nanoseconds offset, nanoseconds bound) {
  Candidate c;
  c.reachable = c.has_samples = c.synchronised = true;
  c.offset = {offset};
  c.bound = {bound};
  c.deviation = {100us};
  c.stratum = 2;
  return c;
}

Candidate of_tier(Tier tier, Candidate c) {
  c.tier = tier;
  return c;
}

Candidate with_deviation(nanoseconds deviation, Candidate c) {
  c.deviation = {deviation};
  return c;
}

Candidate selected_before(Candidate c) {
  c.was_selected = true;
  return c;
}

std::vector<Standing> standings(std::span<const Candidate> candidates) {
  const Selection selection = select(candidates);
  std::vector<Standing> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) found.push_back(selection.placements[i].standing);
  return found;
}

using Standings = std::vector<Standing>;
using Candidates = std::vector<Candidate>;

TEST(SourceSelect, OneHonestSourceIsEnough) {
  const Candidates candidates{source(3ms, 20ms)};
  const Selection selection = select(candidates);
  EXPECT_EQ(selection.placements[0].standing, Standing::kSystemPeer);
  EXPECT_EQ(selection.placements[0].weight, kWholeWeight);
  ASSERT_TRUE(selection.combination);
  EXPECT_EQ(selection.combination->system_peer, 0U);
  EXPECT_EQ(selection.combination->offset.value, 3ms);
  EXPECT_EQ(selection.combination->bound.value, 20ms);
  EXPECT_EQ(selection.combination->earliest.value, -17ms);
  EXPECT_EQ(selection.combination->latest.value, 23ms);
}

TEST(SourceSelect, NobodySteersTheClockWithoutASource) {
  EXPECT_FALSE(select({}).combination);
}

TEST(SourceSelect, NamesWhyASourceDoesNotCount) {
  Candidates candidates(6, source(0ns, 1ms));
  candidates[0].reachable = false;
  candidates[1].has_samples = false;
  candidates[2].synchronised = false;
  candidates[3].loop = true;
  candidates[4].bound = {17s};
  EXPECT_EQ(standings(candidates),
            (Standings{Standing::kUnreachable, Standing::kNoSamples, Standing::kUnsynchronised,
                       Standing::kLoop, Standing::kTooUncertain, Standing::kSystemPeer}));
}

TEST(SourceSelect, ANegativeBoundIsNone) {
  EXPECT_EQ(standings(Candidates{source(0ns, -1ns)}), Standings{Standing::kTooUncertain});
}

TEST(SourceSelect, TheLimitOfUncertaintyIsTheCallersOwn) {
  const Candidates candidates{source(0ns, 1s)};
  EXPECT_TRUE(select(candidates, Dispersion{1s}).combination);
  EXPECT_FALSE(select(candidates, Dispersion{1s - 1ns}).combination);
}

TEST(SourceSelect, WhoDoesNotCountHasNoVote) {
  Candidates candidates{source(0ns, 1ms), source(1s, 1ms), source(1s, 1ms)};
  candidates[1].reachable = false;
  candidates[2].loop = true;
  EXPECT_EQ(select(candidates).placements[0].standing, Standing::kSystemPeer);
}

TEST(SourceSelect, OneOfThreeThatLiesIsAFalseticker) {
  const Candidates candidates{source(1ms, 10ms), source(1h, 1ms), source(-1ms, 10ms)};
  const auto found = standings(candidates);
  EXPECT_EQ(found[1], Standing::kFalseticker);
  EXPECT_TRUE(is_selected(found[0]));
  EXPECT_TRUE(is_selected(found[2]));
}

TEST(SourceSelect, TwoThatDisagreeSteerNothing) {
  const Candidates candidates{source(0ns, 10ms), source(1s, 10ms)};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kFalseticker, Standing::kFalseticker}));
  EXPECT_FALSE(select(candidates).combination);
}

TEST(SourceSelect, OfTwoThatDisagreeTheOneThatTheClockHasFollowedStays) {
  const Candidates candidates{source(1s, 10ms), selected_before(source(2ms, 10ms))};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kFalseticker, Standing::kSystemPeer}));
}

TEST(SourceSelect, ItDoesNotStayIfItContradictsWhatItSaidBefore) {
  const Candidates candidates{source(2s, 10ms), selected_before(source(1s, 10ms))};
  EXPECT_FALSE(select(candidates).combination);
}

TEST(SourceSelect, AFallbackThatTheClockBearsOutReplacesAStepThatItDoesNot) {
  const Candidates candidates{of_tier(Tier::kFallback, source(2ms, 10ms)), selected_before(source(1s, 10ms))};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kSystemPeer, Standing::kFalseticker}));
}

TEST(SourceSelect, OfTwoThatDisagreeFromAColdStartTheBetterTierIsBelieved) {
  const Tier tiers[] = {Tier::kPreferred, Tier::kNormal, Tier::kFallback};
  for (int better = 0; better < 3; ++better) {
    for (int worse = better + 1; worse < 3; ++worse) {
      const Candidates candidates{of_tier(tiers[worse], source(-10s, 10ms)),
                                  of_tier(tiers[better], source(10s, 10ms))};
      EXPECT_EQ(standings(candidates), (Standings{Standing::kFalseticker, Standing::kSystemPeer}));
      EXPECT_EQ(select(candidates).combination->offset.value, 10s);
    }
  }
}

TEST(SourceSelect, TheBetterTierMustAgreeInItself) {
  const Candidates candidates{of_tier(Tier::kPreferred, source(-10s, 10ms)),
                              of_tier(Tier::kPreferred, source(10s, 10ms)), source(0s, 10ms)};
  EXPECT_FALSE(select(candidates).combination);
}

TEST(SourceSelect, OfTheBetterTierAMajorityIsBelieved) {
  Candidates candidates;
  for (const auto offset : {10s, 10s, -10s}) {
    candidates.push_back(of_tier(Tier::kPreferred, source(offset, 10ms)));
  }
  for (const auto offset : {20s, 30s}) candidates.push_back(source(offset, 10ms));
  const auto found = standings(candidates);
  EXPECT_TRUE(is_selected(found[0]));
  EXPECT_TRUE(is_selected(found[1]));
  for (const std::size_t i : {2U, 3U, 4U}) EXPECT_EQ(found[i], Standing::kFalseticker);
}

TEST(SourceSelect, TheLocalClockIsHeardBeforeTheTiers) {
  const Candidates candidates{of_tier(Tier::kPreferred, source(1s, 10ms)),
                              selected_before(source(2ms, 10ms))};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kFalseticker, Standing::kSystemPeer}));
}

TEST(SourceSelect, ABetterTierThatDoesNotCountDecidesNothing) {
  Candidate silent = of_tier(Tier::kPreferred, source(0s, 10ms));
  silent.reachable = false;
  EXPECT_FALSE(select(Candidates{silent, source(10s, 10ms), source(-10s, 10ms)}).combination);
}

// Before the first selection the local clock is no evidence: it may be right by chance.
TEST(SourceSelect, AClockThatHasFollowedNobodyIsNoWitness) {
  const Candidates candidates{source(0ns, 10ms), source(1s, 10ms), source(2s, 10ms)};
  EXPECT_FALSE(select(candidates).combination);
}

TEST(SourceSelect, OfTwoPairsTheOneThatTheClockHasFollowedStays) {
  const Candidates candidates{source(1s, 10ms), source(1s, 10ms), selected_before(source(1ms, 10ms)),
                              selected_before(source(-1ms, 10ms))};
  const auto found = standings(candidates);
  EXPECT_EQ(found[0], Standing::kFalseticker);
  EXPECT_EQ(found[1], Standing::kFalseticker);
  EXPECT_TRUE(is_selected(found[2]));
  EXPECT_TRUE(is_selected(found[3]));
}

TEST(SourceSelect, AMajorityIsBelievedAgainstTheLocalClock) {
  const Candidates candidates{selected_before(source(0ns, 10ms)), source(1s, 10ms), source(1s, 10ms)};
  EXPECT_EQ(standings(candidates)[0], Standing::kFalseticker);
  EXPECT_EQ(select(candidates).combination->offset.value, 1s);
}

TEST(SourceSelect, AFallbackWaitsWhileABetterTierIsBelieved) {
  const Candidates candidates{of_tier(Tier::kFallback, source(0ns, 1ms)), source(1ms, 10ms)};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kStandby, Standing::kSystemPeer}));
}

TEST(SourceSelect, APreferredSourceDecidesAlone) {
  const Candidates candidates{source(0ns, 1ms), of_tier(Tier::kPreferred, source(1ms, 10ms)),
                              source(0ns, 1ms)};
  EXPECT_EQ(standings(candidates),
            (Standings{Standing::kStandby, Standing::kSystemPeer, Standing::kStandby}));
}

TEST(SourceSelect, AFallbackStepsInWhenNoBetterOneIsLeft) {
  Candidates candidates{of_tier(Tier::kFallback, source(0ns, 1ms)), source(1ms, 10ms)};
  candidates[1].reachable = false;
  EXPECT_EQ(standings(candidates), (Standings{Standing::kSystemPeer, Standing::kUnreachable}));
}

TEST(SourceSelect, FallbacksAreWitnessesAgainstAPreferredLiar) {
  const Candidates candidates{of_tier(Tier::kPreferred, source(1h, 1ms)),
                              of_tier(Tier::kFallback, source(0ns, 10ms)),
                              of_tier(Tier::kFallback, source(1ms, 10ms))};
  const auto found = standings(candidates);
  EXPECT_EQ(found[0], Standing::kFalseticker);
  EXPECT_TRUE(is_selected(found[1]));
  EXPECT_TRUE(is_selected(found[2]));
}

TEST(SourceSelect, AWideIntervalAgreesWithANarrowOneButDoesNotSpoilIt) {
  const Candidates candidates{source(300ms, 1s), source(2ms, 10ms)};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kOutlier, Standing::kSystemPeer}));
}

// All intervals intersect from 9 to 10 s. Every single offset is outside of that, and so is their mean of
// 11 s. The first may be the liar.
TEST(SourceSelect, TheCombinedOffsetIsWhereTheIntervalsMeet) {
  const Candidates candidates{source(5s, 5s), source(14s, 5s), source(14s, 5s)};
  const auto combination = select(candidates).combination;
  ASSERT_TRUE(combination);
  EXPECT_EQ(combination->offset.value, 10s);
  EXPECT_EQ(combination->earliest.value, 9s);
  EXPECT_EQ(combination->latest.value, 19s);
}

// RFC 5905, section 11.2.2: clustering prunes down to three survivors as long as that helps.
TEST(SourceSelect, ClusteringPrunesTheFurthestButLeavesThree) {
  const Candidates candidates{source(0ns, 100ms), source(1ms, 100ms), source(2ms, 100ms), source(40ms, 100ms),
                              source(50ms, 100ms)};
  const auto found = standings(candidates);
  EXPECT_TRUE(is_selected(found[0]));
  EXPECT_TRUE(is_selected(found[1]));
  EXPECT_TRUE(is_selected(found[2]));
  EXPECT_EQ(found[3], Standing::kOutlier);
  EXPECT_EQ(found[4], Standing::kOutlier);
}

TEST(SourceSelect, ClusteringPrunesByDifferencesOfSecondsToo) {
  const Candidates candidates{source(10s, 16s), source(0s, 16s), source(1s, 16s), source(2s, 16s),
                              source(9s, 16s)};
  const auto found = standings(candidates);
  EXPECT_EQ(found[0], Standing::kOutlier);
  EXPECT_EQ(found[4], Standing::kOutlier);
}

TEST(SourceSelect, ClusteringKeepsWhatDiffersByNoMoreThanItsNoise) {
  Candidates candidates{source(0ns, 100ms), source(1ms, 100ms), source(2ms, 100ms), source(3ms, 100ms)};
  for (Candidate& c : candidates) c.deviation = {3ms};
  for (const Standing standing : standings(candidates)) EXPECT_TRUE(is_selected(standing));
}

TEST(SourceSelect, WeightsAreByInverseVariance) {
  const Candidates candidates{with_deviation(1ms, source(0ns, 100ms)),
                              with_deviation(2ms, source(2ms, 100ms))};
  const Selection selection = select(candidates);
  EXPECT_NEAR(selection.placements[0].weight, kWholeWeight * 4.0 / 5, 2);
  EXPECT_NEAR(selection.placements[1].weight, kWholeWeight * 1.0 / 5, 2);
  EXPECT_NEAR(static_cast<double>(selection.combination->offset.value.count()), 0.4e6, 1e3);
}

// Offsets 100 deviations apart are not noise: the paths differ in a way that noise does not show. The source
// that was polled last knows its own offset best, but is not the better one for that.
TEST(SourceSelect, SourcesThatDifferByMoreThanTheirNoiseCountAlike) {
  const Selection selection =
      select(Candidates{with_deviation(20us, source(-2ms, 10ms)), with_deviation(100us, source(3ms, 10ms)),
                        with_deviation(60us, source(0ms, 10ms))});
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(selection.placements[static_cast<std::size_t>(i)].weight, kWholeWeight / 3.0,
                kWholeWeight / 100.0);
  }
  ASSERT_TRUE(selection.combination);
  EXPECT_NEAR(static_cast<double>(selection.combination->offset.value.count()), 333'333.0, 30'000.0);
}

// The between-source variance is DerSimonian and Laird's moment estimate. The weights are 1 and 1/4 and the
// difference is 10, so Q = 20, of which 4 are noise; dividing by 1.25 - 1.0625 / 1.25 gives a common variance
// of 40 of the smaller ones, hence variances of 41 and 44.
TEST(SourceSelect, WhatTheyDifferByBeyondTheirNoiseIsAddedToEachVariance) {
  const Selection selection =
      select(Candidates{with_deviation(100us, source(0ms, 10ms)), with_deviation(200us, source(1ms, 10ms))});
  EXPECT_NEAR(selection.placements[0].weight, kWholeWeight * 44.0 / 85.0, kWholeWeight * 0.005);
}

TEST(SourceSelect, ADifferenceThatNoiseExplainsLeavesTheWeightsAlone) {
  const Selection selection = select(
      Candidates{with_deviation(100us, source(0ms, 10ms)), with_deviation(200us, source(400us, 10ms))});
  EXPECT_NEAR(selection.placements[0].weight, kWholeWeight * 0.8, 2);
}

TEST(SourceSelect, WeightsAreWholeTogetherWhateverTheDeviations) {
  Candidates candidates;
  for (int i = 0; i < 7; ++i) {
    candidates.push_back(with_deviation(nanoseconds{std::int64_t{1} << (9 * i)}, source(0ns, 1ms)));
  }
  candidates.push_back(with_deviation(-1s, source(0ns, 1ms)));
  candidates.push_back(with_deviation(nanoseconds::max(), source(0ns, 1ms)));
  const Selection selection = select(candidates);
  std::uint32_t sum = 0;
  for (const Placement& p : selection.placements) sum += p.weight;
  EXPECT_EQ(sum, kWholeWeight);
}

TEST(SourceSelect, TheBoundIsTheSystemPeersAndHowFarTheCombinationIsFromIt) {
  const Candidates candidates{source(0ns, 10ms), source(8ms, 12ms)};
  const auto combination = select(candidates).combination;
  EXPECT_EQ(combination->system_peer, 0U);
  EXPECT_EQ(combination->offset.value, 4ms);
  EXPECT_EQ(combination->bound.value, 14ms);
}

TEST(SourceSelect, TheSystemPeerIsTheNearestToTheReference) {
  EXPECT_EQ(select(Candidates{source(0ns, 20ms), source(0ns, 10ms)}).combination->system_peer, 1U);
  Candidates candidates{source(0ns, 10ms), source(0ns, 10ms)};
  candidates[0].stratum = 5;
  EXPECT_EQ(select(candidates).combination->system_peer, 1U);
}

TEST(SourceSelect, TheSystemPeerStaysUntilAnotherIsMuchNearer) {
  Candidates candidates{source(0ns, 10ms), source(0ns, 15ms)};
  candidates[1].was_system_peer = true;
  EXPECT_EQ(select(candidates).combination->system_peer, 1U);
  candidates[0].bound = {5ms};
  EXPECT_EQ(select(candidates).combination->system_peer, 0U);
}

TEST(SourceSelect, AbsurdOffsetsAreFalsetickers) {
  const Candidates candidates{source(nanoseconds::max(), 16s), source(0ns, 1ms),
                              source(nanoseconds::min(), 16s), source(1us, 1ms), source(2us, 1ms)};
  const auto found = standings(candidates);
  EXPECT_EQ(found[0], Standing::kFalseticker);
  EXPECT_EQ(found[2], Standing::kFalseticker);
  EXPECT_NEAR(static_cast<double>(select(candidates).combination->offset.value.count()), 1e3, 1);
}

TEST(SourceSelect, AFirstOffsetOfCenturiesIsCombinedWithoutOverflow) {
  for (const nanoseconds far : {nanoseconds::max(), nanoseconds::min()}) {
    const Candidates candidates{source(far, 10s), source(far, 10s), source(far, 10s), source(far, 10s)};
    EXPECT_EQ(select(candidates).combination->offset.value, far);
  }
}

TEST(SourceSelect, NoLimitOfUncertaintyOverflows) {
  const Candidates candidates{source(nanoseconds::max(), nanoseconds::max()),
                              source(nanoseconds::min(), nanoseconds::max()), source(0ns, 1ms),
                              source(1ns, nanoseconds::max())};
  EXPECT_TRUE(select(candidates, Dispersion{nanoseconds::max()}).combination);
}

TEST(SourceSelect, MoreThanItCanHoldAreNotLookedAt) {
  const Candidates candidates(100, source(1ms, 10ms));
  EXPECT_EQ(select(candidates).combination->offset.value, 1ms);
}

TEST(SourceSelect, EveryStandingHasItsOwnName) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Standing::kSystemPeer); ++i) {
    const auto description = describe(static_cast<Standing>(i));
    EXPECT_FALSE(std::string_view{description.text}.empty());
    EXPECT_EQ(std::count(names.begin(), names.end(), description.name), 0) << description.name;
    names.emplace_back(description.name);
  }
}

// The tallies are those of ntpq's billboard.
TEST(SourceSelect, TalliesAreThoseOfNtpq) {
  EXPECT_EQ(describe(Standing::kSystemPeer).tally, '*');
  EXPECT_EQ(describe(Standing::kSelected).tally, '+');
  EXPECT_EQ(describe(Standing::kOutlier).tally, '-');
  EXPECT_EQ(describe(Standing::kFalseticker).tally, 'x');
  EXPECT_EQ(describe(Standing::kUnreachable).tally, ' ');
}

class RandomSources {
 public:
  explicit RandomSources(unsigned seed) : random_(seed) {}

  nanoseconds between(nanoseconds low, nanoseconds high) {
    return nanoseconds{std::uniform_int_distribution<std::int64_t>{low.count(), high.count()}(random_)};
  }
  std::size_t up_to(std::size_t most) { return std::uniform_int_distribution<std::size_t>{0, most}(random_); }

  // The interval of an honest source contains the true offset, zero.
  Candidate honest() {
    const nanoseconds bound = between(1us, 1s);
    return any(between(-bound, bound), bound);
  }
  Candidate liar(nanoseconds from, nanoseconds to) {
    const nanoseconds offset = between(from, to);
    return any(up_to(1) == 0 ? offset : -offset, between(0ns, 1s));
  }
  void shuffle(Candidates& candidates) { std::shuffle(candidates.begin(), candidates.end(), random_); }

 private:
  Candidate any(nanoseconds offset, nanoseconds bound) {
    Candidate c = source(offset, bound);
    c.deviation = {between(1ns, 100ms)};
    c.stratum = static_cast<std::uint8_t>(1 + up_to(14));
    c.tier = static_cast<Tier>(up_to(2));
    c.was_selected = up_to(1) == 0;
    return c;
  }

  std::mt19937 random_;
};

TEST(SourceSelectProperty, AnyOrderOfCandidatesGivesTheSameVerdicts) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    RandomSources random{seed};
    Candidates candidates;
    for (std::size_t n = 1 + random.up_to(kMaxCandidates - 1); n > 0; --n) {
      candidates.push_back(random.up_to(2) == 0 ? random.liar(0ns, 5s) : random.honest());
    }
    const Selection selection = select(candidates);

    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937{seed});
    Candidates shuffled;
    for (const std::size_t i : order) shuffled.push_back(candidates[i]);
    const Selection again = select(shuffled);

    for (std::size_t i = 0; i < order.size(); ++i) {
      EXPECT_EQ(again.placements[i].standing, selection.placements[order[i]].standing) << seed;
      EXPECT_EQ(again.placements[i].weight, selection.placements[order[i]].weight) << seed;
    }
    ASSERT_EQ(again.combination.has_value(), selection.combination.has_value()) << seed;
    if (selection.combination) {
      EXPECT_EQ(again.combination->offset, selection.combination->offset) << seed;
      EXPECT_EQ(again.combination->bound, selection.combination->bound) << seed;
    }
  }
}

// The local clock need not be right: a liar may have set it before the others were heard.
struct Island {
  Candidates candidates;
  nanoseconds truth{};
  nanoseconds earliest = -1h;  // the intersection of all honest intervals
  nanoseconds latest = 1h;
  nanoseconds first = 1h;  // the union of all honest intervals
  nanoseconds last = -1h;
};

// A liar's offset is between `from` and `to` away from the truth.
Island with_a_minority_of_liars(RandomSources& random, nanoseconds from, nanoseconds to) {
  Island island{.candidates = {}, .truth = random.between(-1s, 1s)};
  const std::size_t honest = 1 + random.up_to(15);
  for (std::size_t i = 0; i < honest; ++i) {
    Candidate c = random.honest();
    c.offset.value += island.truth;
    island.earliest = std::max(island.earliest, c.offset.value - c.bound.value);
    island.latest = std::min(island.latest, c.offset.value + c.bound.value);
    island.first = std::min(island.first, c.offset.value - c.bound.value);
    island.last = std::max(island.last, c.offset.value + c.bound.value);
    island.candidates.push_back(c);
  }
  for (std::size_t i = random.up_to(honest - 1); i > 0; --i) {
    Candidate c = random.liar(from, to);
    c.offset.value += island.truth;
    island.candidates.push_back(c);
  }
  random.shuffle(island.candidates);
  return island;
}

template <class Check>
void for_many_islands(nanoseconds from, nanoseconds to, Check check) {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    RandomSources random{seed};
    const Island island = with_a_minority_of_liars(random, from, to);
    const auto combination = select(island.candidates).combination;
    ASSERT_TRUE(combination);
    check(island, *combination);
  }
}

// Honest intervals lie within 2 s of the true offset, and a liar's starts at least 3 s from it.
TEST(SourceSelectProperty, AMinorityOfCleanLiarsNeverMovesTheClockFromWhatTheHonestAgreeOn) {
  for_many_islands(4s, 8s, [](const Island& island, const Combination& combination) {
    EXPECT_GE(combination.offset.value, island.earliest);
    EXPECT_LE(combination.offset.value, island.latest);
  });
}

// A liar may agree with some of the honest sources; then only the union of the honest intervals still holds.
TEST(SourceSelectProperty, AMinorityOfLiarsNeverMovesTheClockFurtherThanAnHonestBoundAllows) {
  for_many_islands(0s, 2s, [](const Island& island, const Combination& combination) {
    EXPECT_GE(combination.offset.value, island.first);
    EXPECT_LE(combination.offset.value, island.last);
  });
}

TEST(SourceSelectProperty, AMinorityOfLiarsNeverMakesTheBoundTooSmall) {
  for_many_islands(0s, 2s, [](const Island& island, const Combination& combination) {
    EXPECT_LE(magnitude(combination.offset.value - island.truth), combination.bound.value);
  });
}

TEST(SourceSelectProperty, TheSystemPeerIsSelectedAndWeightsAreWhole) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    RandomSources random{seed};
    const Island island = with_a_minority_of_liars(random, 0s, 8s);
    const Selection selection = select(island.candidates);
    ASSERT_TRUE(selection.combination) << seed;
    EXPECT_EQ(selection.placements[selection.combination->system_peer].standing, Standing::kSystemPeer);
    std::uint32_t sum = 0;
    for (const Placement& p : selection.placements) {
      EXPECT_EQ(p.weight > 0 || is_selected(p.standing), is_selected(p.standing));
      sum += p.weight;
    }
    EXPECT_EQ(sum, kWholeWeight) << seed;
  }
}

// Ranks.

Candidate of_rank(std::uint8_t rank, Candidate c) {
  c.rank = rank;
  return c;
}

Candidate of_server(std::uint8_t server, Candidate c) {
  c.server = server;
  return c;
}

TEST(SourceSelect, TheBestRankDecidesHoweverManyOthersSayOtherwise) {
  const Candidates candidates{of_rank(7, source(3s, 1ms)), of_rank(0, source(0s, 50ms)),
                              of_rank(7, source(3s, 1ms)), of_rank(7, source(3s, 1ms))};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kOutranked, Standing::kSystemPeer,
                                              Standing::kOutranked, Standing::kOutranked}));
  EXPECT_EQ(select(candidates).combination->offset.value, 0s);
}

TEST(SourceSelect, WhereTheBestRankAgreesOnNothingTheNextDecides) {
  const Candidates candidates{source(0s, 1ms), source(5s, 1ms), of_rank(3, source(2s, 100ms))};
  EXPECT_EQ(standings(candidates),
            (Standings{Standing::kFalseticker, Standing::kFalseticker, Standing::kSystemPeer}));
}

TEST(SourceSelect, AnUnprovenSourceVotesButDoesNotSteer) {
  Candidates candidates{source(0s, 1ms), source(5s, 1ms)};
  candidates[1].is_proven = false;
  EXPECT_FALSE(select(candidates).combination) << "nothing tells which of the two is right";
  candidates[1].offset = {0s};
  EXPECT_EQ(standings(candidates), (Standings{Standing::kSystemPeer, Standing::kNoSamples}));
  candidates[0].is_proven = false;
  EXPECT_FALSE(select(candidates).combination);
}

TEST(SourceSelect, ARefusedSourceHasNoVote) {
  Candidates candidates{source(0s, 1ms), source(5s, 1ms), source(5s, 1ms)};
  candidates[1].is_refused = candidates[2].is_refused = true;
  EXPECT_EQ(standings(candidates),
            (Standings{Standing::kSystemPeer, Standing::kRefused, Standing::kRefused}));
}

// Two names resolve to the same server.
TEST(SourceSelect, AServerUnderSeveralNamesHasOneVote) {
  const Candidates candidates{of_server(1, source(5s, 2ms)), of_server(1, source(5s, 1ms)),
                              of_server(2, source(0s, 1ms)), of_server(3, source(0s, 1ms))};
  EXPECT_EQ(standings(candidates)[0], Standing::kDuplicate);
  EXPECT_EQ(standings(candidates)[1], Standing::kFalseticker);
  EXPECT_EQ(select(candidates).combination->offset.value, 0s);
}

TEST(SourceSelect, ServersThatNobodyKnowsApartAreNotTheSame) {
  EXPECT_EQ(standings(Candidates{source(0s, 1ms), source(0s, 1ms)})[1], Standing::kSelected);
}

// A source with a wide interval agrees with two that exclude each other, and any of the three may be the
// liar.
TEST(SourceSelect, TheBoundReachesBothEndsOfWhatWasAgreedOn) {
  const Candidates candidates{source(5s, 100ms), source(0s, 10s), source(0s, 100ms)};
  const Selection selection = select(candidates);
  ASSERT_TRUE(selection.combination);
  const auto& agreed = *selection.combination;
  EXPECT_LE(agreed.offset.value - agreed.bound.value, -100ms);
  EXPECT_GE(agreed.offset.value + agreed.bound.value, 5100ms);
}

// All three have the liar's narrow interval in common, but only two of them need be right.
TEST(SourceSelect, ALiarInsideOfTheBoundsOfTheOthersDoesNotNarrowTheirs) {
  const Candidates candidates{source(0s, 90ms), source(10ms, 100ms), source(60ms, 1ms)};
  const auto combination = select(candidates).combination;
  ASSERT_TRUE(combination);
  EXPECT_LE(combination->offset.value - combination->bound.value, -90ms);
  EXPECT_GE(combination->offset.value + combination->bound.value, 90ms);
}

TEST(SourceSelect, SourcesThatExcludeEachOtherAreNotAveraged) {
  const Candidates candidates{source(5s, 100ms), source(0s, 10s), source(0s, 100ms)};
  const auto found = standings(candidates);
  EXPECT_FALSE(is_selected(found[0]) && is_selected(found[2]));
  const nanoseconds offset = select(candidates).combination->offset.value;
  EXPECT_TRUE(magnitude(offset) <= 100ms || magnitude(offset - 5s) <= 100ms) << offset.count();
}

// The wide interval leaves two places possible; the local clock is in one of them, and stays. What it has
// followed may be the liar, so both places are within the bound.
TEST(SourceSelect, OfTwoPossiblePlacesTheClockStaysInItsOwn) {
  const Candidates candidates{source(5s, 100ms), source(0s, 10s), selected_before(source(0s, 100ms))};
  const Selection selection = select(candidates);
  ASSERT_TRUE(selection.combination);
  EXPECT_LE(magnitude(selection.combination->offset.value), 100ms);
  EXPECT_GE(selection.combination->offset.value + selection.combination->bound.value, 5100ms);
  EXPECT_EQ(standings(candidates)[0], Standing::kFalseticker);
}

}  // namespace
}  // namespace isletime::source_select_test
