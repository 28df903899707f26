// SPDX-License-Identifier: MIT
// The record that a device keeps over a loss of power: how its crystal and its battery clock run. The bytes
// have a version and a checksum (CRC-32 of IEEE 802.3), so that a record that is torn, foreign or absurd is
// ignored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware/kit/rate_keeper.hpp"
#include "libsync/core/bytes.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_rtc.hpp"

namespace isletime::firmware {

// A mark that tells a battery clock from another of its model. A chip that is trimmed runs at another rate,
// like another chip.
struct RtcMark {
  std::int16_t trim = 0;     // in steps
  std::uint16_t digest = 0;  // of chip_mark()
  constexpr bool operator==(const RtcMark&) const = default;
};

struct SavedRtc {
  std::uint8_t model;  // ChipModel: another chip must not be taken for it
  RtcComparison compared;
  // How long before its second a write begins; RtcStepper learns it.
  std::optional<nanoseconds> lead;
  std::optional<RtcRate> rate{};
  std::optional<RtcMark> mark{};
};

struct SavedRecord {
  std::optional<LearnedRate> rate;
  std::optional<SavedRtc> rtc;
};

// The memory of a DS1307 or DS1338 has room for it.
inline constexpr std::size_t kRecordSize = 56;
using RecordBytes = std::array<std::uint8_t, kRecordSize>;

RecordBytes encode(const SavedRecord& record);
// Returns nothing unless the checksum, the version and all values are sound.
std::optional<SavedRecord> decode(Bytes bytes);

// By board::load() and board::save(). A record that cannot be loaded is empty.
SavedRecord load_record();
bool save_record(const SavedRecord& record);

}  // namespace isletime::firmware
