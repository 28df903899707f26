// SPDX-License-Identifier: MIT
// NTP control messages (mode 6; RFC 9327, section 2): converts a header of 12 bytes and up to 468 bytes of
// data to fields and back, without judging them. It ignores what follows the data, padding or a MAC. The leap
// bits of the first byte have no meaning here and are not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ntp_packet.hpp"

namespace isletime {

// RFC 9327, section 2, and ntpd's additions; other values occur.
enum class ControlOperation : std::uint8_t {
  kUnspecified = 0,
  kReadStatus = 1,
  kReadVariables = 2,
  kWriteVariables = 3,
  kReadClockVariables = 4,
  kWriteClockVariables = 5,
  kSetTrap = 6,
  kTrapResponse = 7,
  kConfigure = 8,
  kSaveConfiguration = 9,
  kReadRecentClients = 10,
  kReadOrderedList = 11,
  kRequestNonce = 12,
  kUnsetTrap = 31,
};

// RFC 9327, section 2.6: the upper byte of an error's status.
enum class ControlError : std::uint8_t {
  kUnspecified = 0,
  kNoPermission = 1,
  kBadFormat = 2,
  kBadOperation = 3,
  kBadAssociation = 4,
  kUnknownVariable = 5,
};

struct ControlHeader {
  std::uint8_t version = kNewestVersion;  // 0 to 7
  Mode mode = Mode::kControl;
  bool is_response = false;
  bool is_error = false;
  bool has_more = false;  // further fragments follow
  ControlOperation operation = ControlOperation::kUnspecified;
  std::uint16_t sequence = 0;
  std::uint16_t status = 0;
  std::uint16_t association = 0;  // 0 means the system
  std::uint16_t offset = 0;       // of this fragment's data within the whole
  std::uint16_t count = 0;        // bytes of this fragment's data

  constexpr bool operator==(const ControlHeader&) const = default;
};

inline constexpr std::size_t kControlHeaderSize = 12;
inline constexpr std::size_t kMostControlData = 468;  // per fragment

namespace control_field {
inline constexpr std::size_t kLeapVersionMode = 0;
inline constexpr std::size_t kBitsAndOperation = 1;
inline constexpr std::size_t kSequence = 2;
inline constexpr std::size_t kStatus = 4;
inline constexpr std::size_t kAssociation = 6;
inline constexpr std::size_t kOffset = 8;
inline constexpr std::size_t kCount = 10;

inline constexpr std::uint8_t kResponse = 0x80;
inline constexpr std::uint8_t kError = 0x40;
inline constexpr std::uint8_t kMore = 0x20;
inline constexpr std::uint8_t kOperation = 0x1f;
}  // namespace control_field

constexpr bool is_control_message(Bytes bytes) {
  return !bytes.empty() &&
         (bytes[control_field::kLeapVersionMode] & 7U) == static_cast<unsigned>(Mode::kControl);
}

// Returns nothing if there are fewer bytes than kControlHeaderSize.
constexpr std::optional<ControlHeader> parse_control_header(Bytes bytes) {
  if (bytes.size() < kControlHeaderSize) return std::nullopt;
  const std::uint8_t first = bytes[control_field::kLeapVersionMode];
  const std::uint8_t second = bytes[control_field::kBitsAndOperation];
  return ControlHeader{
      .version = static_cast<std::uint8_t>(first >> 3 & 7),
      .mode = static_cast<Mode>(first & 7),
      .is_response = (second & control_field::kResponse) != 0,
      .is_error = (second & control_field::kError) != 0,
      .has_more = (second & control_field::kMore) != 0,
      .operation = static_cast<ControlOperation>(second & control_field::kOperation),
      .sequence = load_be16(bytes, control_field::kSequence),
      .status = load_be16(bytes, control_field::kStatus),
      .association = load_be16(bytes, control_field::kAssociation),
      .offset = load_be16(bytes, control_field::kOffset),
      .count = load_be16(bytes, control_field::kCount),
  };
}

// `bytes` is the message with this header. Returns nothing if it has less data than the header states.
constexpr std::optional<Bytes> control_data(Bytes bytes, const ControlHeader& header) {
  const Bytes rest = bytes.subspan(kControlHeaderSize);
  if (rest.size() < header.count) return std::nullopt;
  return rest.first(header.count);
}

// `out` must have at least kControlHeaderSize bytes.
constexpr void emit_control_header(const ControlHeader& header, MutableBytes out) {
  out[control_field::kLeapVersionMode] =
      static_cast<std::uint8_t>((header.version & 7U) << 3 | static_cast<unsigned>(header.mode));
  out[control_field::kBitsAndOperation] = static_cast<std::uint8_t>(
      (header.is_response ? control_field::kResponse : 0U) | (header.is_error ? control_field::kError : 0U) |
      (header.has_more ? control_field::kMore : 0U) |
      (static_cast<unsigned>(header.operation) & control_field::kOperation));
  store_be16(out, control_field::kSequence, header.sequence);
  store_be16(out, control_field::kStatus, header.status);
  store_be16(out, control_field::kAssociation, header.association);
  store_be16(out, control_field::kOffset, header.offset);
  store_be16(out, control_field::kCount, header.count);
}

}  // namespace isletime
