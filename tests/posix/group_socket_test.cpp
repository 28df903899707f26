// SPDX-License-Identifier: MIT
#include "libsync/posix/group_socket.hpp"

#include <array>

#include <net/if.h>
#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/posix/announcing_socket.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime::group_socket_test {
namespace {

using namespace std::chrono_literals;

constexpr IpAddress kLoopback = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kEverybody = IpAddress::v4(0x7fff'ffff);  // broadcast address of loopback
constexpr IpAddress kGroup = IpAddress::v4(0xe000'0101);
constexpr std::array<std::uint8_t, 4> kWords{1, 2, 3, 4};

bool is_waited_for(const GroupSocket& socket) {
  pollfd entry{socket.descriptor(), POLLIN, 0};
  return poll(&entry, 1, 5000) == 1;
}

TEST(GroupSocket, HearsWhatIsSentToEverybodyOnAPortThatServes) {
  const auto service = ServiceSocket::open({IpAddress::v4(0)}, ServiceSocket::Sharing::kFirst);
  ASSERT_TRUE(service);
  const std::uint16_t port = service->local().port;
  for (const IpAddress to : {kEverybody, kGroup}) {
    auto ear = GroupSocket::open({to, port}, if_nametoindex("lo"));
    ASSERT_TRUE(ear) << to_string(ear.error());
    EXPECT_FALSE(ear->receive());
    auto mouth = AnnouncingSocket::open({if_nametoindex("lo"), kLoopback, {to, port}});
    ASSERT_TRUE(mouth) << to_string(mouth.error());
    ASSERT_FALSE(mouth->send(kWords));
    ASSERT_TRUE(is_waited_for(*ear));
    const auto heard = ear->receive();
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->bytes.size(), 4U);
    EXPECT_EQ(heard->from, (Endpoint{kLoopback, port}));
    EXPECT_LT(std::chrono::abs(elapsed(heard->received, wall_now())), 10s);
    EXPECT_FALSE(ear->receive());
  }
}

TEST(GroupSocket, GetsNothingThatIsMeantForOneHost) {
  const auto service = ServiceSocket::open({IpAddress::v4(0)}, ServiceSocket::Sharing::kFirst);
  ASSERT_TRUE(service);
  const std::uint16_t port = service->local().port;
  auto ear = GroupSocket::open({kEverybody, port}, if_nametoindex("lo"));
  ASSERT_TRUE(ear);
  const SocketAddress to = to_socket_address({kLoopback, port});
  ASSERT_EQ(sendto(service->descriptor(), kWords.data(), kWords.size(), 0, &to.generic, to.length), 4);
  EXPECT_FALSE(ear->receive());  // loopback delivers at once
}

TEST(GroupSocket, APortIsNotTakenFromAnotherPrograms) {
  const auto stranger = open_udp(kLoopback, Stamps::kReceive);
  ASSERT_TRUE(stranger);
  ASSERT_FALSE(bind_to(*stranger, {kEverybody}));
  const auto ear = GroupSocket::open(*local_endpoint(*stranger), if_nametoindex("lo"));
  ASSERT_FALSE(ear);
  EXPECT_EQ(ear.error().code, EADDRINUSE);
}

}  // namespace
}  // namespace isletime::group_socket_test
