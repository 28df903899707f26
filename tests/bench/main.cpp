// SPDX-License-Identifier: MIT
// ntpbench: measures a running sntpd beside a running chronyd; `run` starts all three.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/types.h>

#include <fmt/format.h>

#include "libsync/posix/key_file.hpp"
#include "tests/bench/comparison.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/exit_status.hpp"

namespace {

using namespace isletime;
using namespace isletime::bench;

using PortAndPid = std::pair<std::uint16_t, pid_t>;

// Takes "11123:4711".
auto taken_by(PortAndPid& target) {
  return [&target](const std::string& text) {
    target = {static_cast<std::uint16_t>(std::stoul(text)),
              static_cast<pid_t>(std::stol(text.substr(text.find(':') + 1)))};
  };
}

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
  Log::Level level = Log::Level::kNotices;
  CommandLine line({"ntpbench", "Measures a running sntpd beside a running chronyd on loopback.", ""}, level);
  line.add_option("--sntpd", taken_by(sntpd), "Its port and process id, as in 11123:4711").required();
  line.add_option("--chronyd", taken_by(chronyd), "The same of chronyd").required();
  line.add_option("--two-workers", taken_by(two_workers), "The same of an sntpd that has them").required();
  line.add_option("--core", core, "Where the first two run").required();
  line.add_option("--keys", keys_path, "A file with a key that they know").required();
  try {
    if (const auto status = line.parse(argc, argv)) return static_cast<int>(*status);
    const auto keys = read_key_file(keys_path);
    if (!keys || keys->keys().empty()) throw std::runtime_error(keys ? keys_path + ": no key" : keys.error());
    return static_cast<int>(
        print(compare({server(sntpd), server(chronyd), server(two_workers), core, keys->keys()[0]})));
  } catch (const std::exception& error) {
    fmt::print(stderr, "ntpbench: {}\n", error.what());
    return static_cast<int>(ExitStatus::kSystemFailed);
  }
}
