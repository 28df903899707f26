// SPDX-License-Identifier: MIT
// Decides when a learned rate is worth a write to flash, which wears: at most once an hour, and only if it is
// not stored already.
#pragma once

#include <chrono>
#include <optional>

#include "libsync/core/time_types.hpp"

namespace isletime::firmware {

struct LearnedRate {
  Ppm rate;   // DeviceClock::rate()
  Ppm error;  // at most this far from it
};

class RateKeeper {
 public:
  static constexpr nanoseconds kBetweenWrites = std::chrono::hours{1};
  // A crystal's rate follows the temperature by about this much in a room.
  static constexpr Ppm kSmallChange = Ppm::whole(1);

  explicit constexpr RateKeeper(std::optional<LearnedRate> stored) : stored_(stored) {}

  // Returns true if `learned` is to be stored now; on_stored() must follow.
  constexpr bool is_due(const LearnedRate& learned, MonoTime now) const {
    if (learned.error > kWorthKeeping) return false;
    if (written_ && now < *written_ + kBetweenWrites) return false;
    if (!stored_) return true;
    const std::int64_t change = learned.rate.scaled - stored_->rate.scaled;
    const bool has_moved = change > kSmallChange.scaled || -change > kSmallChange.scaled;
    return has_moved || learned.error.scaled < stored_->error.scaled / 4;
  }

  // A failed attempt counts too: it is repeated after an hour.
  constexpr void on_stored(const LearnedRate& learned, MonoTime now) {
    stored_ = learned;
    written_ = now;
  }

 private:
  static constexpr Ppm kWorthKeeping = Ppm::whole(5);

  std::optional<LearnedRate> stored_;
  std::optional<MonoTime> written_;
};

}  // namespace isletime::firmware
