// SPDX-License-Identifier: MIT
// The input is a record that a stranger may have written. The rows read from it are in order and finite, and
// the conclusion is an interval around a rate, or nothing.
#include <cmath>
#include <sstream>
#include <string>

#include "libsync/analysis/drift_fit.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/driftlog/fit_rows.hpp"

using namespace isletime;
using namespace isletime::driftlog;
using isletime::fuzz::require;

namespace {

void check_rows(const SourceRows& source) {
  double last_s = 0.0;
  for (const analysis::ClockRow& row : source.rows) {
    require(std::isfinite(row.time_s) && row.time_s >= last_s, "times do not go backwards");
    require(std::isfinite(row.offset_s), "an offset is finite");
    require(!row.uncertainty_s || (std::isfinite(*row.uncertainty_s) && *row.uncertainty_s >= 0.0),
            "a bound is finite and not negative");
    last_s = row.time_s;
  }
}

void check_fit(const analysis::DriftFit& fit) {
  if (!analysis::has_rate(fit.verdict)) return;
  require(std::isfinite(fit.rate), "a rate is finite");
  require(std::isfinite(fit.interval.low) && std::isfinite(fit.interval.high), "an interval has two ends");
  require(fit.interval.low <= fit.interval.high, "an interval's ends are in order");
  require(fit.window.seconds >= 0.0, "a window is not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream file(std::string{reinterpret_cast<const char*>(data), size});
  const auto sources = read_fit_rows(file, {});
  if (!sources) {
    require(!sources.error().empty(), "a fault is said");
    return 0;
  }
  for (const SourceRows& source : *sources) {
    check_rows(source);
    check_fit(analysis::fit_drift(source.rows, {}));
  }
  return 0;
}
