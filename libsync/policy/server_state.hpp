// SPDX-License-Identifier: MIT
// A server's system variables (RFC 5905, section 11.1) and how they age. It is a plain value, so that the
// threads that serve can copy it as a whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {

// RFC 5905, section 7.2 (MAXDISP): the dispersion that an unsynchronised server reports.
inline constexpr Dispersion kMaxDispersion{seconds{16}};

struct ServerState {
  Leap leap = Leap::kUnsynchronised;
  std::uint8_t stratum = 0;   // 1 to 15; anything else means unsynchronised
  std::int8_t precision = 0;  // log2 seconds
  ReferenceId reference_id{};
  WallTime reference_time{};  // when the clock, or its server's, was last set or checked
  Delay root_delay{};
  Dispersion root_dispersion{};               // at dispersion_time
  std::optional<WallTime> dispersion_time{};  // without it, reference_time
  Dispersion growth_limit = kMaxDispersion;   // an upper limit of the growth since then
  Ppm growth_rate = kFrequencyTolerance;      // of root_dispersion, at first; at most 1000 ppm
  WallTime not_before{};                      // a clock that reads less is not believed
};

// A known bound must grow for as long as no source confirms it.
inline constexpr Dispersion kUnlimited{nanoseconds::max()};

// Returns a dispersion that grows since dispersion_time, and ever more slowly towards the limit.
constexpr Dispersion root_dispersion_at(const ServerState& state, WallTime now) {
  using std::chrono::microseconds;
  // Both upper limits keep the product below in range.
  constexpr nanoseconds kLongest = std::chrono::hours{24 * 366};
  const nanoseconds age = std::clamp(elapsed(state.dispersion_time.value_or(state.reference_time), now),
                                     nanoseconds::zero(), kLongest);
  const nanoseconds most =
      std::clamp(state.growth_limit.value, nanoseconds{microseconds{1}}, kMaxDispersion.value);
  const std::int64_t growth = drift(age, std::min(state.growth_rate, Ppm::whole(1000))) / microseconds{1};
  if (state.growth_limit == kUnlimited)
    return {saturated_sum(state.root_dispersion.value, growth * microseconds{1})};
  const std::int64_t limit = most / microseconds{1};
  return {state.root_dispersion.value + microseconds{growth * limit / (growth + limit)}};
}

// A packet cannot state a larger bound, and less would not be true.
constexpr bool is_stateable(const ServerState& state, WallTime now) {
  return ShortTime::fits(state.root_delay.value) && ShortTime::fits(root_dispersion_at(state, now).value);
}

constexpr bool is_synchronised(const ServerState& state, WallTime now) {
  return state.leap != Leap::kUnsynchronised && state.stratum >= 1 && state.stratum <= kMaxStratum &&
         now >= state.not_before && is_stateable(state, now);
}

// RFC 4330's and busybox's clients refuse a root distance of 1 s: the growth of an island's own clock stays
// below half of that, so that its devices agree however long nobody sets the hub.
inline constexpr Dispersion kLocalGrowthLimit{std::chrono::milliseconds{500}};

// Returns the state of an undisciplined clock that is served as the island's own time and was set at
// `set_at`.
constexpr ServerState local_reference(std::uint8_t stratum, std::int8_t precision, WallTime set_at,
                                      WallTime not_before) {
  return {
      .leap = Leap::kNone,
      .stratum = stratum,
      .precision = precision,
      .reference_id = stratum == 1 ? ReferenceId::ascii("LOCL") : kLocalClock,
      .reference_time = set_at,
      .growth_limit = kLocalGrowthLimit,
      .not_before = not_before,
  };
}

constexpr ServerState unsynchronised(std::int8_t precision) {
  ServerState state;
  state.precision = precision;
  return state;
}

}  // namespace isletime
