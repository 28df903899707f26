// SPDX-License-Identifier: MIT
#include "tests/bench/probe_runs.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/program.hpp"

namespace isletime::bench {
namespace {

std::string probe(const Server& server, std::vector<std::string> options) {
  std::vector<std::string> arguments{fakes::built("ntpprobe"), "--port", std::to_string(server.endpoint.port),
                                     address_text(server.endpoint)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto finished = fakes::run(std::move(arguments));
  if (finished.status != 0) throw std::runtime_error("ntpprobe failed: " + finished.err);
  return finished.out;
}

}  // namespace

double one_shot_wall_ms(const Server& server) {
  const MonoTime start = mono_now();
  probe(server, {});
  return std::chrono::duration<double, std::milli>{mono_now() - start}.count();
}

double probe_error_us(const Server& server) {
  const std::string record = probe(server, {"--samples", "8", "--json"});
  const std::string key = "\"offset_s\":";
  const auto at = record.find(key);
  if (at == std::string::npos) throw std::runtime_error("ntpprobe printed no offset");
  return std::abs(std::stod(record.substr(at + key.size()))) * 1e6;
}

}  // namespace isletime::bench
