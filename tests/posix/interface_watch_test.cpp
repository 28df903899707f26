// SPDX-License-Identifier: MIT
// tests/integration/broadcast_test.py tests changes of interfaces, which needs a network namespace.
#include "libsync/posix/interface_watch.hpp"

#include <gtest/gtest.h>

namespace isletime::interface_watch_test {
namespace {

TEST(InterfaceWatch, NeitherWaitsNorTellsOfWhatWasThereBefore) {
  auto watch = InterfaceWatch::open();
  ASSERT_TRUE(watch) << to_string(watch.error());
  EXPECT_GE(watch->descriptor(), 0);
  EXPECT_FALSE(watch->take_changed());
}

}  // namespace
}  // namespace isletime::interface_watch_test
