// SPDX-License-Identifier: MIT
// The reference from which the hub's clock derives, and the system variables (RFC 5905, section 11.1) that
// clients get. They state no more than is known. A clock without a source in this boot is served as
// unsynchronised, the root distance of any other is a bound on its true error, and no reference time is later
// than its source's. Only the reference of an island (--local) measures its dispersion from itself, whatever
// the world's time.
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

class Reference {
 public:
  struct Config {
    bool is_island_reference = false;  // --local
    std::uint8_t local_stratum = 10;   // 1 to 15
    std::int8_t precision = 0;         // log2 seconds
    WallTime floor = WallTime::min();  // a clock that reads less is wrong: the build, or a later known time
  };
  // The system variables of the server that is followed.
  struct Upstream {
    Leap leap = Leap::kNone;
    std::uint8_t stratum = 0;        // 1 to 15
    ReferenceId reference_id{};      // of the server's address
    WallTime reference_time{};       // when the server's own clock was last set
    Delay root_delay{};              // our root delay through it
    bool is_on_local_clock = false;  // see is_local_clock()
  };

  // `started` is the clock's reading at the start.
  Reference(const Config& config, WallTime started) : config_(config), set_at_(started) {}

  // A trustworthy source has set the clock, or found that it agrees; its error is at most `bound`.
  void on_sync(WallTime at, Dispersion bound, const std::optional<Upstream>& upstream = std::nullopt);
  // The server is no longer followed: the clock runs on from the last sync, with the bound that it had.
  void on_lost();
  // The error may be this much after all; the bound never decreases.
  void widen(Dispersion bound) { more_ = std::max(more_, bound); }
  // The same after another program has set the clock, which now reads `at`: the bound grows from that reading
  // on.
  void widen(Dispersion bound, WallTime at);
  // The clock was stepped.
  void on_step(WallTime at) { set_at_ = at; }
  void set_floor(WallTime floor) { config_.floor = floor; }
  // The source of the clock's time is no longer trusted.
  void on_unset();
  // Sources that may not set the clock say that its error exceeds the bound that is served.
  void on_contradicted(bool is_contradicted) { is_contradicted_ = is_contradicted; }
  // Another program keeps the clock and has told the kernel its greatest error, or does so no more.
  void on_kernel(WallTime at, std::optional<Dispersion> bound);

  // Returns the clock's greatest error as that program states it, grown since, or nothing if another source
  // vouches for the clock, or none.
  std::optional<Dispersion> bound_by_kernel(WallTime now, Ppm rate_error) const;

  // Returns whether the clock may be served as synchronised.
  bool is_vouched() const { return !is_contradicted_ && (sync_ || kernel_); }
  bool follows_upstream() const { return sync_ && sync_->upstream; }

  // Returns whether a server with these variables got its time from the same source as we did, or from us: we
  // have stated the same setting of the clock ourselves, and the server is no nearer to the root than we are.
  // An upstream may have copied what it states from this very server, to take its vote, so only a setting of
  // our own counts against one that contradicts our clock.
  bool is_derived(std::uint8_t stratum, NtpTimestamp reference_time, bool contradicts_clock) const;

  // `rate_error` is the greatest rate at which the clock may drift.
  ServerState state(Ppm rate_error) const;

 private:
  struct Sync {
    WallTime at;
    Dispersion bound;
    std::optional<Upstream> upstream;
    WallTime reference_time;  // when the root's clock was set, if known
  };

  ServerState own_clock(const Sync& sync) const;
  ServerState followed(const Sync& sync) const;

  Config config_;
  WallTime set_at_;
  std::optional<Sync> sync_;
  std::optional<Sync> kernel_;
  Dispersion more_{};  // lower limit of the last sync's bound
  struct Stated {
    NtpTimestamp reference_time;
    std::uint8_t stratum = 0;
    bool is_ours = false;
  };
  std::array<Stated, 64> stated_{};  // the latest of them
  std::size_t newest_stated_ = 0;
  bool is_contradicted_ = false;
};

}  // namespace isletime
