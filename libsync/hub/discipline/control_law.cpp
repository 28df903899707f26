// SPDX-License-Identifier: MIT
#include "libsync/hub/discipline/control_law.hpp"

#include <algorithm>
#include <cmath>

#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

// Spreading a slew over this share of the wait costs less than 1 % of accuracy.
constexpr int kSlewShare = 4;
// No slew is spread further, so that an error of a second is removed soon however rarely the source is
// polled.
constexpr nanoseconds kLongestSpread = seconds{40};
constexpr nanoseconds kShortestSlew = seconds{1};
// The usable share of the range that the frequency leaves; the rest allows the frequency to change.
constexpr double kUsableShare = 0.8;
constexpr nanoseconds kLongestSlew = seconds{86'400};

// Smaller errors cannot be removed with rates in the kernel's unit.
constexpr nanoseconds kNegligible{5};

Slew slew_away(nanoseconds phase, nanoseconds until_next, double max_rate) {
  const nanoseconds spread = std::clamp(until_next / kSlewShare, kShortestSlew, kLongestSpread);
  const Seconds least{std::abs(Seconds{phase}.count()) / max_rate};
  const nanoseconds duration = std::clamp(rounded(least), spread, kLongestSlew);
  return {.rate = std::clamp(-Seconds{phase} / Seconds{duration}, -max_rate, max_rate), .duration = duration};
}

bool may_step(nanoseconds size, bool was_synchronised, const StepRule& rule) {
  return rule.threshold && size > *rule.threshold && (rule.at_any_time || !was_synchronised);
}

}  // namespace

Result<Correction, ControlRefusal> correct(const ClockError& error, nanoseconds until_next,
                                           bool was_synchronised, const ControlLimits& limits) {
  const nanoseconds size = magnitude(error.phase);
  if (was_synchronised && size > limits.panic) return Unexpected{ControlRefusal::kPanic};

  Correction correction;
  correction.rate = std::clamp(-error.frequency, -limits.max_rate / 2, limits.max_rate / 2);
  if (may_step(size, was_synchronised, limits.step)) {
    correction.step = Offset{-saturated(error.phase)};
  } else if (size > kNegligible) {
    const double room = kUsableShare * (limits.max_rate - std::abs(correction.rate));
    correction.slew = slew_away(error.phase, until_next, room);
  }
  return correction;
}

}  // namespace isletime
