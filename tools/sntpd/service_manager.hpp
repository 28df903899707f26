// SPDX-License-Identifier: MIT
// Notifies systemd by the protocol of sd_notify(3): datagrams of "NAME=value" to the socket named by
// $NOTIFY_SOCKET. It is implemented here because libsystemd would cost an idle daemon 1 MB. Without a service
// manager nothing happens, and failures to reach it are ignored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"

namespace isletime::sntpd {

class ServiceManager {
 public:
  // `environment` is getenv(3) or a replacement.
  explicit ServiceManager(const std::function<const char*(const char* name)>& environment);

  void ready() const;
  void stopping() const;
  // Sends one line for people, as `systemctl status` shows it.
  void status(std::string_view text) const;
  // Call this at least once every watchdog_interval(); otherwise systemd kills the daemon.
  void alive() const;

  // Half of the manager's timeout, as it recommends, or nothing if it does not watch the daemon.
  std::optional<nanoseconds> watchdog_interval() const { return watchdog_interval_; }

 private:
  void tell(std::string_view message) const;

  Fd socket_;
  std::string address_;  // of the manager's socket, as bytes of a sockaddr_un; empty if there is none
  std::optional<nanoseconds> watchdog_interval_;
};

}  // namespace isletime::sntpd
