// SPDX-License-Identifier: MIT
#include "tools/driftlog/logging.hpp"
#include "tools/driftlog/options.hpp"
#include "tools/driftlog/plot.hpp"
#include "tools/sntpd/build_time.hpp"

namespace {

using namespace isletime;
using namespace isletime::driftlog;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  const auto& options = std::get<Options>(parsed);
  if (const auto* log = std::get_if<LogOptions>(&options.job))
    return log_clocks(*log, options.level, sntpd::build_time());
  return plot(std::get<PlotOptions>(options.job), options.level);
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run(argc, argv));
}
