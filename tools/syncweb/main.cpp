// SPDX-License-Identifier: MIT
#include "tools/common/exit_status.hpp"
#include "tools/syncweb/access/make_pin.hpp"
#include "tools/syncweb/options.hpp"
#include "tools/syncweb/serving/server.hpp"

namespace {

using namespace isletime;
using namespace isletime::syncweb;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  const auto& options = std::get<Options>(parsed);
  const Log log("syncweb", options.level);
  if (options.is_to_make_pin) return make_pin(log);
  Server server(options, log);
  if (const auto failure = server.open()) {
    log.error(failure->text);
    return failure->status;
  }
  server.run();
  return ExitStatus::kGood;
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run(argc, argv));
}
