// SPDX-License-Identifier: MIT
#include "libsync/core/ip_address.hpp"

#include <gtest/gtest.h>

#include "tests/core/vectors/ip_address_vectors.hpp"

namespace isletime::vectors::ip_address_test {
namespace {

static_assert(all_hold(kIpAddressChecks));

TEST(IpAddress, Ipv4IsHeldMapped) {
  EXPECT_EQ(first_failing<kMappedAddresses>(), kNone);
}

TEST(IpAddress, KnowsTheKindsOfIpv4Addresses) {
  EXPECT_EQ(first_failing<kKindsOfIpv4>(), kNone);
}

TEST(IpAddress, KnowsTheKindsOfIpv6Addresses) {
  EXPECT_EQ(first_failing<kKindsOfIpv6>(), kNone);
}

TEST(IpAddress, KnowsWhatNobodyElseCanReach) {
  EXPECT_EQ(first_failing<kPrivacies>(), kNone);
}

TEST(IpAddress, Ipv4PrefixesHoldTheirAddressesOnly) {
  EXPECT_EQ(first_failing<kIpv4Prefixes>(), kNone);
}

TEST(IpAddress, Ipv6PrefixesHoldTheirAddressesOnly) {
  EXPECT_EQ(first_failing<kIpv6Prefixes>(), kNone);
}

TEST(IpAddress, AMappedAddressDoesNotSlipPastAnIpv4Rule) {
  EXPECT_EQ(first_failing<kMixedFamilies>(), kNone);
}

TEST(IpAddress, EndpointsDifferByAddressPortOrScope) {
  const Endpoint endpoint{kDocumentation, 123, 2};
  EXPECT_EQ(endpoint, (Endpoint{kDocumentation, 123, 2}));
  EXPECT_NE(endpoint, (Endpoint{IpAddress::v4(1), 123, 2}));
  EXPECT_NE(endpoint, (Endpoint{kDocumentation, 124, 2}));
  EXPECT_NE(endpoint, (Endpoint{kDocumentation, 123, 3}));
}

}  // namespace
}  // namespace isletime::vectors::ip_address_test
