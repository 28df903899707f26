// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/sessions.hpp"

#include <algorithm>

#include <sodium.h>

namespace isletime::syncweb {

SessionId random_session_id() {
  SessionId id{};
  randombytes_buf(id.data(), id.size());
  return id;
}

std::string to_text(const SessionId& id) {
  std::string text(2 * id.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), id.data(), id.size());
  text.pop_back();
  return text;
}

std::optional<SessionId> parse_session_id(std::string_view text) {
  SessionId id{};
  if (text.size() != 2 * id.size()) return std::nullopt;
  std::size_t size = 0;
  if (sodium_hex2bin(id.data(), id.size(), text.data(), text.size(), nullptr, &size, nullptr) != 0 ||
      size != id.size())
    return std::nullopt;
  return id;
}

bool Sessions::is_over(const Session& session, MonoTime now) {
  return elapsed(session.last_use, now) >= kLongestIdle || elapsed(session.begin, now) >= kLongestAge;
}

std::optional<std::size_t> Sessions::find(const SessionId& id) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    if (sodium_memcmp(sessions_[i].id.data(), id.data(), id.size()) == 0) found = i;
  }
  return found;
}

void Sessions::forget_ended(MonoTime now) {
  const auto is_ended = [now](const Session& session) { return is_over(session, now); };
  sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(), is_ended), sessions_.end());
}

void Sessions::start(const SessionId& id, MonoTime now) {
  forget_ended(now);
  if (sessions_.size() >= kMost) {
    sessions_.erase(
        std::min_element(sessions_.begin(), sessions_.end(),
                         [](const Session& a, const Session& b) { return a.last_use < b.last_use; }));
  }
  sessions_.push_back({id, now, now});
}

bool Sessions::use(const SessionId& id, MonoTime now) {
  const auto found = find(id);
  if (!found || is_over(sessions_[*found], now)) return false;
  sessions_[*found].last_use = now;
  return true;
}

bool Sessions::has(const SessionId& id, MonoTime now) const {
  const auto found = find(id);
  return found && !is_over(sessions_[*found], now);
}

void Sessions::end(const SessionId& id) {
  if (const auto found = find(id)) sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(*found));
}

}  // namespace isletime::syncweb
