// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/holdover_source.hpp"

#include <algorithm>
#include <cmath>

namespace isletime {
namespace {

// Fewer readings give too little information about a frequency.
constexpr int kFewestReadings = 16;

// What the other sources' noise adds to a reading.
constexpr double kLocalDeviations = 4.0;

}  // namespace

void HoldoverSource::learn(const Reading& reading, const Estimate& local, Dispersion bound) {
  const FreeTime at = free_running(reading.clock);
  const nanoseconds noise = rounded(Seconds{kLocalDeviations * std::sqrt(local.var_phase)});
  const nanoseconds apart = elapsed(at, reading.local);
  const Outcome outcome = clock_.add({.at = at,
                                      .offset = {saturated_difference(apart, local.phase)},
                                      .delay = std::nullopt,
                                      .dispersion = {saturated_sum(reading.uncertainty.value, noise)}});
  switch (outcome) {
    case Outcome::kSuspect:
    case Outcome::kOutOfOrder:
      return;
    case Outcome::kStarted:
    case Outcome::kStepped:
    case Outcome::kUsed:
      break;
  }
  last_learned_ = at;
  bound_ = bound;
  learned_ = std::min(learned_ + 1, kFewestReadings);
}

std::optional<HoldoverSource::Told> HoldoverSource::tell(const Reading& reading) const {
  const FreeTime at = free_running(reading.clock);
  if (learned_ < kFewestReadings || clock_.is_suspicious() || at < last_learned_) return std::nullopt;
  const auto estimate = clock_.at(at);
  if (!estimate) return std::nullopt;
  const nanoseconds apart = elapsed(reading.local, at);
  return Told{.sample = {.at = reading.local,
                         .offset = {saturated_difference(apart, estimate->phase)},
                         .delay = std::nullopt,
                         .dispersion = reading.uncertainty},
              .root_dispersion = {saturated_sum(clock_.error_bound(*estimate).value, bound_.value)}};
}

}  // namespace isletime
