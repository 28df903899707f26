// SPDX-License-Identifier: MIT
#include "firmware/boards/common/record_slots.hpp"

#include <algorithm>

namespace isletime::board {
namespace {

// The bytes of a slot.
constexpr std::size_t kNumber = 0;
constexpr std::size_t kLength = 4;
constexpr std::size_t kRecord = 5;
constexpr std::size_t kChecksum = kRecord + kSavedSize;

// CRC-32 of IEEE 802.3, bit by bit: records are short, and a table would be in RAM on the ESP8266.
std::uint32_t crc32(Bytes bytes) {
  std::uint32_t crc = 0xffff'ffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb8'8320 : crc >> 1;
  }
  return ~crc;
}

Bytes slot(const Slots& slots, int index) {
  return Bytes{slots}.subspan(index == 0 ? 0 : kSlotSize, kSlotSize);
}

bool is_whole(Bytes slot) {
  return slot[kLength] <= kSavedSize && load_be32(slot, kChecksum) == crc32(slot.first(kChecksum));
}

// Returns -1 if no slot is whole. Numbers wrap.
int newest(const Slots& slots) {
  const bool is_first_whole = is_whole(slot(slots, 0));
  const bool is_second_whole = is_whole(slot(slots, 1));
  if (!is_first_whole && !is_second_whole) return -1;
  if (!is_first_whole || !is_second_whole) return is_first_whole ? 0 : 1;
  const std::uint32_t ahead = load_be32(slot(slots, 1), kNumber) - load_be32(slot(slots, 0), kNumber);
  return static_cast<std::int32_t>(ahead) > 0 ? 1 : 0;
}

}  // namespace

std::optional<Bytes> newest_record(const Slots& slots) {
  const int index = newest(slots);
  if (index < 0) return std::nullopt;
  const Bytes found = slot(slots, index);
  return found.subspan(kRecord, found[kLength]);
}

SlotWrite next_slot(const Slots& slots, Bytes record) {
  const int index = newest(slots);
  SlotWrite write{.position = index == 0 ? kSlotSize : 0, .bytes = {}};
  store_be32(write.bytes, kNumber, index < 0 ? 1 : load_be32(slot(slots, index), kNumber) + 1);
  write.bytes[kLength] = static_cast<std::uint8_t>(record.size());
  std::copy(record.begin(), record.end(), write.bytes.begin() + kRecord);
  store_be32(write.bytes, kChecksum, crc32(Bytes{write.bytes}.first(kChecksum)));
  return write;
}

}  // namespace isletime::board
