// SPDX-License-Identifier: MIT
// The invariants of hub_fuzz's hub, whoever lies to it.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"

namespace isletime::fuzz {

// `is_clean`: nobody has lied beyond a minority of the servers.
inline void check_served(const Hub& hub, const HubConfig& config, WallTime wall, bool is_clean) {
  const ServedTime served = hub.served(wall);
  const WallTime time = served.map(wall);
  require(served.state.root_delay.value >= nanoseconds::zero() || !is_clean, "a root delay is not negative");
  const Dispersion now = root_dispersion_at(served.state, time);
  const Dispersion later = root_dispersion_at(served.state, shifted(time, std::chrono::hours{24}));
  require(now.value >= nanoseconds::zero(), "a root dispersion is not negative");
  require(later >= now && root_dispersion_at(served.state, WallTime::max()) >= later,
          "what is served only gets worse");
  require(time >= config.made || config.is_island_reference || !is_synchronised(served.state, time),
          "a clock from before its program was made is not believed");
}

inline void check_status(const Hub& hub, const HubConfig& config, Instant now) {
  const StatusView status = hub.status(now);
  const ClockStanding standing = hub.standing(now.mono);
  require(standing.bound.value >= nanoseconds::zero(), "a bound is not negative");
  require(!status.bound || status.bound->value >= nanoseconds::zero(), "nor is one that is shown");
  require(status.root_dispersion.value >= nanoseconds::zero(), "nor is a dispersion");
  require(!status.frequency_ppm || std::isfinite(*status.frequency_ppm), "a frequency is finite");
  require(!status.frequency_error_ppm || std::isfinite(*status.frequency_error_ppm), "and so is its error");
  if (!status.reliable) return;
  require(standing.kind != SourceKind::kCamera && standing.kind != SourceKind::kIsland && standing.vouched,
          "nothing is reliable by the word of those who vouch for nothing");
  require(!status.bound || *status.bound <= config.reliable_within, "what is reliable is known well enough");
  require(status.synchronised, "what is reliable is served as synchronised");
  require(status.time >= config.made, "a clock from before its program was made is not reliable");
}

inline bool is_finite(const Estimate& e) {
  return std::isfinite(e.frequency) && std::isfinite(e.var_phase) && std::isfinite(e.covariance) &&
         std::isfinite(e.var_frequency);
}

// `index`: the hub's, of a server.
inline void check_server(const Hub& hub, std::size_t index, Instant now) {
  constexpr nanoseconds kLongestInterval = seconds{1 << 17};
  const nanoseconds interval = hub.interval(index, now);
  require(interval >= seconds{1} && interval <= kLongestInterval, "a server is asked again, in time");
  const SourceView view = hub.server_view(index, now);
  require(!view.uncertainty || view.uncertainty->value >= nanoseconds::zero(), "a bound is not negative");
  const auto& source = hub.source(index);
  const auto estimate = source.estimator.at(hub.clock().free_at(now.wall));
  if (!estimate) return;
  require(is_finite(*estimate), "no sample makes an estimate infinite");
  require(estimate->var_phase >= 0 && estimate->var_frequency >= 0, "a variance is not negative");
  require(source.estimator.error_bound(*estimate).value >= nanoseconds::zero(), "a bound is not negative");
}

inline void check_state(const SavedState& state, const HubConfig& config) {
  require(state.saved_at >= config.made, "a simulation is not saved");
  require(!state.last_good_time || *state.last_good_time <= state.saved_at, "no good time is to come");
  require(!state.frequency || state.frequency->deviation >= 0, "a saved deviation is not negative");
  for (const SavedSource& source : state.sources)
    require(source.frequency.deviation >= 0, "nor is a source's");
  require(!state.sync || state.sync->bound.value >= nanoseconds::zero(), "nor is a saved sync's");
}

// Of a correction that a server's word has led to.
inline void check_step_by_server(const action::Steer& order, const Hub& hub, const HubConfig& config,
                                 Instant now) {
  if (!order.step) return;
  const bool was_set = hub.standing(now.mono).kind == SourceKind::kNtp;
  require(!was_set || magnitude(order.step->value) <= config.limits.panic || now.wall < config.made,
          "a server does not step a clock that servers have set beyond the panic threshold");
}

}  // namespace isletime::fuzz
