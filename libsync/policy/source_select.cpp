// SPDX-License-Identifier: MIT
#include "libsync/policy/source_select.hpp"

#include <algorithm>

#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

// RFC 5905, section 7.2 (NMIN): clustering leaves no fewer survivors.
constexpr std::size_t kFewestSurvivors = 3;

// The distance that each stratum adds to a source's when the system peer is chosen.
constexpr nanoseconds kDistancePerStratum = milliseconds{1};

// Differences are clamped to this (19 hours), so that their product with a weight stays in range.
constexpr nanoseconds kLargestDifference{std::int64_t{1} << 46};

// Differences are scaled to this, so that the squares of all of them together fit into 64 bits.
constexpr std::int64_t kSquarable = std::int64_t{1} << 29;

// Weights use integers: ratios of deviations have this many fractional bits, and are at most 2^20.
constexpr int kRatioBits = 6;
constexpr std::uint64_t kLargestRatio = std::uint64_t{1} << 20;
constexpr std::int64_t kUnitSquare = std::int64_t{1} << (2 * kRatioBits);
// A weight is 2^15 for the least deviation, so that 32 of them times the square of a ratio fit into 64 bits.
constexpr int kInverseBits = 30;
constexpr int kWeightBits = 15;
constexpr int kWeightShift = kInverseBits - kWeightBits;
// Mean squares of differences up to this are noise: twice the claimed deviation.
constexpr std::int64_t kExplained = 4;

// Returns a / b of non-negative times.
constexpr std::uint64_t ratio_of(nanoseconds a, nanoseconds b) {
  return std::min(static_cast<std::uint64_t>((a.count() << kRatioBits) / b.count()), kLargestRatio);
}

constexpr std::uint64_t square_ratio(nanoseconds a, nanoseconds b) {
  return ratio_of(a, b) * ratio_of(a, b);
}

// Returns 2^kInverseBits for a square ratio of 1, and less for larger ones.
constexpr std::uint64_t inverse(std::uint64_t square) {
  return (static_cast<std::uint64_t>(kUnitSquare) << kInverseBits) / square;
}

struct Interval {
  nanoseconds low;
  nanoseconds high;
};

constexpr Interval interval_of(const Candidate& c) {
  return {saturated_difference(c.offset.value, c.bound.value), saturated_sum(c.offset.value, c.bound.value)};
}

// The range in which the sources agree.
struct Agreement {
  Interval interval;  // on which most of them agree, and where the clock stays if that is in several places
  Interval possible;  // on which any majority agrees: a minority may have narrowed the other, or chosen it
};

constexpr bool contains(const Interval& interval, nanoseconds point) {
  return interval.low <= point && point <= interval.high;
}

constexpr bool overlap(const Interval& a, const Interval& b) {
  return a.low <= b.high && b.low <= a.high;
}

// A subset of the candidates, by index, without allocated memory.
class Group {
 public:
  void add(std::size_t index) { members_[size_++] = index; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool contains(std::size_t index) const { return std::find(begin(), end(), index) != end(); }
  const std::size_t* begin() const { return members_.data(); }
  const std::size_t* end() const { return members_.data() + size_; }

  template <class Predicate>
  Group where(Predicate holds) const {
    Group kept;
    for (const std::size_t index : *this) {
      if (holds(index)) kept.add(index);
    }
    return kept;
  }

 private:
  std::array<std::size_t, kMaxCandidates> members_{};
  std::size_t size_ = 0;
};

// Returns nothing if the candidate counts.
std::optional<Standing> find_fault(const Candidate& c, Dispersion max_bound) {
  if (!c.reachable) return Standing::kUnreachable;
  if (!c.synchronised) return Standing::kUnsynchronised;
  if (c.loop) return Standing::kLoop;
  if (c.bound.value < nanoseconds::zero() || c.bound > max_bound) return Standing::kTooUncertain;
  if (!c.has_samples) return Standing::kNoSamples;
  if (c.is_refused) return Standing::kRefused;
  return std::nullopt;
}

class Selector {
 public:
  Selector(std::span<const Candidate> candidates, Dispersion max_bound)
      : candidates_(candidates.first(std::min(candidates.size(), kMaxCandidates))), max_bound_(max_bound) {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      intervals_[i] = interval_of(candidates_[i]);
      selection_.placements[i].is_outvoted = candidates_[i].is_outvoted;
    }
  }

