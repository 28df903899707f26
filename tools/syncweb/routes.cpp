// SPDX-License-Identifier: MIT
#include "tools/syncweb/routes.hpp"

#include <array>

#include "tools/syncweb/access/login.hpp"
#include "tools/syncweb/machine/metrics.hpp"
#include "tools/syncweb/machine/state_api.hpp"
#include "tools/syncweb/machine/time_api.hpp"
#include "tools/syncweb/pages/pages.hpp"
#include "tools/syncweb/pages/plain_page.hpp"
#include "tools/syncweb/phone/place_api.hpp"
#include "tools/syncweb/phone/sync_api.hpp"
#include "tools/syncweb/phone/zone_api.hpp"
#include "tools/syncweb/portal/portal.hpp"
#include "tools/syncweb/presses/press_api.hpp"

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
    Route{Method::kPost, "/api/timesync/exchange", Right::kAnyone, answer_exchange},
    Route{Method::kPost, "/api/timesync/client", Right::kAnyone, answer_client_sync},
    Route{Method::kPost, "/api/system/time", Right::kChange, answer_set_system_time},
    Route{Method::kPost, "/api/zone", Right::kChange, answer_set_zone},
    Route{Method::kGet, "/api/place", Right::kAnyone, answer_place},
    Route{Method::kPost, "/api/place", Right::kChange, answer_set_place},

    // Presses
    Route{Method::kPost, "/api/press", Right::kAnyone, take_press},
    // HEAD must change nothing (RFC 9110, section 9.2.1).
    Route{.method = Method::kGet,
          .path = "/btn",
          .right = Right::kAnyone,
          .answer = take_older_press,
          .answers_head = false},
    Route{Method::kGet, "/api/presses", Right::kAnyone, list_presses},
    Route{Method::kGet, "/api/presses/splits", Right::kAnyone, list_splits},
    Route{Method::kGet, "/presses.csv", Right::kAnyone, export_presses},
    Route{Method::kPost, "/api/presses/reset", Right::kChange, reset_presses},

    // Access
    Route{Method::kGet, "/login", Right::kAnyone, answer_login_page},
    Route{Method::kPost, "/login", Right::kAnyone, answer_login, Body::kForm},
    Route{Method::kPost, "/logout", Right::kAnyone, answer_logout, Body::kForm},
    Route{Method::kGet, "/portal", Right::kAnyone, answer_portal_page},
    Route{Method::kGet, "/portal/done", Right::kAnyone, answer_portal_done},
    Route{Method::kGet, "/qr.svg", Right::kAnyone, answer_qr},

    // Pages
    Route{Method::kGet, "/", Right::kAnyone, answer_main_page},
    Route{Method::kGet, "/plain", Right::kAnyone, answer_plain_page},
    Route{Method::kGet, "/presses", Right::kAnyone, answer_presses_page},
    Route{Method::kGet, "/chart.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/dom.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/exchange.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/hub_clock.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/icon.svg", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/live.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/main.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/place.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/presses.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/style.css", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/sync.js", Right::kAnyone, answer_page_file},
    Route{Method::kGet, "/words.js", Right::kAnyone, answer_page_file},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace isletime::syncweb
