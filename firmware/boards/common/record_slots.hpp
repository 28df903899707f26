// SPDX-License-Identifier: MIT
// A record that is replaced as a whole or not at all, in two slots that are written in turn: each has a
// number, which increases, and a checksum. The newest slot that is whole counts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "firmware/board.hpp"
#include "libsync/core/bytes.hpp"

namespace isletime::board {

inline constexpr std::size_t kSlotSize = 4 + 1 + kSavedSize + 4;  // number, length, record, checksum
using Slots = std::array<std::uint8_t, 2 * kSlotSize>;

// Returns the newest record in `slots`, or nothing.
std::optional<Bytes> newest_record(const Slots& slots);

struct SlotWrite {
  std::size_t position;  // in the slots
  std::array<std::uint8_t, kSlotSize> bytes;
};
// Returns what to write so that `record`, of at most kSavedSize bytes, is the newest.
SlotWrite next_slot(const Slots& slots, Bytes record);

}  // namespace isletime::board