  Selection run() {
    Group left = without_faulty();
    while (!left.empty() && !selection_.combination) {
      const Group of_rank = in_best_rank(left);
      left = left.where([&](std::size_t i) { return !of_rank.contains(i); });
      select_among(of_rank);
    }
    mark(left, Standing::kOutranked);
    return selection_;
  }

 private:
  void select_among(const Group& of_rank) {
    const Group counting = without_duplicates(of_rank);
    const Group voters = counting.where([&](std::size_t i) { return !candidates_[i].is_outvoted; });
    auto agreed = majority_of(voters);
    const bool is_majority = agreed.has_value();
    if (!agreed) agreed = agreement_without_majority(voters);
    if (!agreed) return mark(counting, Standing::kFalseticker);
    Group survivors = truechimers(counting, agreed->interval);
    for (const std::size_t i : counting) {
      if (survivors.contains(i)) set_outvoted(of_rank, i, false);
      if (is_majority && !overlap(intervals_[i], agreed->possible)) set_outvoted(of_rank, i, true);
    }
    survivors =
        keep(survivors, Standing::kNoSamples, [&](std::size_t i) { return candidates_[i].is_proven; });
    if (survivors.empty()) return;
    survivors = best_tier(survivors);
    survivors = within(survivors, agreed->interval);
    survivors = compatible(survivors);
    survivors = cluster(survivors);
    combine(survivors, *agreed);
  }

  void mark(const Group& group, Standing standing) {
    for (const std::size_t index : group) selection_.placements[index].standing = standing;
  }

  // A server is outvoted under all its names.
  void set_outvoted(const Group& of_rank, std::size_t index, bool is_outvoted) {
    for (const std::size_t i : of_rank) {
      if (is_one_server(i, index)) selection_.placements[i].is_outvoted = is_outvoted;
    }
  }

  template <class Predicate>
  Group keep(const Group& group, Standing otherwise, Predicate holds) {
    mark(group.where([&](std::size_t i) { return !holds(i); }), otherwise);
    return group.where(holds);
  }

