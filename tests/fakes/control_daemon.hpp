// SPDX-License-Identifier: MIT
// Answers on a control socket as sntpd does, with fixed views and with verdicts that depend only on a
// sample's source. It runs in a thread of its own until the end of the test.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libsync/posix/control_socket.hpp"
#include "tools/sntpd/control/control_request.hpp"

namespace isletime::fakes {

class ControlDaemon {
 public:
  // How it replies to "status".
  enum class Manner {
    kProper,
    kMute,        // no reply
    kNoJson,      // invalid JSON
    kHostile,     // control characters
    kForbidding,  // refuses changes
  };

  explicit ControlDaemon(const std::string& path, Manner manner = Manner::kProper);
  ~ControlDaemon();

  const std::string& path() const { return path_; }
  // Returns the sources of the accepted samples in order.
  std::vector<std::string> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  void work();
  void answer(const ControlServer::Request& request);
  std::string reply_to(const sntpd::ControlRequest& request);
  std::string reply_to_feed(const sntpd::Feed& feed);
  void publish_status();

  std::string path_;
  Manner manner_;
  ControlServer server_;
  mutable std::mutex mutex_;
  std::vector<std::string> taken_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace isletime::fakes
