// SPDX-License-Identifier: MIT
#include "libsync/core/reference_id.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/reference_id_vectors.hpp"

namespace isletime::vectors::reference_id_test {
namespace {

static_assert(all_hold(kReferenceIdChecks));

TEST(ReferenceId, SpellsItsLettersFromTheFirstByteOn) {
  EXPECT_EQ(first_failing<kNamedIds>(), kNone);
}

TEST(ReferenceId, LocalClockIs127_127_1_1) {
  EXPECT_EQ(first_failing<kLocalClockIds>(), kNone);
}

TEST(ReferenceId, FourPrintableCharactersPaddedWithZerosAreACode) {
  EXPECT_EQ(first_failing<kAsciiCodes>(), kNone);
}

TEST(ReferenceId, ZeroAndAddressesAreNoCode) {
  EXPECT_EQ(first_failing<kOtherIds>(), kNone);
}

}  // namespace
}  // namespace isletime::vectors::reference_id_test
