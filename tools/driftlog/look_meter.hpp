// SPDX-License-Identifier: MIT
// Computes a clock's offset from several readings (looks). Each look says that the clock showed a time, to
// its resolution, between two instants of ours. The result is the interval on which all looks of a round
// agree, a hard bound. If a clock shows whole seconds, the looks are made where its seconds begin.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/drivers/edge_search.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/failure.hpp"
#include "tools/common/machine.hpp"
#include "tools/driftlog/printed_time.hpp"

namespace isletime::driftlog {

struct Look {
  MonoTime before;  // when the clock was asked
  MonoTime after;   // when the reply was there
  PrintedTime shown;
};

// An error ends the measurement.
using TakeLook = std::function<Result<Look, Failure>()>;

class LookMeter {
 public:
  explicit LookMeter(Machine& machine) : machine_(machine) {}

  // Returns a record with offset, uncertainty, delay and time. It looks until these are known, or until the
  // deadline.
  Result<SampleRecord, Failure> measure(const TakeLook& take_look, MonoTime deadline);
  // The clock was set, so its seconds begin elsewhere than before.
  void forget() { expected_.reset(); }

 private:
  // The interval that contains clock - monotonic clock.
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

  Machine& machine_;
  // The edge of the round before. It determines only where to look, so each round is a measurement of its
  // own.
  std::optional<SecondEdge> expected_;
};

}  // namespace isletime::driftlog
