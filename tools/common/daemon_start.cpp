// SPDX-License-Identifier: MIT
#include "tools/common/daemon_start.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/socket_address.hpp"
#include "tools/common/sanitizer.hpp"

namespace isletime {
namespace {

constexpr std::array kEverywhere{Endpoint{IpAddress::v4(0)}, Endpoint{}};

std::string advice(int code, std::string_view port_options) {
  switch (code) {
    case EACCES:
      return fmt::format(" (ports below 1024 need root: run as root, or choose one above: {})", port_options);
    case EADDRINUSE:
      return fmt::format(" (another server has this port: stop it, or choose another: {})", port_options);
    case EADDRNOTAVAIL:
      return " (no interface of this machine has this address)";
    default:
      return "";
  }
}

}  // namespace

uid_t ServiceUser::id() const {
  return user ? user->id : geteuid();
}

Result<ServiceUser, StartFailure> choose_user(const std::optional<std::string>& asked, const char* usual) {
  ServiceUser chosen{.name = asked.value_or(usual), .user = {}, .is_nobody = false};
  if (geteuid() != 0) return chosen;
  chosen.user = find_user(chosen.name);
  if (chosen.user) return chosen;
  if (asked) {
    return Unexpected{
        StartFailure{ExitStatus::kUsage, fmt::format("--user {}: there is no such user", chosen.name)}};
  }
  chosen.user = User{kNobody, kNobody, {}};
  chosen.is_nobody = true;
  return chosen;
}

std::optional<StartFailure> open_sockets(std::span<const Endpoint> bind, std::uint16_t port,
                                         std::string_view port_options, const OpenSocket& open) {
  const bool everywhere = bind.empty();
  for (Endpoint local : everywhere ? std::span<const Endpoint>{kEverywhere} : bind) {
    local.port = port;
    const auto error = open(local);
    if (!error) continue;
    if (everywhere && !local.address.is_v4() && error->code == EAFNOSUPPORT) continue;
    return StartFailure{
        ExitStatus::kSystemFailed,
        fmt::format("{}: {}{}", to_string(local), to_string(*error), advice(error->code, port_options))};
  }
  return std::nullopt;
}

Result<StateFolder, std::string> open_state(const StatePlace& place, uid_t owner) {
  auto folder = StateFolder::open(place.path, owner);
  if (!folder) return Unexpected{fmt::format("{}: {}", place.path, to_string(folder.error()))};
  if (folder->is_owners()) return *std::move(folder);
  if (!place.is_given) {
    return Unexpected{
        fmt::format("{}: belongs to root, and {} could not write there as user {}: chown it to that user",
                    place.path, place.daemon, owner)};
  }
  // If that fails, the first write reports the fault.
  folder->hand_over(place.files);
  return *std::move(folder);
}

std::optional<StartFailure> give_up_rights(const std::optional<User>& user, Rights kept,
                                           std::optional<Sandbox> sandbox, const Log& log) {
  const auto identity = drop_privileges(user, kept);
  if (!identity) {
    return StartFailure{ExitStatus::kSystemFailed,
                        fmt::format("rights cannot be given up: {} (--user names another user to become)",
                                    to_string(identity.error()))};
  }
  if (!sandbox || kIsSanitized) return std::nullopt;
  if (const auto error = enter_sandbox(*sandbox))
    log.notice(fmt::format("runs without a system call filter: {}", to_string(*error)));
  return std::nullopt;
}

}  // namespace isletime
