// SPDX-License-Identifier: MIT
#include "tools/syncweb/routes.hpp"

#include <array>

#include "tools/syncweb/machine/metrics.hpp"
#include "tools/syncweb/machine/state_api.hpp"
#include "tools/syncweb/machine/time_api.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::array kRoutes{
    // Time and state for machines
    Route{Method::kGet, "/time", Right::kAnyone, answer_time},
    Route{Method::kGet, "/.well-known/time", Right::kAnyone, answer_well_known_time},
    Route{Method::kGet, "/api/system/time", Right::kAnyone, answer_system_time},
    Route{Method::kGet, "/api/timesync/status", Right::kAnyone, answer_timesync_status},
    Route{Method::kGet, "/api/ntp/status", Right::kAnyone, answer_ntp_status},
    Route{Method::kGet, "/api/state", Right::kAnyone, answer_state},
    Route{Method::kGet, "/api/events", Right::kAnyone, answer_events},
    Route{Method::kGet, "/api/events/list", Right::kAnyone, answer_event_list},
    Route{Method::kGet, "/api/history", Right::kAnyone, answer_history},
    Route{Method::kGet, "/health", Right::kAnyone, answer_health},
    Route{Method::kGet, "/metrics", Right::kAnyone, answer_metrics},
    // Phones

    // Presses

    // Access

    // Pages
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace isletime::syncweb
