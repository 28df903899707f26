// SPDX-License-Identifier: MIT
// ntpbench: measures a running sntpd beside a running chronyd. `run` starts them and this.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>

#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/comparison.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tools/common/exit_status.hpp"

namespace {

using namespace isletime;
using namespace isletime::bench;

using PortAndPid = std::pair<std::uint16_t, pid_t>;

Server server(const PortAndPid& words) {
  return {Endpoint{fakes::kLoopbackV4, words.first}, words.second};
}

ExitStatus print(const Comparison& comparison) {
  fmt::print("{}", format_table(comparison.rows));
  for (const auto& doubt : comparison.doubts) fmt::print(stderr, "ntpbench: in doubt: {}\n", doubt);
  if (!comparison.doubts.empty()) return ExitStatus::kSystemFailed;
  return all_met(comparison.rows) ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace

int main(int argc, char** argv) {
  PortAndPid sntpd;
  PortAndPid chronyd;
  unsigned core = 0;
  CLI::App app("Measures a running sntpd beside a running chronyd on loopback.", "ntpbench");
  app.add_option("--sntpd", sntpd, "Its port and process id")->required();
  app.add_option("--chronyd", chronyd, "Its port and process id")->required();
  app.add_option("--core", core, "Where both run")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    return static_cast<int>(print(compare(server(sntpd), server(chronyd), core)));
  } catch (const std::exception& error) {
    fmt::print(stderr, "ntpbench: {}\n", error.what());
    return static_cast<int>(ExitStatus::kSystemFailed);
  }
}
