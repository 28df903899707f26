// SPDX-License-Identifier: MIT
// The selection among sources with arbitrary properties: the input is the candidates.
#include <algorithm>
#include <vector>

#include "libsync/policy/source_select.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

// Takes a value small enough for candidates to agree, or any value.
nanoseconds any_time(fuzz::Input& input, bool is_tame) {
  if (is_tame) return nanoseconds{static_cast<std::int16_t>(input.u16())};
  return input.wall_time().time_since_epoch();
}

Candidate candidate(fuzz::Input& input) {
  const std::uint8_t flags = input.u8();
  const std::uint8_t faults = input.u8();
  Candidate c;
  c.tier = static_cast<Tier>(flags % 3);
  c.was_selected = (flags & 0x10) != 0;
  c.was_system_peer = (flags & 0x20) != 0;
  c.reachable = (faults & 0x01) == 0;
  c.has_samples = (faults & 0x02) == 0;
  c.synchronised = (faults & 0x04) == 0;
  c.loop = (faults & 0x08) != 0;
  c.is_refused = (faults & 0x10) != 0;
  c.is_proven = (faults & 0x20) == 0;
  c.rank = (faults & 0x40) != 0 ? 3 : 0;
  c.server = (faults & 0x80) != 0 ? 1 : 0;
  c.stratum = input.u8();
  const bool is_tame = (flags & 0x40) == 0;
  c.offset = {any_time(input, is_tame)};
  c.bound = {any_time(input, is_tame)};
  c.deviation = {any_time(input, is_tame)};
  return c;
}

void check_combination(const Selection& selection, const std::vector<Candidate>& candidates,
                       Dispersion max_bound) {
  std::uint32_t weights = 0;
  int peers = 0;
  for (std::size_t i = 0; i < std::min(candidates.size(), kMaxCandidates); ++i) {
    const Placement& placement = selection.placements[i];
    const Candidate& c = candidates[i];
    const StandingDescription said = describe(placement.standing);
    require(said.name[0] != '\0' && said.text[0] != '\0', "a standing has words");
    weights += placement.weight;
    peers += placement.standing == Standing::kSystemPeer ? 1 : 0;
    require(is_selected(placement.standing) || placement.weight == 0, "who is not believed has no weight");
    if (!is_selected(placement.standing)) continue;
    require(c.reachable && c.has_samples && c.synchronised && !c.loop && !c.is_refused && c.is_proven,
            "a source that is believed has no fault");
    require(c.bound.value >= nanoseconds::zero() && c.bound <= max_bound, "and knows the time well enough");
  }
  require(weights == (selection.combination ? kWholeWeight : 0), "the believed share the whole weight");
  require(peers == (selection.combination ? 1 : 0), "one of them is the system peer");
  if (!selection.combination) return;
  const Combination& combined = *selection.combination;
  require(selection.placements[combined.system_peer].standing == Standing::kSystemPeer, "by its index");
  require(combined.earliest <= combined.offset && combined.offset <= combined.latest,
          "the offset is where the majority agrees that it is");
  require(combined.bound.value >= nanoseconds::zero(), "a bound is not negative");
  require(combined.bound.value >= saturated_difference(combined.offset.value, combined.earliest.value) &&
              combined.bound.value >= saturated_difference(combined.latest.value, combined.offset.value),
          "the bound reaches both ends of what was agreed on");
  // The combination's interval must be at least as wide as the system peer's.
  require(combined.bound >= candidates[combined.system_peer].bound, "others do not make one more certain");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const Dispersion max_bound{nanoseconds{static_cast<std::int64_t>(input.u64() >> 1)}};
  std::vector<Candidate> candidates;
  while (!input.at_end() && candidates.size() < kMaxCandidates + 2) candidates.push_back(candidate(input));
  check_combination(select(candidates, max_bound), candidates, max_bound);
  return 0;
}
