// SPDX-License-Identifier: MIT
#include "libsync/core/bytes.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/bytes_vectors.hpp"

namespace isletime::vectors::bytes_test {
namespace {

static_assert(all_hold(kBytesChecks));

TEST(Bytes, AreLoadedBigEndianAtEveryAlignment) {
  EXPECT_EQ(first_failing<kLoads>(), kNone);
}

TEST(Bytes, AreStoredBigEndianAndTheirNeighboursLeftAlone) {
  EXPECT_EQ(first_failing<kStores>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::bytes_test
