// SPDX-License-Identifier: MIT
#include "libsync/posix/announcing_socket.hpp"

#include <algorithm>
#include <array>

#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/group_socket.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime::announcing_socket_test {
namespace {

constexpr IpAddress kLoopback = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kEverybody = IpAddress::v4(0x7fff'ffff);  // broadcast address of loopback
constexpr std::array<std::uint8_t, 4> kWords{1, 2, 3, 4};
constexpr int kPatienceMs = 10'000;

// A server on loopback and a socket that broadcasts from its port.
struct Announcer {
  ServiceSocket service = *ServiceSocket::open({kLoopback}, ServiceSocket::Sharing::kFirst);
  Endpoint everybody{kEverybody, service.local().port};
  AnnouncingSocket socket = *AnnouncingSocket::open({if_nametoindex("lo"), kLoopback, everybody});
};

bool waits(int descriptor, short events) {
  pollfd entry{descriptor, events, 0};
  return poll(&entry, 1, kPatienceMs) == 1;
}

TEST(AnnouncingSocket, SpeaksFromThePortThatServes) {
  Announcer announcer;
  auto ear = GroupSocket::open(announcer.everybody, if_nametoindex("lo"));
  ASSERT_TRUE(ear);
  ASSERT_FALSE(announcer.socket.send(kWords));
  ASSERT_TRUE(waits(ear->descriptor(), POLLIN));
  const auto heard = ear->receive();
  ASSERT_TRUE(heard);
  EXPECT_TRUE(std::equal(kWords.begin(), kWords.end(), heard->bytes.begin(), heard->bytes.end()));
  EXPECT_EQ(heard->from, announcer.service.local());
}

TEST(AnnouncingSocket, TellsOnceWhenTheLastDatagramLeft) {
  Announcer announcer;
  EXPECT_FALSE(announcer.socket.take_transmit_stamp());
  ASSERT_FALSE(announcer.socket.send(kWords));
  const WallTime before = wall_now();
  ASSERT_FALSE(announcer.socket.send(kWords));
  const WallTime after = wall_now();
  const auto left = announcer.socket.take_transmit_stamp();  // loopback delivers at once
  ASSERT_TRUE(left);
  EXPECT_GE(*left, before);
  EXPECT_LE(*left, after);
  EXPECT_FALSE(announcer.socket.take_transmit_stamp());
}

TEST(AnnouncingSocket, TakesNoRequestFromTheOneThatServes) {
  Announcer announcer;
  for (int i = 0; i < 16; ++i) {
    const auto client = open_udp(kLoopback, Stamps::kReceive);
    ASSERT_TRUE(client);
    const SocketAddress to = to_socket_address(announcer.service.local());
    ASSERT_EQ(sendto(client->get(), kWords.data(), kWords.size(), 0, &to.generic, to.length), 4);
    EXPECT_EQ(announcer.service.receive(ServiceSocket::Wait::kNot).size(), 1U);
  }
}

TEST(AnnouncingSocket, DoesNotShareThePortOfAnotherProgram) {
  const auto stranger = open_udp(kLoopback, Stamps::kReceive);
  ASSERT_TRUE(stranger);
  ASSERT_FALSE(bind_to(*stranger, {kEverybody}));
  const auto socket = AnnouncingSocket::open({if_nametoindex("lo"), kLoopback, *local_endpoint(*stranger)});
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, EADDRINUSE);
}

}  // namespace
}  // namespace isletime::announcing_socket_test
