// SPDX-License-Identifier: MIT
// A clock to be logged. Every source is measured against the system clock; only the log loop knows the
// reference.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/failure.hpp"

namespace isletime::driftlog {

inline constexpr const char* kInterrupted = "interrupted";  // a failure's name

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // The name in the record, without secrets: "ntp:192.0.2.7".
  virtual const std::string& name() const = 0;
  // Measures the source's clock - the system clock, at the record's time. Ends at `deadline` or little later.
  virtual Result<SampleRecord, Failure> measure(MonoTime deadline) = 0;
  // Sets the source by the system clock. Returns nothing if that succeeded.
  virtual std::optional<Failure> set(MonoTime) { return Failure{"cannot-be-set", "it cannot be set"}; }
  // The machine slept, or the clock was set. What was learned of the source's seconds is no longer valid.
  virtual void forget() {}
};

}  // namespace isletime::driftlog
