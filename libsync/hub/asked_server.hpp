// SPDX-License-Identifier: MIT
// A server that the hub asks, and the plan that it belongs to: one --server or one --pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/hub/discipline/poll_choice.hpp"
#include "libsync/hub/hub_clock.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/policy/source_select.hpp"

namespace isletime {

struct ServerAddress {
  Endpoint endpoint;
  std::string source;          // "ntp:192.0.2.1"
  ReferenceId reference_id{};  // of the address
  bool is_ourselves = false;   // if so, it is never asked
};

struct ServerPlan {
  std::string text{};                      // as configured: "ntp.example.org:1123"
  std::optional<ServerAddress> literal{};  // the address, if that is not a name
  std::size_t wanted = 1;                  // this many addresses of the name are asked
  Tier tier = Tier::kNormal;
  PollLimits poll{};

  // Several addresses of a name are asked only if they may be several servers.
  bool is_pool() const { return wanted > 1; }
};

struct AskedServer {
  ServerAddress address;
  std::size_t plan = 0;  // the number of the plan
  int samples = 0;
  int losses = 0;  // consecutive
  // The server told us to stop, and is asked again then.
  std::optional<MonoTime> stopped_until{};
  bool asks_for_fewer = false;      // it answered the last query by RATE
  bool is_at_last_stratum = false;  // its last answer came from there
  std::optional<Measurement> last{};
  std::optional<HubClock> clock_then{};        // the hub's clock at the last reply
  std::string refusal{};                       // why the server was last refused
  bool is_beyond_panic = false;                // the last refusal was for the panic limit
  bool was_refused = false;                    // it was refused, but agrees with the clock again
  Standing standing = Standing::kUnreachable;  // as last reported

  const std::string& source() const { return address.source; }
};

}  // namespace isletime
