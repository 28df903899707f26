// SPDX-License-Identifier: MIT
#include "tools/syncweb/routes.hpp"

#include <array>

#include "tools/syncweb/machine/time_api.hpp"
#include "tools/syncweb/presses/press_api.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::array kRoutes{
    // Time and state for machines
    Route{Method::kGet, "/time", Right::kAnyone, answer_time},
    // Phones

    // Presses
    Route{Method::kPost, "/api/press", Right::kAnyone, take_press},
    Route{Method::kGet, "/btn", Right::kAnyone, take_older_press},
    Route{Method::kGet, "/api/presses", Right::kAnyone, list_presses},
    Route{Method::kGet, "/api/presses/splits", Right::kAnyone, list_splits},
    Route{Method::kGet, "/presses.csv", Right::kAnyone, export_presses},
    Route{Method::kPost, "/api/presses/reset", Right::kChange, reset_presses},

    // Access

    // Pages
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace isletime::syncweb
