// SPDX-License-Identifier: MIT
// From looks at a clock to its offset: each look says that the clock read a time, to its resolution, between
// two instants of ours. What all looks of a round agree on is the answer, a hard bound and no guess; where
// whole seconds are all that it shows, the looks are put where its seconds begin.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/drivers/edge_search.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/driftlog/failure.hpp"
#include "tools/driftlog/printed_time.hpp"
#include "tools/rtcset/machine.hpp"

namespace isletime::driftlog {

struct Look {
  MonoTime before;  // it was asked
  MonoTime after;   // the answer was there
  PrintedTime shown;
};

// Error: ends the measurement.
using TakeLook = std::function<Result<Look, Failure>()>;

class LookMeter {
 public:
  explicit LookMeter(rtcset::Machine& machine) : machine_(machine) {}

  // Offset, uncertainty, delay and time of a record. Looks until it knows, or the deadline.
  Result<SampleRecord, Failure> measure(const TakeLook& take_look, MonoTime deadline);
  // Where its seconds begin is not where they began: it was set.
  void forget() { expected_.reset(); }

 private:
  // What clock - monotonic clock can be.
  struct Interval {
    nanoseconds low;
    nanoseconds high;
  };

  static Interval implied_by(const Look& look);
  SampleRecord record_of(const Interval& interval, nanoseconds delay) const;
  Result<SampleRecord, Failure> measure_fine(const TakeLook& take_look, const Look& first, MonoTime deadline);
  Result<SampleRecord, Failure> measure_edges(const TakeLook& take_look, const Look& first,
                                              MonoTime deadline);
  std::optional<Failure> search_edge(const TakeLook& take_look, MonoTime deadline, EdgeSearch& edges,
                                     nanoseconds& quickest);
  std::vector<MonoTime> looks_around_expected(MonoTime now, nanoseconds quickest) const;

  rtcset::Machine& machine_;
  // Of the round before. It says where to look, and no more: so each round is a measurement of its own.
  std::optional<SecondEdge> expected_;
};

}  // namespace isletime::driftlog
