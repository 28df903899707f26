// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/monitor.hpp"

#include <utility>

#include <sys/utsname.h>

namespace isletime::sntpd {

Monitor::Monitor(std::vector<AccessRule> monitors)
    : monitors_(std::move(monitors)),
      version_("sntpd " ISLETIME_VERSION),
      view_(std::make_shared<const MonitorView>()) {
  utsname machine{};
  if (uname(&machine) != 0) return;
  processor_ = static_cast<const char*>(machine.machine);
  operating_system_ = static_cast<const char*>(machine.sysname);
}

void Monitor::publish(MonitorView view) {
  auto fresh = std::make_shared<const MonitorView>(std::move(view));
  const std::lock_guard lock(mutex_);
  view_ = std::move(fresh);
}

std::shared_ptr<const MonitorView> Monitor::latest() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

Result<ControlReply, RequestRefusal> Monitor::answer(const Request& request,
                                                     std::span<const AccessRule> rules,
                                                     const ServerState& state) const {
  const auto view = latest();
  Monitored monitored{state, view->system, {}};
  monitored.system.version = version_;
  monitored.system.processor = processor_;
  monitored.system.operating_system = operating_system_;
  std::vector<MonitoredPeer> peers;
  for (const MonitorView::Peer& shown : view->peers) {
    MonitoredPeer& peer = peers.emplace_back(shown.peer);
    peer.address = shown.address;
    peer.local_address = shown.local_address;
    peer.name = shown.name;
  }
  monitored.peers = peers;
  return answer_control(request, {rules, monitors_}, monitored);
}

}  // namespace isletime::sntpd
