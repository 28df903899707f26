// SPDX-License-Identifier: MIT
// Answers control messages (mode 6) with what the loop last published about the hub, in whichever thread gets
// the request. Until there is a request, only the loop does any work, when something has changed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libsync/policy/monitor.hpp"
#include "libsync/policy/responder.hpp"
#include "tools/sntpd/serving/monitor_view.hpp"

namespace isletime::sntpd {

class Monitor {
 public:
  // `monitors` are the rules for these requests, in order of precedence.
  explicit Monitor(std::vector<AccessRule> monitors);

  void publish(MonitorView view);

  // `rules` are the server's access rules, and `state` is what clients are told. Any thread may call this.
  Result<ControlReply, RequestRefusal> answer(const Request& request, std::span<const AccessRule> rules,
                                              const ServerState& state) const;

 private:
  std::shared_ptr<const MonitorView> latest() const;

  std::vector<AccessRule> monitors_;
  std::string version_;
  std::string processor_;
  std::string operating_system_;
  mutable std::mutex mutex_;
  std::shared_ptr<const MonitorView> view_;
};

}  // namespace isletime::sntpd
