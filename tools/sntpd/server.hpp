// SPDX-License-Identifier: MIT
// The running daemon: its sockets, the threads that serve them, the state that they serve, and the
// loop that waits for signals and for somebody to set the clock.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/posix/snapshot.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/access_list.hpp"
#include "tools/sntpd/clock_watch.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/service.hpp"

namespace isletime::sntpd {

class Server {
 public:
  // The options as they would be read now; absent if they are wrong, which has been said.
  using Reread = std::function<std::optional<Options>()>;

  Server(const Options& options, const Log& log);

  // Binds every socket. Error: one line on which address failed, why, and what to do.
  std::optional<std::string> open();
  // Serves until SIGINT or SIGTERM.
  void run(const Reread& reread);

 private:
  std::optional<SysError> open_one(const Endpoint& local);
  ServerState make_state() const;
  void announce() const;
  void work(Service& service);
  void wait_for_events();
  void reload(const Reread& reread);
  void stop(std::vector<std::thread>& threads);

  Options options_;
  const Log& log_;
  std::int8_t precision_;
  AccessList access_;
  Snapshot<ServerState> state_;
  std::vector<Service> services_;
  ClockWatch clock_watch_;
  std::atomic<bool> stopping_{false};
};

}  // namespace isletime::sntpd
