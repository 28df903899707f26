// SPDX-License-Identifier: MIT
// Says what became of a phone's time, in a sentence for the person who holds the phone.
#pragma once

#include <string>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

// "3.217 s", "4 h 5 min", "12 days"
std::string amount_text(nanoseconds amount);
// Returns how the hub's clock compares with the phone's: "3.217 s behind", "12 days ahead of".
std::string hub_is_text(Offset phone_less_hub);

struct SyncOutcome {
  std::string_view verdict;  // sntpd's word
  std::string_view message;  // sntpd's clause, for verdicts that have no sentence here
  Offset offset;             // phone - hub, before the hub was set
  std::string_view holder;   // the source that the hub's clock follows; may be empty
};
std::string describe_sync(const SyncOutcome& outcome);

}  // namespace isletime::syncweb
