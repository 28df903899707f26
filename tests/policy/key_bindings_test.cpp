// SPDX-License-Identifier: MIT
#include "libsync/policy/key_bindings.hpp"

#include <array>

#include <gtest/gtest.h>

namespace isletime::key_bindings_test {
namespace {

constexpr std::array kBindings{KeyBinding{7, Prefix::v4(0xc0a8'0400, 24)},
                               KeyBinding{7, Prefix::v4(0xc000'0209, 32)},
                               KeyBinding{8, Prefix::v4(0x0a00'0000, 8)}};

TEST(KeyBindings, AKeyThatNoneNamesIsForAll) {
  EXPECT_TRUE(may_use({}, 7, IpAddress::v4(0xc000'0201)));
  EXPECT_TRUE(may_use(kBindings, 9, IpAddress::v4(0xc000'0201)));
}

// CVE-2015-7974, CVE-2016-1567: any key authenticated any peer.
TEST(KeyBindings, ABoundKeyIsForItsOwnAddressesOnly) {
  EXPECT_TRUE(may_use(kBindings, 7, IpAddress::v4(0xc0a8'0463)));
  EXPECT_TRUE(may_use(kBindings, 7, IpAddress::v4(0xc000'0209)));
  EXPECT_FALSE(may_use(kBindings, 7, IpAddress::v4(0xc000'0208)));
  EXPECT_FALSE(may_use(kBindings, 7, IpAddress::v4(0x0a00'0001)));
  EXPECT_TRUE(may_use(kBindings, 8, IpAddress::v4(0x0a00'0001)));
}

}  // namespace
}  // namespace isletime::key_bindings_test
