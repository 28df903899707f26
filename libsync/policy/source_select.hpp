// SPDX-License-Identifier: MIT
// Which sources are believed, of whatever kind, and how much each of them counts (RFC 5905, section
// 11.2). Every source says where the true offset must lie: [offset - bound, offset + bound]. What
// more than half of them have in common is believed, so that a lying minority cannot move the clock
// further than an honest source's own bound allows, and a single source on an island is enough. Without a
// majority, the local clock is a witness if it has followed one of them; else the best tier's majority is
// believed, and within one tier nobody. Ranks come before all of that: the best rank that agrees on anything
// decides alone, and the others have no vote. Pure; equal inputs in another order get equal verdicts, but
// where two candidates are identical.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// Of those that are believed, only the best tier steers the clock.
enum class Tier : std::uint8_t { kPreferred, kNormal, kFallback };

struct Candidate {
  std::uint8_t rank = 0;  // of its kind of source; less is better
  Tier tier = Tier::kNormal;
  // Candidates with the same number are one server under several names, which has one vote; 0: nobody knows.
  std::uint8_t server = 0;
  bool reachable = false;
  bool has_samples = false;
  bool is_proven = true;      // it may steer the clock; otherwise it only has a vote
  bool synchronised = false;  // by its own account: leap and stratum
  bool loop = false;          // it follows us
  bool is_refused = false;    // it would move the clock too far
  Offset offset{};            // predicted to now
  Dispersion bound{};         // what |offset - true offset| cannot exceed: the root distance
  Dispersion deviation{};     // the offset's standard deviation
  std::uint8_t stratum = 0;
  bool was_selected = false;     // by the last selection: the local clock has followed it
  bool was_system_peer = false;  // by the last selection
};

enum class Standing : std::uint8_t {
  kUnreachable,
  kNoSamples,
  kUnsynchronised,
  kLoop,
  kTooUncertain,
  kRefused,
  kOutranked,
  kDuplicate,
  kFalseticker,
  kOutlier,
  kStandby,
  kSelected,
  kSystemPeer,
};

struct StandingDescription {
  const char* name;  // one word for records: "falseticker"
  const char* text;  // a clause for people
  char tally;        // as ntpq's first column
};
StandingDescription describe(Standing standing);

constexpr bool is_selected(Standing standing) {
  return standing == Standing::kSelected || standing == Standing::kSystemPeer;
}

struct Placement {
  Standing standing = Standing::kUnreachable;
  std::uint32_t weight = 0;  // of kWholeWeight; by inverse variance, zero unless selected
};
inline constexpr std::uint32_t kWholeWeight = 65'536;

// Further ones are not looked at: nobody has them, and the work grows with the square.
inline constexpr std::size_t kMaxCandidates = 32;

// What the selected sources say together.
struct Combination {
  std::size_t system_peer;  // index of the candidate whose stratum and reference are passed on
  Offset offset;            // weighted mean, within [earliest, latest]
  Dispersion bound;         // what |offset - true offset| cannot exceed if the majority is right
  Offset earliest;          // where the majority agrees that the true offset is
  Offset latest;
};

struct Selection {
  std::array<Placement, kMaxCandidates> placements{};  // one a candidate, in their order
  std::optional<Combination> combination;              // absent: nobody may steer the clock
};

// `max_bound`: sources that know less are not heard.
Selection select(std::span<const Candidate> candidates, Dispersion max_bound = kMaxDispersion);

}  // namespace isletime
