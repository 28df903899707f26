// SPDX-License-Identifier: MIT
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

VerdictDescription describe(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAdopt:
      return {"adopt", "the clock is set by it"};
    case Verdict::kAgree:
      return {"agree", "the clock agrees with it, and is left as it is"};
    case Verdict::kBelowThreshold:
      return {"below-threshold", "the clock agrees with it, and knows better"};
    case Verdict::kUnreliable:
      return {"unreliable", "it says that it is not reliable, or nobody can vouch for it"};
    case Verdict::kBelowFloor:
      return {"below-floor", "it claims a time that is known to have passed"};
    case Verdict::kAbsurd:
      return {"absurd", "its time or its bound is implausible"};
    case Verdict::kOutranked:
      return {"outranked", "a better source has set the clock"};
    case Verdict::kTooUncertain:
      return {"too-uncertain", "the clock is known better than by this source"};
  }
  return {"unknown", "its verdict is unknown"};
}

}  // namespace isletime
