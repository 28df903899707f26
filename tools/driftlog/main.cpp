// SPDX-License-Identifier: MIT
#include "tools/common/build_time.hpp"
#include "tools/driftlog/logging.hpp"
#include "tools/driftlog/options.hpp"
#include "tools/driftlog/plot.hpp"

namespace {

using namespace isletime;
using namespace isletime::driftlog;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  const auto& options = std::get<Options>(parsed);
  if (const auto* asked = std::get_if<FitOptions>(&options.job)) return fit(*asked, options.level);
  if (const auto* asked = std::get_if<PlotOptions>(&options.job)) return plot(*asked, options.level);
  if (const auto* asked = std::get_if<SimulateOptions>(&options.job)) return simulate(*asked, options.level);
  return log_clocks(std::get<LogOptions>(options.job), options.level, build_time());
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run(argc, argv));
}
