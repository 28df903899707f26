// SPDX-License-Identifier: MIT
#include "tools/common/control_connection.hpp"
#include "tools/common/paths.hpp"
#include "tools/common/signals.hpp"
#include "tools/sntpctl/keygen.hpp"
#include "tools/sntpctl/options.hpp"
#include "tools/sntpctl/rate_error_fit.hpp"
#include "tools/sntpctl/session.hpp"

namespace {

using namespace isletime;
using namespace isletime::sntpctl;

ExitStatus run(int argc, const char* const* argv) {
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  auto options = std::get<Options>(parsed);
  const Log log("sntpctl", options.level);
  if (options.command == Command::kKeygen) return make_key(options.keygen, log);
  if (options.command == Command::kSetRateError) {
    const auto fit = read_rate_error_fit(options.fit);
    if (!fit) {
      log.error("set-rate-error: " + fit.error().text);
      return fit.error().status;
    }
    for (const std::string& doubt : fit->doubts) log.notice("set-rate-error: " + doubt);
    options.rate_error = fit->rate_error;
  }
  catch_signals(Hangup::kStops);
  const auto paths = options.control ? std::vector{*options.control} : control_sockets_to_try(surroundings());
  auto connection = ControlConnection::open(paths);
  if (!connection) {
    log.error(connection.error());
    return ExitStatus::kSystemFailed;
  }
  return Session(options, log, std::move(*connection)).run();
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run(argc, argv));
}
