// SPDX-License-Identifier: MIT
// A client's stream of server-sent events: which bytes it gets next. It holds no copy of an event, so that
// many clients who do not read take no more memory than one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tools/syncweb/event_log.hpp"

namespace isletime::syncweb {

class Stream {
 public:
  // Sends the greeting, then the events after the number.
  Stream(std::uint64_t after, std::string greeting);

  // Copies the next bytes, as many as there are and fit.
  std::size_t read(const EventLog& events, std::span<char> buffer);
  // Asks for a sign of life, if no event is sent anyway.
  void ask_heartbeat() { needs_heartbeat_ = true; }
  bool has_more(const EventLog& events) const;

 private:
  std::string_view rest() const;
  bool advance(const EventLog& events);

  std::uint64_t after_;  // the number of the latest event that was begun
  std::string head_;     // comes before the event's JSON
  std::shared_ptr<const WebEvent> event_;
  std::size_t position_ = 0;  // in both, and the end of the event
  bool needs_heartbeat_ = false;
};

}  // namespace isletime::syncweb
