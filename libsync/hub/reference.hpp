// SPDX-License-Identifier: MIT
// What the hub's clock derives from, and what clients are told of it: the system variables of RFC 5905,
// section 11.1. They state what is known and no more. A clock that nothing has vouched for in this boot is
// served as unsynchronised, the root distance of any other is a bound on its true error, and nothing is
// fresher than its source. Only the reference of an island (--local) measures its dispersion from itself,
// whatever the world's time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// A server that is on its own clock, or follows one that is: what it tells is an agreement among its clients.
constexpr bool is_local_clock(std::uint8_t stratum, ReferenceId reference_id) {
  return reference_id == (stratum == 1 ? ReferenceId::ascii("LOCL") : kLocalClock);
}

class Reference {
 public:
  struct Config {
    bool is_island_reference = false;  // --local
    std::uint8_t local_stratum = 10;   // 1 to 15
    std::int8_t precision = 0;         // log2 seconds
    WallTime floor = WallTime::min();  // a clock that reads less is wrong: the build, or what is known better
  };
  // The server that is followed, as it describes itself.
  struct Upstream {
    Leap leap = Leap::kNone;
    std::uint8_t stratum = 0;        // 1 to 15
    ReferenceId reference_id{};      // of its address
    WallTime reference_time{};       // when its own clock was last set
    Delay root_delay{};              // ours by it
    bool is_on_local_clock = false;  // see is_local_clock()
  };

  // `started`: the clock's reading as it begins.
  Reference(const Config& config, WallTime started) : config_(config), set_at_(started) {}

  // The clock was set by a source that may be believed, or found to agree with it, and is off by `bound` at
  // most.
  void on_sync(WallTime at, Dispersion bound, const std::optional<Upstream>& upstream = std::nullopt);
  // The server is followed no more: the clock runs on, from the last sync, with the bound that it had.
  void on_lost();
  // The clock may be off by as much after all; never less than was known.
  void widen(Dispersion bound) { more_ = std::max(more_, bound); }
  // The clock was stepped.
  void on_step(WallTime at) { set_at_ = at; }
  void set_floor(WallTime floor) { config_.floor = floor; }
  // Whoever vouched for the clock does so no more.
  void on_unset();
  // Sources that may not set the clock say that it is off by more than is served.
  void on_contradicted(bool is_contradicted) { is_contradicted_ = is_contradicted; }
  // Another program keeps the clock, and has told the kernel how far it may be off; absent: no more.
  void on_kernel(WallTime at, std::optional<Dispersion> bound);

  // Something vouches for the clock: it may be served as synchronised.
  bool is_vouched() const { return !is_contradicted_ && (sync_ || kernel_); }
  bool follows_upstream() const { return sync_ && sync_->upstream; }

  // Whether a server that states this has its time from where we had ours, or from us: its clock's setting is
  // one that we have stated ourselves, and it is no nearer to the root than we are.
  bool is_derived(std::uint8_t stratum, NtpTimestamp reference_time) const;

  // `rate_error`: the clock may gain as much.
  ServerState state(Ppm rate_error) const;

 private:
  struct Sync {
    WallTime at;
    Dispersion bound;
    std::optional<Upstream> upstream;
    WallTime reference_time;  // when the root's clock was set, as far as is known
  };

  ServerState own_clock(const Sync& sync) const;
  ServerState followed(const Sync& sync) const;

  Config config_;
  WallTime set_at_;
  std::optional<Sync> sync_;
  std::optional<Sync> kernel_;
  Dispersion more_{};  // what the bound of the last sync is at least
  struct Stated {
    NtpTimestamp reference_time;
    std::uint8_t stratum = 0;
  };
  std::array<Stated, 64> stated_{};  // the last of them
  std::size_t newest_stated_ = 0;
  bool is_contradicted_ = false;
};

}  // namespace isletime
