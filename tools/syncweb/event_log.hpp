// SPDX-License-Identifier: MIT
// The latest events for the pages, numbered from 1 without gaps, so that a page that was cut off can catch
// up. Number and size are bounded; a page that has missed more starts from the whole state again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace isletime::syncweb {

struct WebEvent {
  std::uint64_t number;
  std::string type;  // "status", "press"
  std::string json;  // on one line
};

class EventLog {
 public:
  static constexpr std::size_t kMostKept = 256;
  static constexpr std::size_t kMostBytes =
      std::size_t{1024} * 1024;  // of JSON; the latest event is always kept

  void add(std::string_view type, std::string json) {
    bytes_ += json.size();
    events_.push_back(
        std::make_shared<const WebEvent>(WebEvent{++last_, std::string{type}, std::move(json)}));
    while (events_.size() > kMostKept || (bytes_ > kMostBytes && events_.size() > 1)) {
      bytes_ -= events_.front()->json.size();
      events_.pop_front();
    }
  }
  std::uint64_t last() const { return last_; }
  // Returns the event after that number, or null if there is none yet. If events are missing in between, or
  // the number is not one of this run, it is the oldest that is kept.
  std::shared_ptr<const WebEvent> next(std::uint64_t after) const {
    if (events_.empty() || after == last_) return nullptr;
    if (after > last_ || after + 1 < events_.front()->number) return events_.front();
    return events_[after + 1 - events_.front()->number];
  }

 private:
  std::deque<std::shared_ptr<const WebEvent>> events_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace isletime::syncweb
