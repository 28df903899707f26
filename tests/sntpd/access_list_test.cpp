// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/access_list.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace isletime::sntpd::access_list_test {
namespace {

AccessList::Rules all(Access access) {
  return {{Prefix{{}, 0}, access}};
}

TEST(AccessList, AReaderSeesAReplacement) {
  AccessList list(all(Access::kAllow));
  AccessList::Reader reader(list);
  EXPECT_EQ(decide(reader.current(), {}), Access::kAllow);
  list.replace(all(Access::kDeny));
  EXPECT_EQ(decide(reader.current(), {}), Access::kDeny);
}

TEST(AccessList, WhatAReaderHoldsLivesOn) {
  AccessList list(all(Access::kAllow));
  AccessList::Reader reader(list);
  const auto held = reader.current();
  list.replace(all(Access::kDeny));
  EXPECT_EQ(decide(held, {}), Access::kAllow);
}

TEST(AccessList, ReadersInOtherThreadsAreNeverWithoutRules) {
  AccessList list(all(Access::kAllow));
  std::atomic<bool> done{false};
  std::uint64_t empty = 0;
  std::thread thread([&] {
    AccessList::Reader reader(list);
    while (!done) empty += reader.current().empty() ? 1 : 0;
  });
  for (int i = 0; i < 1000; ++i) list.replace(all(i % 2 == 0 ? Access::kDeny : Access::kAllow));
  done = true;
  thread.join();
  EXPECT_EQ(empty, 0U);
}

}  // namespace
}  // namespace isletime::sntpd::access_list_test
