// SPDX-License-Identifier: MIT
#include "tools/rtcset/surroundings.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "libsync/posix/control_socket.hpp"
#include "libsync/record/fit_object.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/common/control_connection.hpp"
#include "tools/common/paths.hpp"
#include "tools/common/signals.hpp"

namespace isletime::rtcset {
namespace {

// Empty: it has none, or did not say.
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

}  // namespace

std::optional<RunningSntpd> find_sntpd(const std::optional<std::string>& control) {
  const auto paths = control ? std::vector{*control} : control_sockets_to_try(isletime::surroundings());
  auto connection = ControlConnection::open(paths);
  if (!connection) return std::nullopt;
  return RunningSntpd{connection->path(), rtc_of(*connection)};
}

Result<std::string, Fault> read_stdin() {
  if (isatty(STDIN_FILENO) == 1) {
    return Unexpected{Fault{"bad-input",
                            "stdin: is a terminal: pipe a drift fit to it, one JSON object with drift_ppm",
                            ExitStatus::kUsage}};
  }
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size == 0) return text;
    if (stop_requested()) return Unexpected{Fault{"interrupted", "interrupted", ExitStatus::kBadVerdict}};
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unexpected{Fault{"failed", std::string{"stdin: "} + std::strerror(errno)}};
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kLargestFits) {
      return Unexpected{Fault{"bad-input", "stdin: is too long for a drift fit", ExitStatus::kUsage}};
    }
  }
}

}  // namespace isletime::rtcset
