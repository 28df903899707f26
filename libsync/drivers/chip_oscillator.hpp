// SPDX-License-Identifier: MIT
// How far the oscillator of a clock chip may be off by its datasheet. Each driver states it, so that nobody
// else guesses. It holds in a box that is never colder than -10 C nor hotter than 40 C, for ten years.
#pragma once

#include <cstdint>
#include <optional>

#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

// In parts per 10^9, either way.
struct ChipOscillator {
  bool is_compensated;  // for what temperature does to its crystal
  bool has_thermometer;
  std::int32_t tolerance_ppb;    // as made and soldered, at 25 C
  std::int32_t temperature_ppb;  // beyond that
  std::int32_t ageing_ppb;       // beyond both
  std::optional<TrimRange> trim;

  // Whatever it is trimmed to is left out: that is a decision, and no error.
  constexpr Ppm bound() const {
    const std::int64_t ppb = std::int64_t{tolerance_ppb} + temperature_ppb + ageing_ppb;
    return {(ppb * 65536 + 999) / 1000};
  }
};

// Slow by 0.035 ppm/K^2 on either side of 25 C. Crystals of 20 ppm, on boards and chips that load them by 5
// ppm more or less each.
inline constexpr std::int32_t kForkTemperaturePpb = 35 * 35 * 35;
inline constexpr std::int32_t kForkAgeingPpb = 10'000;
constexpr ChipOscillator tuning_fork(std::optional<TrimRange> trim) {
  return {.is_compensated = false,
          .has_thermometer = false,
          .tolerance_ppb = 30'000,
          .temperature_ppb = kForkTemperaturePpb,
          .ageing_ppb = kForkAgeingPpb,
          .trim = trim};
}

// Behind a driver of the kernel, that nobody here knows.
inline constexpr ChipOscillator kUnknownOscillator = tuning_fork(std::nullopt);

}  // namespace isletime
