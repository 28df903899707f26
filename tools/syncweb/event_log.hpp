// SPDX-License-Identifier: MIT
// The latest events for the pages, numbered from 1, so that a page that was cut off can catch up. An event
// that tells a whole state makes the one before it superfluous, which is dropped: whoever catches up then
// meets a gap in the numbers, but misses nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace isletime::syncweb {

struct WebEvent {
  std::uint64_t number;
  std::string type;  // "status", "press"
  std::string json;  // on one line
};

class EventLog {
 public:
  static constexpr std::size_t kMostKept = 256;
  static constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

  void add(std::string_view type, std::string json) {
    if (tells_state(type)) drop(type);
    bytes_ += json.size();
    events_.push_back({++last_, std::string{type}, std::move(json)});
    while (events_.size() > kMostKept || (bytes_ > kMostBytes && events_.size() > 1)) {
      bytes_ -= events_.front().json.size();
      events_.pop_front();
    }
  }
  std::uint64_t last() const { return last_; }
  // Returns the next event that is kept after that number, or null if there is none yet. If the number is not
  // one of this run, it is the oldest that is kept.
  const WebEvent* next(std::uint64_t after) const {
    if (events_.empty() || after == last_) return nullptr;
    if (after > last_) return &events_.front();
    return &*std::upper_bound(
        events_.begin(), events_.end(), after,
        [](std::uint64_t number, const WebEvent& event) { return number < event.number; });
  }

 private:
  static bool tells_state(std::string_view type) {
    constexpr std::array<std::string_view, 5> kStates{"status", "sources", "clients", "hub", "settings"};
    return std::find(kStates.begin(), kStates.end(), type) != kStates.end();
  }
  void drop(std::string_view type) {
    const auto found = std::find_if(events_.begin(), events_.end(),
                                    [&](const WebEvent& event) { return event.type == type; });
    if (found == events_.end()) return;
    bytes_ -= found->json.size();
    events_.erase(found);
  }

  std::deque<WebEvent> events_;
  std::size_t bytes_ = 0;  // of their JSON
  std::uint64_t last_ = 0;
};

}  // namespace isletime::syncweb
