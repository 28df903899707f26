// SPDX-License-Identifier: MIT
// The daemon's replies as lines of JSON, without their end: every reply says what it replies to, or
// has an "error". Keys of durations end in _s, in seconds; absent values are left out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libsync/hub/hub_view.hpp"
#include "tools/sntpd/control/client_view.hpp"

namespace isletime::sntpd {

std::string status_json(const StatusView& status);
std::string rate_error_json(const WindowView& view);
std::string sources_json(WallTime time, std::span<const SourceView> sources);

// The first of them; how many are left out is said.
inline constexpr std::size_t kMostClientsShown = 900;
std::string clients_json(WallTime time, std::span<const ClientView> clients);

// Lines of the activity log, oldest first: JSON objects already. The oldest are left out if all are too many
// for a reply.
std::string activity_json(std::span<const std::string> lines);

// What was asked for is done: {"reply":"feed","verdict":"adopt","message":"..."}.
std::string done_json(std::string_view request, std::string_view verdict, std::string_view message);
// It is not: {"error":"outranked","message":"..."}.
std::string error_json(std::string_view name, std::string_view message);

}  // namespace isletime::sntpd
