// SPDX-License-Identifier: MIT
#include "libsync/policy/announcement.hpp"

#include "libsync/policy/server_header.hpp"

namespace isletime {

std::optional<Announcement> announce(const ServerState& state, std::int8_t poll, WallTime now) {
  if (!is_synchronised(state, now)) return std::nullopt;
  Header header = describe(state, now);
  header.mode = Mode::kBroadcast;
  header.poll = poll;
  Announcement announcement{};
  emit_header(header, announcement);
  return announcement;
}

}  // namespace isletime
