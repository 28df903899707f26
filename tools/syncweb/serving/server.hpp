// SPDX-License-Identifier: MIT
// The running web server: its listening sockets, the rights that it gives up, and the loop that serves
// requests and follows sntpd.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libsync/posix/interface_watch.hpp"
#include "libsync/posix/privileges.hpp"
#include "libsync/posix/state_folder.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/common/daemon_start.hpp"
#include "tools/common/log.hpp"
#include "tools/syncweb/certificate/own_certificate.hpp"
#include "tools/syncweb/hub/hub_link.hpp"
#include "tools/syncweb/options.hpp"
#include "tools/syncweb/serving/http_service.hpp"
#include "tools/syncweb/serving/listener.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

class Server {
 public:
  Server(const Options& options, const Log& log);

  // Opens everything that it needs, and gives up all rights.
  using Failure = StartFailure;
  std::optional<Failure> open();
  // Serves until SIGINT or SIGTERM.
  void run();

 private:
  std::optional<Failure> open_listeners(std::uint16_t port, std::vector<Listener>& listeners);
  std::optional<Failure> open_state(uid_t owner);
  std::optional<Failure> serve_securely(std::vector<Listener> listeners);
  std::optional<Failure> serve(std::vector<Listener> listeners, const TlsKeys* keys);
  void open_kept();
  CertificateNames names_to_certify() const;
  Result<TlsKeys, std::string> certify(const KnownTime& time);
  void renew_certificate(Instant now);
  void wait_for_events();
  std::optional<MonoTime> next_wakeup() const;

  const Options& options_;
  const Log& log_;
  std::optional<StateFolder> state_;  // outlives the site, which uses it
  Site site_;
  HubLink link_;
  HttpService service_;
  std::optional<InterfaceWatch> watch_;
  std::optional<OwnCertificate> certificate_;  // set while HTTPS is served
  MonoTime next_renewal_{};
};

}  // namespace isletime::syncweb
