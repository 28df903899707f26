// SPDX-License-Identifier: MIT
#include "libsync/posix/address_reference_id.hpp"

#include <gtest/gtest.h>

namespace isletime::address_reference_id_test {
namespace {

TEST(AddressReferenceId, OfAnIpv4AddressIsTheAddress) {
  EXPECT_EQ(reference_id_of(IpAddress::v4(0xc0a8'0401)).value, 0xc0a8'0401U);
}

TEST(AddressReferenceId, OfAnIpv6AddressStartsItsMd5) {
  // The expected value is that of: printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1' | md5sum
  EXPECT_EQ(reference_id_of({0, 1}).value, 0xcf40'4dc8U);
}

}  // namespace
}  // namespace isletime::address_reference_id_test
