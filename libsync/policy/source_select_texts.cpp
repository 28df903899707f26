// SPDX-License-Identifier: MIT
#include "libsync/policy/source_select.hpp"

namespace isletime {

StandingDescription describe(Standing standing) {
  switch (standing) {
    case Standing::kUnreachable:
      return {"unreachable", "it does not answer", ' '};
    case Standing::kNoSamples:
      return {"no-samples", "it has not given a usable sample yet", ' '};
    case Standing::kUnsynchronised:
      return {"unsynchronised", "it says that its own clock is not set", ' '};
    case Standing::kLoop:
      return {"loop", "it follows us, and knows nothing that we do not", ' '};
    case Standing::kTooUncertain:
      return {"too-uncertain", "it does not know the time well enough", ' '};
    case Standing::kRefused:
      return {"refused", "it would move the clock further than is allowed", 'x'};
    case Standing::kOutranked:
      return {"outranked", "a better kind of source tells the time", ' '};
    case Standing::kDuplicate:
      return {"duplicate", "it is the same server as another source, which speaks for it", ' '};
    case Standing::kFalseticker:
      return {"falseticker", "its interval agrees with no majority of the others", 'x'};
    case Standing::kOutlier:
      return {"outlier", "it agrees with the others, but is further off than they are", '-'};
    case Standing::kStandby:
      return {"standby", "it agrees with the others, and waits until no better tier is left", '#'};
    case Standing::kSelected:
      return {"selected", "it agrees with the others, and is weighted by its precision", '+'};
    case Standing::kSystemPeer:
      return {"system-peer", "selected: smallest root distance among the sources that agree", '*'};
  }
  return {"unknown", "its standing is unknown", ' '};
}

}  // namespace isletime
