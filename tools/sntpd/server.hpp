// SPDX-License-Identifier: MIT
// The running daemon: its sockets, the threads that serve them, the rights that it drops, and the loop that
// runs the hub, the control socket and the signals.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/posix/key_file.hpp"
#include "libsync/posix/privileges.hpp"
#include "libsync/posix/snapshot.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/common/daemon_start.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/background.hpp"
#include "tools/sntpd/control/control.hpp"
#include "tools/sntpd/keeping/hub_host.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/service_manager.hpp"
#include "tools/sntpd/serving/access_list.hpp"
#include "tools/sntpd/serving/broadcaster.hpp"
#include "tools/sntpd/serving/clock_watch.hpp"
#include "tools/sntpd/serving/monitor.hpp"
#include "tools/sntpd/serving/service.hpp"
#include "tools/sntpd/serving/service_workers.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

class Server {
 public:
  // Returns the options as they would be read now, or nothing if they are wrong, which has been logged.
  using Reread = std::function<std::optional<Options>()>;

  Server(const Options& options, const Log& log, Reread reread);

  // Opens everything that it needs, and drops all other rights.
  using Failure = StartFailure;
  std::optional<Failure> open();
  // Serves until SIGINT or SIGTERM.
  void run();

 private:
  std::optional<Failure> open_keys();
  std::optional<Failure> open_memory(uid_t owner);
  std::optional<Failure> open_services();
  std::optional<Failure> open_battery_clock();
  std::optional<SysError> open_one(const Endpoint& local);
  std::optional<Failure> open_broadcaster();
  std::optional<Failure> open_control(const std::optional<User>& user);
  std::optional<Failure> give_up_rights(const std::optional<User>& user);
  Demands demands();
  void announce() const;
  std::string quality() const;
  void wait_for_events();
  void show_life();
  std::optional<MonoTime> next_wakeup() const;
  // Reads the configuration again in the background, then reports the failure, if any, as a clause.
  using ReloadReport = std::function<void(std::optional<std::string>)>;
  void reload(const ReloadReport& report);
  std::optional<std::string> use(const std::optional<Options>& fresh);
  StatusView status() const;
  std::vector<ClientView> clients() const;

  Options options_;
  const Log& log_;
  std::int8_t precision_;
  Reread reread_;
  AccessList access_;
  KeyRing keys_;
  Background background_;
  Memory memory_;
  std::optional<HubHost> hub_;
  Snapshot<ServedTime> time_;
  Monitor monitor_;
  SharedStamps saved_;
  OwnQueries own_queries_;
  std::vector<Service> services_;
  ServiceWorkers workers_;
  std::optional<Broadcaster> broadcaster_;
  std::optional<Control> control_;
  ServiceManager manager_;
  std::optional<MonoTime> next_sign_of_life_;
  std::optional<ClockWatch> clock_watch_;  // set while it serves
};

}  // namespace isletime::sntpd
