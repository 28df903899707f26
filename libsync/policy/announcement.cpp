// SPDX-License-Identifier: MIT
#include "libsync/policy/announcement.hpp"

#include "libsync/policy/saturated.hpp"
#include "libsync/policy/server_header.hpp"

namespace isletime {
namespace {

// Steering slews by less than this; a larger difference is a step.
constexpr Ppm kFastestSlew = Ppm::whole(1000);
constexpr nanoseconds kLeastStep = std::chrono::milliseconds{1};
constexpr nanoseconds kLongestInQueues = seconds{1};

}  // namespace

NtpTimestamp origin_after(const SentAnnouncement& last, WallTime now, MonoTime mono_now) {
  const nanoseconds since = elapsed(last.at, mono_now);
  const nanoseconds gained = magnitude(saturated_difference(elapsed(last.transmit, now), since));
  const nanoseconds in_queues = elapsed(last.transmit, last.left);
  if (gained > drift(since, kFastestSlew) + kLeastStep) return {};
  if (in_queues < nanoseconds::zero() || in_queues > kLongestInQueues) return {};
  return to_ntp(last.left);
}

std::optional<Announcement> announce(const ServerState& state, std::int8_t poll, WallTime now,
                                     NtpTimestamp origin) {
  if (!is_synchronised(state, now)) return std::nullopt;
  Header header = describe(state, now);
  header.mode = Mode::kBroadcast;
  header.poll = poll;
  header.origin = origin;
  Announcement announcement{};
  emit_header(header, announcement);
  return announcement;
}

}  // namespace isletime
