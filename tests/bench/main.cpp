// SPDX-License-Identifier: MIT
// ntpbench: measures a running sntpd beside a running chronyd; `run` starts all three.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "libsync/posix/key_file.hpp"
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
  PortAndPid two_workers;
  std::string keys_path;
  unsigned core = 0;
  CLI::App app("Measures a running sntpd beside a running chronyd on loopback.", "ntpbench");
  app.add_option("--sntpd", sntpd, "Its port and process id")->required();
  app.add_option("--chronyd", chronyd, "Its port and process id")->required();
  app.add_option("--two-workers", two_workers, "The same of an sntpd that has them")->required();
  app.add_option("--core", core, "Where the first two run")->required();
  app.add_option("--keys", keys_path, "A file with a key that they know")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const auto keys = read_key_file(keys_path);
    if (!keys || keys->keys().empty()) throw std::runtime_error(keys ? keys_path + ": no key" : keys.error());
    return static_cast<int>(
        print(compare({server(sntpd), server(chronyd), server(two_workers), core, keys->keys()[0]})));
  } catch (const std::exception& error) {
    fmt::print(stderr, "ntpbench: {}\n", error.what());
    return static_cast<int>(ExitStatus::kSystemFailed);
  }
}