  Group without_faulty() {
    Group counting;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (const auto fault = find_fault(candidates_[i], max_bound_)) {
        selection_.placements[i].standing = *fault;
      } else {
        counting.add(i);
      }
    }
    return counting;
  }

  Group in_best_rank(const Group& group) const {
    std::uint8_t best = UINT8_MAX;
    for (const std::size_t i : group) best = std::min(best, candidates_[i].rank);
    return group.where([&](std::size_t i) { return candidates_[i].rank == best; });
  }

  bool is_one_server(std::size_t a, std::size_t b) const {
    return a == b || (candidates_[a].server != 0 && candidates_[a].server == candidates_[b].server);
  }

  // The name with the least distance represents its server. Its interval is extended to those of the server's
  // other names, because a liar may pass for one of them by copying the honest server's system variables.
  Group without_duplicates(const Group& group) {
    const Group servers = keep(group, Standing::kDuplicate, [&](std::size_t i) {
      return std::none_of(group.begin(), group.end(), [&](std::size_t other) {
        if (!is_one_server(i, other)) return false;
        return distance(other) != distance(i) ? distance(other) < distance(i) : other < i;
      });
    });
    for (const std::size_t i : servers) {
      for (const std::size_t name : group.where([&](std::size_t other) { return is_one_server(i, other); })) {
        intervals_[i].low = std::min(intervals_[i].low, intervals_[name].low);
        intervals_[i].high = std::max(intervals_[i].high, intervals_[name].high);
      }
    }
    return servers;
  }

  // Returns the range from the first to the last point that at least `votes` intervals contain.
  std::optional<Interval> common_to(const Group& group, std::size_t votes) const {
    const auto has_votes = [&](nanoseconds point) {
      return group.where([&](std::size_t i) { return contains(intervals_[i], point); }).size() >= votes;
    };
    std::optional<Interval> common;
    for (const std::size_t i : group) {
      for (const nanoseconds end : {intervals_[i].low, intervals_[i].high}) {
        if (!has_votes(end)) continue;
        if (!common) common = Interval{end, end};
        common->low = std::min(common->low, end);
        common->high = std::max(common->high, end);
      }
    }
    return common;
  }

  // Accepts as few falsetickers as possible, and fewer than half (RFC 5905, section 11.2.1). It drops the
  // RFC's further condition that the offsets themselves lie in the intersection: a phone's bound is a hundred
  // times a server's, and both are honest. A liar with a narrow interval may be in there, too, and the truth
  // outside of it; but wherever that is, more than half of the intervals contain it.
  std::optional<Agreement> majority_of(const Group& group) const {
    const std::size_t majority = group.size() / 2 + 1;
    for (std::size_t votes = group.size(); votes >= majority; --votes) {
      if (const auto place = place_of(group, votes)) return Agreement{*place, *common_to(group, majority)};
    }
    return std::nullopt;
  }

  // The points with that many votes may lie in several places, if one interval is wide and others exclude
  // each other. The clock stays in the place where it is, if it is in one and has followed a source. That
  // does not prove that it is right: the one that it followed may be the liar.
  std::optional<Interval> place_of(const Group& group, std::size_t votes) const {
    const Group confirmed = confirmed_by_local_clock(group);
    return common_to(confirmed.size() >= votes ? confirmed : group, votes);
  }

  std::optional<Agreement> agreement_without_majority(const Group& voters) const {
    if (const auto common = agreement_with_local_clock(voters)) return common;
    return majority_of(in_best_tier(voters));
  }

  // Returns an empty group if the local clock has followed none of them.
  Group confirmed_by_local_clock(const Group& group) const {
    const bool has_followed =
        std::any_of(group.begin(), group.end(), [&](std::size_t i) { return candidates_[i].was_selected; });
    return group.where(
        [&](std::size_t i) { return has_followed && contains(intervals_[i], nanoseconds::zero()); });
  }

  // The configured tiers decide if nothing else does.
  Group in_best_tier(const Group& group) const {
    Tier best = Tier::kFallback;
    for (const std::size_t i : group) best = std::min(best, candidates_[i].tier);
    return group.where([&](std::size_t i) { return candidates_[i].tier == best; });
  }

  // Without a majority no source can be shown to be right. If the local clock has followed one of them, it
  // confirms what that one said before, and has the casting vote.
  std::optional<Agreement> agreement_with_local_clock(const Group& counting) const {
    const Group confirmed = confirmed_by_local_clock(counting);
    if (confirmed.empty()) return std::nullopt;
    const auto common = common_to(confirmed, confirmed.size());
    return Agreement{*common, *common};
  }

  Group truechimers(const Group& counting, const Interval& agreed) {
    return keep(counting, Standing::kFalseticker,
                [&](std::size_t i) { return overlap(intervals_[i], agreed); });
  }

  Group best_tier(const Group& survivors) {
    const Group best = in_best_tier(survivors);
    return keep(survivors, Standing::kStandby, [&](std::size_t i) { return best.contains(i); });
  }

  // An honest source with a wide bound may lie outside the agreed interval, and could only make the mean
  // worse.
  Group within(const Group& survivors, const Interval& agreed) {
    const auto is_within = [&](std::size_t i) { return contains(agreed, candidates_[i].offset.value); };
    if (std::none_of(survivors.begin(), survivors.end(), is_within)) return survivors;
    return keep(survivors, Standing::kOutlier, is_within);
  }

  // A mean of sources that exclude each other is wrong: besides the nearest, only those stay that may be
  // right if it is.
  Group compatible(Group survivors) {
    Group left = survivors;
    while (!left.empty()) {
      const std::size_t nearest = choose_system_peer(left);
      survivors = keep(survivors, Standing::kOutlier,
                       [&](std::size_t i) { return overlap(intervals_[i], intervals_[nearest]); });
      left = left.where([&](std::size_t i) { return i != nearest && survivors.contains(i); });
    }
    return survivors;
  }

  nanoseconds difference(std::size_t a, std::size_t b) const {
    return std::clamp(saturated_difference(candidates_[a].offset.value, candidates_[b].offset.value),
                      -kLargestDifference, kLargestDifference);
  }

  nanoseconds deviation(std::size_t i) const {
    return std::clamp(candidates_[i].deviation.value, nanoseconds{1}, kLargestDifference);
  }

  // RFC 5905, section 11.2.2: the survivor that differs most from the others is removed, as long as that
  // difference exceeds the noise of the best.
  Group cluster(Group survivors) {
    while (survivors.size() > kFewestSurvivors) {
      const auto worst = worst_of(survivors);
      if (!worst) break;
      survivors = keep(survivors, Standing::kOutlier, [&](std::size_t i) { return i != *worst; });
    }
    return survivors;
  }

  // Returns nothing if all are as close as their noise allows.
  std::optional<std::size_t> worst_of(const Group& survivors) const {
    nanoseconds largest{};
    nanoseconds least_deviation = kLargestDifference;
    for (const std::size_t i : survivors) {
      least_deviation = std::min(least_deviation, deviation(i));
      for (const std::size_t j : survivors) largest = std::max(largest, magnitude(difference(i, j)));
    }
    int shift = 0;
    while ((largest.count() >> shift) >= kSquarable) ++shift;
    const auto square = [shift](nanoseconds value) {
      const std::int64_t scaled = std::min(magnitude(value).count() >> shift, kSquarable);
      return scaled * scaled;
    };
    const auto selection_jitter = [&](std::size_t i) {
      std::int64_t sum = 0;
      for (const std::size_t j : survivors) sum += square(difference(i, j));
      return sum / static_cast<std::int64_t>(survivors.size() - 1);
    };
    const std::size_t worst =
        *std::max_element(survivors.begin(), survivors.end(), [&](std::size_t a, std::size_t b) {
          const auto jitter_a = selection_jitter(a);
          const auto jitter_b = selection_jitter(b);
          return jitter_a != jitter_b ? jitter_a < jitter_b : candidates_[a].bound < candidates_[b].bound;
        });
    if (selection_jitter(worst) <= square(least_deviation)) return std::nullopt;
    return worst;
  }

  // The last system peer stays until another source has less than half its distance.
  nanoseconds distance(std::size_t i) const {
    const Candidate& c = candidates_[i];
    const nanoseconds distance = saturated_sum(c.bound.value, c.stratum * kDistancePerStratum);
    return c.was_system_peer ? distance / 2 : distance;
  }

  std::size_t choose_system_peer(const Group& survivors) const {
    return *std::min_element(survivors.begin(), survivors.end(), [&](std::size_t a, std::size_t b) {
      const auto distance_a = distance(a);
      const auto distance_b = distance(b);
      return distance_a != distance_b ? distance_a < distance_b : deviation(a) < deviation(b);
    });
  }

  // Weights are inverse variances. If the survivors differ by more than their noise explains, their paths
  // have asymmetries that the noise does not show: all get a common variance in addition to their own (the
  // random effects of DerSimonian and Laird), so that of two contradicting sources neither wins by its last
  // sample.
  void weigh(const Group& survivors, std::size_t system_peer) {
    nanoseconds least = kLargestDifference;
    for (const std::size_t i : survivors) least = std::min(least, deviation(i));
    const std::uint64_t common = common_variance(survivors, system_peer, least);
    const auto precision = [&](std::size_t i) { return inverse(square_ratio(deviation(i), least) + common); };
    std::uint64_t sum = 0;
    for (const std::size_t i : survivors) sum += precision(i);
    std::uint32_t left = kWholeWeight;
    for (const std::size_t i : survivors) {
      auto& weight = selection_.placements[i].weight;
      weight = static_cast<std::uint32_t>(precision(i) * kWholeWeight / sum);
      left -= weight;
    }
    selection_.placements[system_peer].weight += left;
  }

  // The result is in squares of `least`, in units of 1/kUnitSquare. It is at most half of the largest
  // difference's square, for which inverse() is not zero yet.
  std::uint64_t common_variance(const Group& survivors, std::size_t from, nanoseconds least) const {
    const auto weight = [&](std::size_t i) {
      return inverse(square_ratio(deviation(i), least)) >> kWeightShift;
    };
    const auto apart = [&](std::size_t i) {
      const auto ratio = static_cast<std::int64_t>(ratio_of(magnitude(difference(i, from)), least));
      return difference(i, from) < nanoseconds::zero() ? -ratio : ratio;
    };
    std::int64_t weights = 0;
    std::int64_t squared_weights = 0;
    std::int64_t sum = 0;
    for (const std::size_t i : survivors) {
      const auto w = static_cast<std::int64_t>(weight(i));
      weights += w;
      squared_weights += w * w;
      sum += w * apart(i);
    }
    const std::int64_t mean = sum / weights;
    std::int64_t heterogeneity = 0;
    for (const std::size_t i : survivors) {
      const std::int64_t off = apart(i) - mean;
      heterogeneity += static_cast<std::int64_t>(weight(i)) * off * off;
    }
    const std::int64_t degrees = static_cast<std::int64_t>(survivors.size()) - 1;
    const std::int64_t by_noise = kExplained * degrees * (kUnitSquare << kWeightBits);
    const std::int64_t effective = weights - squared_weights / weights;
    if (heterogeneity <= by_noise || effective <= 0) return 0;
    return static_cast<std::uint64_t>((heterogeneity - by_noise) / effective);
  }

  void combine(const Group& survivors, const Agreement& agreement) {
    const std::size_t peer = choose_system_peer(survivors);
    mark(survivors, Standing::kSelected);
    selection_.placements[peer].standing = Standing::kSystemPeer;
    weigh(survivors, peer);

    nanoseconds sum{};
    for (const std::size_t i : survivors) sum += difference(i, peer) * selection_.placements[i].weight;
    const nanoseconds peer_offset = candidates_[peer].offset.value;
    // No two of them exclude each other, so all have a part in common.
    Interval common = agreement.interval;
    for (const std::size_t i : survivors) {
      if (!overlap(intervals_[i], common)) continue;
      common = {std::max(common.low, intervals_[i].low), std::min(common.high, intervals_[i].high)};
    }
    const nanoseconds offset =
        std::clamp(saturated_sum(peer_offset, sum / kWholeWeight), common.low, common.high);
    const nanoseconds by_peer =
        saturated_sum(candidates_[peer].bound.value, magnitude(saturated_difference(offset, peer_offset)));
    const Interval& possible = agreement.possible;
    const nanoseconds bound = std::max(
        {by_peer, saturated_difference(offset, possible.low), saturated_difference(possible.high, offset)});
    selection_.combination = Combination{peer, {offset}, {bound}, {possible.low}, {possible.high}};
  }

  std::span<const Candidate> candidates_;
  Dispersion max_bound_;
  std::array<Interval, kMaxCandidates> intervals_{};
  Selection selection_;
};

}  // namespace

Selection select(std::span<const Candidate> candidates, Dispersion max_bound) {
  return Selector{candidates, max_bound}.run();
}

}  // namespace isletime
