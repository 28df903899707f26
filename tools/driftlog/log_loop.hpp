// SPDX-License-Identifier: MIT
// Measures all sources in the given order, round after round. Each measurement gives a row with its offset,
// or with the reason why there is none. A mark precedes it if the reference or a source was stepped, or the
// machine slept.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/common/exit_status.hpp"
#include "tools/common/log.hpp"
#include "tools/driftlog/clock_watch.hpp"
#include "tools/driftlog/log_options.hpp"
#include "tools/driftlog/marks.hpp"
#include "tools/driftlog/progress.hpp"
#include "tools/driftlog/reference_offset.hpp"
#include "tools/driftlog/schedule.hpp"
#include "tools/driftlog/source.hpp"
#include "tools/driftlog/step_watch.hpp"

namespace isletime::driftlog {

// The functions of the machine that the loop uses.
struct World {
  std::function<ClockReading()> read_clocks;
  std::function<void(MonoTime boot)> sleep_until;  // may return early if the program is to stop
  std::function<bool()> is_to_stop;
  std::function<std::optional<double>()> celsius;  // nothing if it is not known, or not asked for
  std::function<bool(const SampleRecord&)> write;  // returns false if nothing more can be written
};

class LogLoop {
 public:
  using Sources = std::vector<std::unique_ptr<Source>>;

  // A null reference means the system clock. All arguments must outlive the loop.
  LogLoop(const LogOptions& options, const Sources& sources, Source* reference, const World& world,
          const Log& log, Progress& progress);

  // Marks that the rows of an earlier run are continued.
  void mark_resumed() { mark_all(Mark::kResumed); }
  // Sets the clocks that are to be set before the first round. Returns false if one of them could not be set.
  bool set_sources();
  // Runs until the duration is over, the program is to stop, or nothing can be written.
  void run();

  // Returns the sources that never had an offset.
  std::vector<std::string> never_measured() const;

 private:
  struct Followed {
    Source& source;
    StepWatch steps;
    std::string last_error;  // the failure that was last reported
    bool was_measured = false;
  };
  struct Row {
    Followed* of;
    SampleRecord record;
    MonoTime at;
  };

  void round();
  bool follow_clocks();
  bool measure_reference(std::optional<ReferenceOffset>& reference);
  std::optional<Row> measure(Followed& followed);
  void write_row(Row row, const std::optional<ReferenceOffset>& reference);
  void write_failures(const Failure& failure);
  SampleRecord failed(Followed& followed, const Failure& failure);
  void mark(Followed& followed, Mark mark);
  void mark_all(Mark which);
  void forget_all();
  void write(const SampleRecord& record);
  bool is_over() const { return !is_writable_ || world_.is_to_stop(); }
  void wait_until(MonoTime boot);

  const LogOptions& options_;
  Source* reference_;
  const World& world_;
  const Log& log_;
  Progress& progress_;
  std::vector<Followed> followed_;
  ClockReading now_;
  ClockWatch clocks_;
  StepWatch reference_steps_;
  Schedule schedule_;
  std::int64_t rounds_ = 0;
  bool is_writable_ = true;
};

}  // namespace isletime::driftlog
