// SPDX-License-Identifier: MIT
#include "tools/common/build_time.hpp"
#include "tools/common/exit_status.hpp"
#include "tools/common/signals.hpp"
#include "tools/ntpprobe/options.hpp"
#include "tools/ntpprobe/report.hpp"
#include "tools/ntpprobe/session.hpp"
#include "tools/ntpprobe/signing_keys.hpp"

namespace {

using namespace isletime;
using namespace isletime::ntpprobe;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  auto options = std::get<Options>(parsed);
  options.era_pivot = build_time();
  const Log log("ntpprobe", options.level);
  const auto keys = read_signing_keys(options);
  if (!keys) {
    log.error(keys.error());
    return ExitStatus::kUsage;
  }
  catch_signals(Hangup::kStops);
  Session session(options, options.key ? keys->find(*options.key) : nullptr, log);
  Report report(options, log);
  report.begin();
  session.run([&](std::size_t host, const Finding& finding) { report.add(host, finding); });
  report.finish();
  if (report.write_failure()) {
    log.error(to_string(*report.write_failure()));
    return ExitStatus::kSystemFailed;
  }
  return report.all_good() ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run(argc, argv));
}
