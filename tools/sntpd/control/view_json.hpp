// SPDX-License-Identifier: MIT
// The daemon's replies as lines of JSON, without their end: every reply names the request or has an "error".
// Keys of durations end in _s, in seconds; absent values are left out.
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

// Only the first clients are shown; the reply says how many are left out.
inline constexpr std::size_t kMostClientsShown = 900;
std::string clients_json(WallTime time, std::span<const ClientView> clients);

// Takes lines of the activity log, oldest first, which are JSON objects. If they are too many for a reply,
// the oldest are left out.
std::string activity_json(std::span<const std::string> lines);

// The request was carried out: {"reply":"feed","verdict":"adopt","message":"..."}.
std::string done_json(std::string_view request, std::string_view verdict, std::string_view message);
// The request was refused: {"error":"outranked","message":"..."}.
std::string error_json(std::string_view name, std::string_view message);

}  // namespace isletime::sntpd
