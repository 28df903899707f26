// SPDX-License-Identifier: MIT
// The sessions of browsers that have given the PIN. They are in memory only, bounded in number, and end by
// monotonic time: twelve hours after their last use and a week after the PIN at the latest.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/time_types.hpp"

namespace isletime::syncweb {

// 128 random bits, which only the browser and this program know.
using SessionId = std::array<std::uint8_t, 16>;

SessionId random_session_id();
std::string to_text(const SessionId& id);                          // 32 hexadecimal digits
std::optional<SessionId> parse_session_id(std::string_view text);  // nothing if it is none

class Sessions {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr seconds kLongestIdle = std::chrono::hours{12};
  static constexpr seconds kLongestAge = std::chrono::hours{7 * 24};

  // If there are too many, the one that was used least recently ends.
  void start(const SessionId& id, MonoTime now);
  // Returns whether it is one that has not ended; if so, it has now been used. Takes equally long for
  // whatever id.
  bool use(const SessionId& id, MonoTime now);
  bool has(const SessionId& id, MonoTime now) const;
  void end(const SessionId& id);
  std::size_t count() const { return sessions_.size(); }

 private:
  struct Session {
    SessionId id;
    MonoTime begin;
    MonoTime last_use;
  };

  static bool is_over(const Session& session, MonoTime now);
  // Returns its index, or nothing.
  std::optional<std::size_t> find(const SessionId& id) const;
  void forget_ended(MonoTime now);

  std::vector<Session> sessions_;
};

}  // namespace isletime::syncweb
