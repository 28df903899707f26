// SPDX-License-Identifier: MIT
#include "firmware/boards/common/interrupt_ring.hpp"

#include <gtest/gtest.h>

namespace isletime::board::interrupt_ring_test {
namespace {

TEST(InterruptRing, hands_over_in_order_and_each_once) {
  InterruptRing<4> ring;
  for (std::uint32_t i = 0; i < 100; ++i) {
    ring.push(2 * i);
    ring.push(2 * i + 1);
    EXPECT_EQ(ring.pop(), 2 * i);
    EXPECT_EQ(ring.pop(), 2 * i + 1);
    EXPECT_EQ(ring.pop(), std::nullopt);
  }
}

TEST(InterruptRing, keeps_the_first_ones_when_it_is_full) {
  InterruptRing<4> ring;
  for (std::uint32_t i = 0; i < 10; ++i) ring.push(i);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(ring.pop(), i);
  EXPECT_TRUE(ring.is_empty());
  ring.push(77);
  EXPECT_EQ(ring.pop(), 77U);
}

}  // namespace
}  // namespace isletime::board::interrupt_ring_test
