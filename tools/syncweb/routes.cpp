// SPDX-License-Identifier: MIT
#include "tools/syncweb/routes.hpp"

#include <array>

#include "tools/syncweb/machine/time_api.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::array kRoutes{
    // Time and state for machines
    Route{Method::kGet, "/time", Right::kAnyone, answer_time},
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
