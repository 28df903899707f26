// SPDX-License-Identifier: MIT
// The face of a clock with a matrix of 32x8 dots: HH:MM with a colon that blinks with the seconds, a question
// mark beside it as long as the time is not reliable, "--:--" while there is none, and once a minute the
// date, which is scrolled through. A picture depends on the time alone, so it is right after any step.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/dot_matrix.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// The hours of the night, by which the date is scrolled more seldom; `from` belongs to it, `to` does not. If
// both are the same there is no night.
struct NightHours {
  std::uint8_t from = 22;
  std::uint8_t to = 5;

  constexpr bool contains(std::uint8_t hour) const {
    return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
  }
};
// Reads "22-05"; returns nothing if these are not two hours.
std::optional<NightHours> parse_night_hours(std::string_view text);

struct FaceTime {
  CivilTime local;
  bool is_reliable;
};

struct Face {
  Picture picture;
  nanoseconds holds_for;  // until it changes, at the latest
};

inline constexpr nanoseconds kColumnTime =
    std::chrono::milliseconds{50};        // scrolled by one column in this time
inline constexpr seconds kScrollsAt{30};  // into the minute
inline constexpr int kMinutesBetweenScrollsAtNight = 5;

// Without a time the face shows that there is none.
Face draw_face(const std::optional<FaceTime>& time, const NightHours& night);

}  // namespace isletime
