// SPDX-License-Identifier: MIT
#include "libsync/posix/announcing.hpp"

#include <algorithm>
#include <array>

#include <net/if.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {
namespace {

constexpr IpAddress kLoopback = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kEverybody = IpAddress::v4(0x7fff'ffff);  // broadcast address of loopback
constexpr std::array<std::uint8_t, 4> kWords{1, 2, 3, 4};

// Receives broadcasts on loopback.
struct Ear {
  Fd socket = *open_udp(kEverybody, Stamps::kReceive);
  Endpoint local{};

  Ear() {
    EXPECT_FALSE(bind_to(socket, {kEverybody}));
    local = *local_endpoint(socket);
  }
};

std::optional<SysError> speak(const ServiceSocket& service, const Ear& ear) {
  return announce_by(service.descriptor(), {if_nametoindex("lo"), kLoopback, ear.local}, kWords);
}

TEST(Announcing, ComesFromThePortThatServes) {
  const Ear ear;
  const auto service = ServiceSocket::open({kLoopback}, ServiceSocket::Sharing::kFirst);
  ASSERT_TRUE(service);
  ASSERT_FALSE(allow_announcing(service->descriptor(), true));
  ASSERT_FALSE(speak(*service, ear));
  std::array<std::uint8_t, 16> heard{};
  SocketAddress from{};
  from.length = sizeof from.v6;
  ASSERT_EQ(recvfrom(ear.socket.get(), heard.data(), heard.size(), 0, &from.generic, &from.length), 4);
  EXPECT_TRUE(std::equal(kWords.begin(), kWords.end(), heard.begin()));
  EXPECT_EQ(to_endpoint(from), service->local());
}

TEST(Announcing, IsNotDoneByASocketThatWasNotToldTo) {
  const Ear ear;
  const auto service = ServiceSocket::open({kLoopback}, ServiceSocket::Sharing::kFirst);
  ASSERT_TRUE(service);
  const auto error = speak(*service, ear);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, EACCES);
}

}  // namespace
}  // namespace isletime
