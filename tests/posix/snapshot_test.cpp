// SPDX-License-Identifier: MIT
#include "libsync/posix/snapshot.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace isletime::snapshot_test {
namespace {

struct Value {
  std::uint64_t first = 0;
  std::uint8_t middle = 0;
  std::uint64_t last = 0;
};

TEST(Snapshot, ReadsWhatWasPublished) {
  Snapshot<Value> snapshot({1, 2, 3});
  EXPECT_EQ(snapshot.read().last, 3U);
  snapshot.publish({4, 5, 6});
  const Value value = snapshot.read();
  EXPECT_EQ(value.first, 4U);
  EXPECT_EQ(value.middle, 5U);
  EXPECT_EQ(value.last, 6U);
}

TEST(Snapshot, NoReaderEverSeesHalfAValue) {
  constexpr std::uint64_t kRounds = 20'000;
  Snapshot<Value> snapshot({0, 0, 0});
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kRounds; ++i) snapshot.publish({i, static_cast<std::uint8_t>(i), i});
  });
  std::uint64_t torn = 0;
  std::uint64_t backwards = 0;
  for (std::uint64_t seen = 0; seen < kRounds;) {
    const Value value = snapshot.read();
    if (value.first != value.last || value.middle != static_cast<std::uint8_t>(value.first)) ++torn;
    if (value.first < seen) ++backwards;
    seen = value.first;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
}

}  // namespace
}  // namespace isletime::snapshot_test
