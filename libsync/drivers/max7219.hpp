// SPDX-License-Identifier: MIT
// Four MAX7219 in a chain, each with an 8x8 matrix (Maxim's datasheet 19-4452): which frames make them show a
// picture. A chip starts in shutdown, and an electrical spike can put one back into that state, so all
// registers are written from time to time. No I/O: it says what to shift out next.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/dot_matrix.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

namespace max7219 {

// Table 2 of the datasheet. Digits are a matrix' rows here, and segments DP, A to G its columns.
enum Register : std::uint8_t {
  kNoOp = 0x00,
  kFirstRow = 0x01,  // digit 0; the others follow
  kDecodeMode = 0x09,
  kIntensity = 0x0a,  // 0 to 15
  kScanLimit = 0x0b,
  kShutdown = 0x0c,  // 0 is shutdown, 1 normal operation
  kDisplayTest = 0x0f,
};
inline constexpr std::uint8_t kNormalOperation = 1;
inline constexpr std::uint8_t kAllRows = 7;

}  // namespace max7219

class Max7219Chain {
 public:
  static constexpr std::size_t kChained = 4;
  static constexpr std::uint8_t kBrightest = 15;
  static constexpr nanoseconds kBetweenRefreshes = seconds{10};

  // 16 bits for each chip, register and data; all four take theirs when LOAD rises. The first ones arrive in
  // the last chip of the chain, which is the leftmost: the common modules (FC-16) have DIN at the right.
  using Frame = std::array<std::uint8_t, 2 * kChained>;

  // Returns the next frame to send, or nothing if the chips show that picture at that intensity. Chips that
  // already hold their row get no-ops.
  std::optional<Frame> next(const Picture& wanted, std::uint8_t intensity, MonoTime now);
  // Returns when next() has something to send although nothing has changed.
  MonoTime next_refresh() const { return next_refresh_.value_or(MonoTime{}); }

 private:
  // In this order a chip that was reset lights up when it holds the whole picture.
  static constexpr std::size_t kPrepared = 4;
  static constexpr std::size_t kRefreshSteps = kPrepared + Picture::kRows + 1;

  Frame refresh(const Picture& wanted, std::uint8_t intensity);

  std::size_t step_ = 0;  // of a refresh; kRefreshSteps means that none is under way
  std::optional<MonoTime> next_refresh_;
  Picture shown_;
  std::uint8_t intensity_ = 0;
};

}  // namespace isletime
