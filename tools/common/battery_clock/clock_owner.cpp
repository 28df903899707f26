// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/clock_owner.hpp"

#include <vector>

#include <fmt/format.h>

#include "libsync/posix/control_socket.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/common/control_connection.hpp"
#include "tools/common/paths.hpp"

namespace isletime::battery_clock {
namespace {

// Returns an empty name if sntpd has no battery clock, or did not reply.
std::string rtc_of(ControlConnection& connection) {
  if (!connection.send(JsonWriter{}.text("request", "status").object())) return {};
  const auto line = connection.receive(kPatience);
  if (!line) return {};
  const auto reply = parse_json(*line, {kLargestControlReply, 8});
  const JsonValue* rtc = reply ? reply->find("rtc") : nullptr;
  const JsonValue* source = rtc == nullptr ? nullptr : rtc->find("source");
  const std::string* name = source == nullptr ? nullptr : source->text();
  return name == nullptr ? std::string{} : *name;
}

// The name that sntpd gives lacks the address if that was not configured.
bool is_same_clock(const std::string& of_sntpd, const std::string& ours) {
  return !of_sntpd.empty() && (ours == of_sntpd || ours.starts_with(of_sntpd + '@'));
}

}  // namespace

std::optional<RunningSntpd> find_sntpd(const std::optional<std::string>& control) {
  const auto paths = control ? std::vector{*control} : control_sockets_to_try(surroundings());
  auto connection = ControlConnection::open(paths);
  if (!connection) return std::nullopt;
  return RunningSntpd{connection->path(), rtc_of(*connection)};
}

std::optional<Fault> find_owner(const std::optional<RunningSntpd>& sntpd, const std::string& name) {
  if (!sntpd || !is_same_clock(sntpd->rtc, "rtc:" + name)) return std::nullopt;
  return Fault{
      "sntpd-runs",
      fmt::format("sntpd has it ({}), and writes it once it knows better: end that first, or --force",
                  sntpd->path),
      ExitStatus::kBadVerdict};
}

}  // namespace isletime::battery_clock
