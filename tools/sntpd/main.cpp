// SPDX-License-Identifier: MIT
#include "tools/common/exit_status.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/server.hpp"

namespace {

using namespace isletime;
using namespace isletime::sntpd;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  const auto& options = std::get<Options>(parsed);
  const Log log("sntpd", options.level);
  Server server(options, log, [&]() -> std::optional<Options> {
    auto again = parse_options(argc, argv);
    if (auto* fresh = std::get_if<Options>(&again)) return std::move(*fresh);
    return std::nullopt;
  });
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
