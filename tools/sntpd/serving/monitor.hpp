// SPDX-License-Identifier: MIT
// Answers control messages (mode 6): what the loop last published of the hub, told by whichever thread
// is asked. Nobody pays for it before somebody asks but the loop, when something has changed.
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
  // `monitors`: who may ask, in order of precedence.
  explicit Monitor(std::vector<AccessRule> monitors);

  void publish(MonitorView view);

  // `rules`: who is answered at all. `state`: as clients are told. From any thread.
  Result<ControlReply, Refusal> answer(const Request& request, std::span<const AccessRule> rules,
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
