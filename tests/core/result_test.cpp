// SPDX-License-Identifier: MIT
#include "libsync/core/result.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace isletime::result_test {
namespace {

enum class Fault { kNone, kOdd, kNegative };

constexpr Result<int, Fault> half(int value) {
  if (value < 0) return Unexpected{Fault::kNegative};
  if (value % 2 != 0) return Unexpected{Fault::kOdd};
  return value / 2;
}

static_assert(half(6).has_value() && *half(6) == 3);
static_assert(!half(7) && half(7).error() == Fault::kOdd);
static_assert(half(-2).error() == Fault::kNegative);

TEST(Result, HoldsAValue) {
  const auto result = half(6);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(*result, 3);
}

TEST(Result, HoldsTheReasonWhyThereIsNoValue) {
  const auto result = half(7);
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), Fault::kOdd);
}

TEST(Result, TellsAFailureFromAValueOfZero) {
  EXPECT_TRUE(half(0));
  EXPECT_EQ(*half(0), 0);
}

TEST(Result, GivesAccessToMembersAndLetsThemChange) {
  Result<std::string, Fault> result{"isle"};
  EXPECT_EQ(result->size(), 4U);
  result->append("time");
  (*result)[0] = 'I';
  EXPECT_EQ(*result, "Isletime");
}

TEST(Result, HandsOverAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>, Fault> result{std::make_unique<int>(5)};
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, CarriesAnErrorWithMembers) {
  struct Failure {
    int number = 0;
    std::string operation;
  };
  const Result<int, Failure> result{Unexpected{Failure{13, "bind"}}};
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().number, 13);
  EXPECT_EQ(result.error().operation, "bind");
}

}  // namespace
}  // namespace isletime::result_test
