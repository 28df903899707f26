// SPDX-License-Identifier: MIT
// What systemd is told of us, by the protocol of sd_notify(3): datagrams of "NAME=value" to the socket
// that $NOTIFY_SOCKET names. Spoken here, as libsystemd would cost a resting daemon 1 MB. Without a
// service manager nothing happens; that one cannot be reached is no concern of the service.
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
  // `environment`: getenv(3), or what stands in for it.
  explicit ServiceManager(const std::function<const char*(const char* name)>& environment);

  void ready() const;
  void stopping() const;
  // One line for people, as `systemctl status` shows it.
  void status(std::string_view text) const;
  // To be called once every watchdog_interval() or more often, else we are killed.
  void alive() const;

  // Half of what the manager waits for, as it advises; absent: it does not watch us.
  std::optional<nanoseconds> watchdog_interval() const { return watchdog_interval_; }

 private:
  void tell(std::string_view message) const;

  Fd socket_;
  std::string address_;  // of the manager's socket, as bytes of a sockaddr_un; empty: none
  std::optional<nanoseconds> watchdog_interval_;
};

}  // namespace isletime::sntpd
