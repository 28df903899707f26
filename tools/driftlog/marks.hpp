// SPDX-License-Identifier: MIT
// Marks are rows for events between two rows of a source: `error` names the event, and there is no offset. A
// fit must not continue across a mark.
#pragma once

#include <cstdint>

namespace isletime::driftlog {

enum class Mark : std::uint8_t { kReferenceStepped, kSuspended, kSourceStepped, kResumed, kSet };

constexpr const char* to_string(Mark mark) {
  switch (mark) {
    case Mark::kReferenceStepped:
      return "reference-stepped";
    case Mark::kSuspended:
      return "suspended";
    case Mark::kSourceStepped:
      return "source-stepped";
    case Mark::kResumed:
      return "resumed";
    case Mark::kSet:
      return "set";
  }
  return "";
}

}  // namespace isletime::driftlog
