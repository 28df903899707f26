// SPDX-License-Identifier: MIT
#include "firmware/boards/common/record_slots.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::board::record_slots_test {
namespace {

using Record = std::vector<std::uint8_t>;

Slots blank(std::uint8_t byte) {
  Slots slots{};
  slots.fill(byte);
  return slots;
}

void store(Slots& slots, const SlotWrite& write, std::size_t bytes = kSlotSize) {
  std::copy_n(write.bytes.begin(), bytes, slots.begin() + static_cast<std::ptrdiff_t>(write.position));
}

Record newest(const Slots& slots) {
  const auto found = newest_record(slots);
  return found ? Record(found->begin(), found->end()) : Record{};
}

TEST(RecordSlots, are_empty_in_a_memory_that_was_never_written) {
  EXPECT_FALSE(newest_record(blank(0xff)));
  EXPECT_FALSE(newest_record(blank(0x00)));
}

TEST(RecordSlots, hold_the_newest_record_of_any_length) {
  Slots slots = blank(0xff);
  for (std::size_t size = 0; size <= kSavedSize; ++size) {
    const Record record(size, static_cast<std::uint8_t>(size + 1));
    store(slots, next_slot(slots, record));
    ASSERT_TRUE(newest_record(slots));
    EXPECT_EQ(newest(slots), record);
  }
}

TEST(RecordSlots, keep_the_old_record_when_a_write_is_cut_short_anywhere) {
  Slots slots = blank(0xff);
  store(slots, next_slot(slots, Record(8, 1)));
  store(slots, next_slot(slots, Record(8, 2)));
  const SlotWrite third = next_slot(slots, Record(8, 3));
  for (std::size_t written = 1; written < kSlotSize; ++written) {
    Slots torn = slots;
    store(torn, third, written);
    EXPECT_EQ(newest(torn), Record(8, 2)) << written;
  }
}

TEST(RecordSlots, notice_every_flipped_bit) {
  Slots slots = blank(0xff);
  store(slots, next_slot(slots, Record(kSavedSize, 0x5a)));
  for (std::size_t bit = 0; bit < 8 * kSlotSize; ++bit) {
    Slots damaged = slots;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(newest_record(damaged)) << bit;
  }
}

TEST(RecordSlots, are_written_in_turn) {
  Slots slots = blank(0xff);
  std::size_t last = kSlotSize;
  for (int i = 0; i < 5; ++i) {
    const SlotWrite write = next_slot(slots, Record(4, static_cast<std::uint8_t>(i)));
    EXPECT_NE(write.position, last);
    last = write.position;
    store(slots, write);
  }
}

}  // namespace
}  // namespace isletime::board::record_slots_test
