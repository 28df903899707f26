// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/stream.hpp"

#include <algorithm>
#include <utility>

#include "tools/syncweb/serving/event_text.hpp"

namespace isletime::syncweb {

Stream::Stream(std::uint64_t after, std::string greeting) : after_(after), head_(std::move(greeting)) {}

std::size_t Stream::read(const EventLog& events, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::string_view bytes = rest().substr(0, buffer.size() - filled);
    if (bytes.empty()) {
      if (!advance(events)) break;
      continue;
    }
    std::copy(bytes.begin(), bytes.end(), buffer.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += bytes.size();
    position_ += bytes.size();
  }
  return filled;
}

bool Stream::has_more(const EventLog& events) const {
  return !rest().empty() || needs_heartbeat_ || events.next(after_) != nullptr;
}

std::string_view Stream::rest() const {
  if (position_ < head_.size()) return std::string_view{head_}.substr(position_);
  if (!event_) return {};
  const std::size_t in_event = position_ - head_.size();
  if (in_event < event_->json.size()) return std::string_view{event_->json}.substr(in_event);
  return kEndOfEvent.substr(in_event - event_->json.size());
}

// Goes on to the next event, or to a heartbeat. Without either an idle client keeps no memory.
bool Stream::advance(const EventLog& events) {
  position_ = 0;
  event_ = events.next(after_);
  const bool is_beat = std::exchange(needs_heartbeat_, false) && !event_;
  head_ = is_beat ? heartbeat_text(events.last()) : std::string{};
  if (!event_) return is_beat;
  after_ = event_->number;
  head_ = event_head(*event_);
  return true;
}

}  // namespace isletime::syncweb
