// SPDX-License-Identifier: MIT
#include "libsync/drivers/max7219.hpp"

#include <algorithm>

namespace isletime {
namespace {

using Frame = Max7219Chain::Frame;

constexpr std::uint8_t row_register(std::size_t row) {
  return static_cast<std::uint8_t>(max7219::kFirstRow + row);
}

Frame to_all(std::uint8_t at, std::uint8_t value) {
  Frame frame{};
  for (std::size_t chip = 0; chip < Max7219Chain::kChained; ++chip) {
    frame[2 * chip] = at;
    frame[2 * chip + 1] = value;
  }
  return frame;
}

// Returns the part of a row that the chip shows whose 16 bits are sent as number `chip`.
constexpr std::uint8_t part_of(std::uint32_t row, std::size_t chip) {
  return static_cast<std::uint8_t>(row >> (8 * (Max7219Chain::kChained - 1 - chip)));
}

Frame row_to_all(std::size_t row, std::uint32_t dots) {
  Frame frame{};
  for (std::size_t chip = 0; chip < Max7219Chain::kChained; ++chip) {
    frame[2 * chip] = row_register(row);
    frame[2 * chip + 1] = part_of(dots, chip);
  }
  return frame;
}

Frame row_where_changed(std::size_t row, std::uint32_t from, std::uint32_t to) {
  Frame frame = row_to_all(row, to);
  for (std::size_t chip = 0; chip < Max7219Chain::kChained; ++chip) {
    if (part_of(from, chip) != part_of(to, chip)) continue;
    frame[2 * chip] = max7219::kNoOp;
    frame[2 * chip + 1] = 0;
  }
  return frame;
}

}  // namespace

Frame Max7219Chain::refresh(const Picture& wanted, std::uint8_t intensity) {
  const std::size_t step = step_++;
  if (step == 0) return to_all(max7219::kDisplayTest, 0);
  if (step == 1) return to_all(max7219::kDecodeMode, 0);
  if (step == 2) return to_all(max7219::kScanLimit, max7219::kAllRows);
  if (step == 3) {
    intensity_ = intensity;
    return to_all(max7219::kIntensity, intensity);
  }
  if (step < kPrepared + Picture::kRows) {
    const std::size_t row = step - kPrepared;
    shown_.rows[row] = wanted.rows[row];
    return row_to_all(row, wanted.rows[row]);
  }
  return to_all(max7219::kShutdown, max7219::kNormalOperation);
}

std::optional<Frame> Max7219Chain::next(const Picture& wanted, std::uint8_t intensity, MonoTime now) {
  const std::uint8_t level = std::min(intensity, kBrightest);
  if (!next_refresh_ || now >= *next_refresh_) {
    step_ = 0;
    next_refresh_ = now + kBetweenRefreshes;
  }
  if (step_ < kRefreshSteps) return refresh(wanted, level);
  if (level != intensity_) {
    intensity_ = level;
    return to_all(max7219::kIntensity, level);
  }
  for (std::size_t row = 0; row < Picture::kRows; ++row) {
    if (wanted.rows[row] == shown_.rows[row]) continue;
    const Frame frame = row_where_changed(row, shown_.rows[row], wanted.rows[row]);
    shown_.rows[row] = wanted.rows[row];
    return frame;
  }
  return std::nullopt;
}

}  // namespace isletime
