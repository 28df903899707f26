// SPDX-License-Identifier: MIT
// Selects the sources to believe, of any kind, and their weights (RFC 5905, section 11.2). Each source states
// where the true offset must lie: [offset - bound, offset + bound]. What more than half of them have in
// common is believed, so that a lying minority cannot move the clock further than an honest source's own
// bound allows, which the stated bound covers, and a single source on an island is enough. Without a
// majority, the local clock is a witness if it has followed one of them; otherwise the best tier's majority
// is believed, and within one tier none. A source that a majority has contradicted has no vote until it
// agrees with those that are believed; otherwise a liar would decide once they fall silent. Ranks come first:
// the best rank that agrees on anything decides alone, and the others have no vote. No I/O; the result does
// not depend on the order of the candidates, unless two are identical.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// Of the believed sources, only the best tier steers the clock.
enum class Tier : std::uint8_t { kPreferred, kNormal, kFallback };

struct Candidate {
  std::uint8_t rank = 0;  // of its kind of source; less is better
  Tier tier = Tier::kNormal;
  // Candidates with the same number are one server under several names, with one vote; 0 means unknown.
  std::uint8_t server = 0;
  bool reachable = false;
  bool has_samples = false;
  bool is_proven = true;      // it may steer the clock; otherwise it only votes
  bool synchronised = false;  // by its own account: leap and stratum
  bool loop = false;          // it follows us
  bool is_refused = false;    // it would move the clock too far
  // By the last selection: it has no vote, so that it does not decide once those that outvoted it are silent.
  bool is_outvoted = false;
  Offset offset{};         // predicted to now
  Dispersion bound{};      // |offset - true offset| is at most this: the root distance
  Dispersion deviation{};  // the offset's standard deviation
  std::uint8_t stratum = 0;
  bool was_selected = false;     // by the last selection, so the local clock has followed it
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

// Returns whether the source agrees with what is believed, selected or not.
constexpr bool is_agreeing(Standing standing) {
  return is_selected(standing) || standing == Standing::kOutlier || standing == Standing::kStandby;
}

struct Placement {
  Standing standing = Standing::kUnreachable;
  std::uint32_t weight = 0;  // in units of kWholeWeight; by inverse variance, zero unless selected
  bool is_outvoted = false;  // every majority contradicted it, and nobody believed has agreed since
};
inline constexpr std::uint32_t kWholeWeight = 65'536;

// Further candidates are ignored: nobody has so many, and the work grows with the square.
inline constexpr std::size_t kMaxCandidates = 32;

// The combined result of the selected sources.
struct Combination {
  std::size_t system_peer;  // index of the candidate whose stratum and reference are served
  Offset offset;            // weighted mean, within [earliest, latest]
  Dispersion bound;         // |offset - true offset| is at most this if the majority is right
  Offset earliest;          // the truth is in this interval if the majority is right
  Offset latest;
};

struct Selection {
  std::array<Placement, kMaxCandidates> placements{};  // one per candidate, in their order
  std::optional<Combination> combination;              // nothing if no source may steer the clock
};

// Sources with a bound above `max_bound` are ignored.
Selection select(std::span<const Candidate> candidates, Dispersion max_bound = kMaxDispersion);

}  // namespace isletime
