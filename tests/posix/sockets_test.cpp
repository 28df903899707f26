// SPDX-License-Identifier: MIT
// service_socket and query_socket exchange packets on loopback.
#include <array>
#include <span>
#include <thread>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/query_socket.hpp"
#include "libsync/posix/service_socket.hpp"

namespace isletime::sockets_test {
namespace {

using namespace std::chrono_literals;
using Sharing = ServiceSocket::Sharing;
using Wait = ServiceSocket::Wait;
using Reply = ServiceSocket::Reply;

constexpr IpAddress kV4 = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kV6{0, 1};
constexpr std::array<std::uint8_t, 4> kPing{1, 2, 3, 4};

QueryEvent next_event(QuerySocket& socket) {
  for (;;) {
    if (auto event = socket.next_event()) return *event;
    pollfd polled{socket.descriptor(), POLLIN, 0};
    poll(&polled, 1, -1);
  }
}

ReceivedReply next_reply(QuerySocket& socket) {
  QueryEvent event = next_event(socket);
  while (!std::holds_alternative<ReceivedReply>(event)) event = next_event(socket);
  return std::get<ReceivedReply>(event);
}

TEST(Sockets, BothFamiliesStampBothWaysInTheKernel) {
  for (const IpAddress address : {kV4, kV6}) {
    auto service = ServiceSocket::open(Endpoint{address}, Sharing::kFirst);
    ASSERT_TRUE(service) << to_string(service.error());
    auto query = QuerySocket::open(service->local());
    ASSERT_TRUE(query) << to_string(query.error());

    const auto t1 = query->send(service->local(), kPing);
    ASSERT_TRUE(t1);
    const auto requests = service->receive(Wait::kForOne);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_TRUE(std::equal(kPing.begin(), kPing.end(), requests[0].bytes.begin(), requests[0].bytes.end()));
    EXPECT_EQ(requests[0].to, service->local());
    EXPECT_TRUE(service->reply(requests[0], kPing));

    // The transmit timestamp comes first, although it was fetched after the reply had arrived.
    const QueryEvent first = next_event(*query);
    ASSERT_TRUE(std::holds_alternative<TransmitStamp>(first));
    const WallTime transmitted = std::get<TransmitStamp>(first).at;
    const QueryEvent second = next_event(*query);
    ASSERT_TRUE(std::holds_alternative<ReceivedReply>(second));
    const auto& reply = std::get<ReceivedReply>(second);
    EXPECT_EQ(reply.from, service->local());
    EXPECT_EQ(reply.local, address);
    EXPECT_GE(transmitted, *t1);
    EXPECT_GE(requests[0].received, transmitted);
    EXPECT_GE(reply.received, requests[0].received);
    EXPECT_GE(wall_now(), reply.received);
  }
}

TEST(Sockets, AnyAddressKnowsAndKeepsTheOneThatWasAsked) {
  auto service = ServiceSocket::open(Endpoint{IpAddress::v4(0)}, Sharing::kFirst);
  ASSERT_TRUE(service);
  const Endpoint asked{IpAddress::v4(0x7f12'3456), service->local().port};
  auto query = QuerySocket::open(asked);
  ASSERT_TRUE(query && query->send(asked, kPing));
  const auto requests = service->receive(Wait::kForOne);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].to, asked);
  ASSERT_TRUE(service->reply(requests[0], kPing));
  QueryEvent event = next_event(*query);
  while (!std::holds_alternative<ReceivedReply>(event)) event = next_event(*query);
  EXPECT_EQ(std::get<ReceivedReply>(event).from, asked);
}

TEST(Sockets, ReceiveWithoutWaitingReturnsEmpty) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(service);
  EXPECT_TRUE(service->receive(Wait::kNot).empty());
}

TEST(Sockets, ABatchKeepsOrderAndSenders) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(service);
  auto query = QuerySocket::open(service->local());
  ASSERT_TRUE(query);
  for (std::uint8_t i = 0; i < 20; ++i) ASSERT_TRUE(query->send(service->local(), std::array{i}));
  std::uint8_t expected = 0;
  while (expected < 20) {
    for (const Arrival& arrival : service->receive(Wait::kForOne)) EXPECT_EQ(arrival.bytes[0], expected++);
  }
}

TEST(Sockets, SeveralRepliesLeaveTogetherEachToItsClientFromTheAddressThatWasAsked) {
  for (const IpAddress local : {IpAddress::v4(0), kV4, IpAddress{}, kV6}) {
    auto service = ServiceSocket::open(Endpoint{local}, Sharing::kFirst);
    ASSERT_TRUE(service);
    Endpoint asked{local.is_v4() ? kV4 : kV6};
    asked.port = service->local().port;
    std::vector<QuerySocket> queries;
    for (std::uint8_t i = 0; i < ServiceSocket::kMostReplies; ++i) {
      queries.push_back(*QuerySocket::open(asked));
      ASSERT_TRUE(queries.back().send(asked, std::array{i}));
    }
    const auto requests = service->receive(Wait::kForOne);
    ASSERT_EQ(requests.size(), queries.size());
    std::vector<Reply> replies;
    for (const Arrival& request : requests) replies.push_back({&request, request.bytes});
    const auto sent = service->reply(replies);
    EXPECT_EQ(sent.count, replies.size());
    EXPECT_FALSE(sent.number.has_value());
    for (std::uint8_t i = 0; i < queries.size(); ++i) {
      const ReceivedReply reply = next_reply(queries[i]);
      EXPECT_EQ(reply.from, asked);
      EXPECT_EQ(reply.bytes[0], i);
    }
  }
}

TEST(Sockets, AReplyThatCannotBeSentKeepsNoneOfTheOthers) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(service);
  const std::vector<std::uint8_t> too_long(70'000);
  for (std::size_t failing = 0; failing < ServiceSocket::kMostReplies; ++failing) {
    std::vector<QuerySocket> queries;
    for (std::size_t i = 0; i < ServiceSocket::kMostReplies; ++i) {
      queries.push_back(*QuerySocket::open(service->local()));
      ASSERT_TRUE(queries.back().send(service->local(), kPing));
    }
    const auto requests = service->receive(Wait::kForOne);
    ASSERT_EQ(requests.size(), queries.size());
    std::vector<Reply> replies;
    for (const Arrival& request : requests) replies.push_back({&request, request.bytes});
    replies[failing].bytes = too_long;
    replies[2].is_stamped = true;
    const auto sent = service->reply(replies);
    EXPECT_EQ(sent.count, replies.size() - 1);
    EXPECT_EQ(sent.number.has_value(), failing != 2);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (i == failing) continue;
      EXPECT_EQ(next_reply(queries[i]).bytes.size(), kPing.size());
    }
  }
}

ServiceSocket::TransmitStamp stamp_of(ServiceSocket& service) {
  pollfd polled{service.descriptor(), POLLPRI, 0};
  EXPECT_EQ(poll(&polled, 1, 20'000), 1);
  const auto stamp = service.next_transmit_stamp();
  EXPECT_TRUE(stamp.has_value());
  EXPECT_FALSE(service.next_transmit_stamp());
  return stamp.value_or(ServiceSocket::TransmitStamp{});
}

TEST(Sockets, TheKernelStampsTheReplyOfWhichItIsAsked) {
  for (const IpAddress local : {kV4, IpAddress::v4(0)}) {
    auto service = ServiceSocket::open(Endpoint{local}, Sharing::kFirst);
    ASSERT_TRUE(service);
    Endpoint asked{kV4};
    asked.port = service->local().port;
    auto query = QuerySocket::open(asked);
    ASSERT_TRUE(query && query->send(asked, kPing));
    const auto requests = service->receive(Wait::kForOne);
    ASSERT_EQ(requests.size(), 1U);
    service->find_way(requests[0]);
    service->rehearse();
    // Neither call sent anything to the client or to the service.
    EXPECT_TRUE(service->receive(Wait::kNot).empty());
    EXPECT_TRUE(service->reply(requests[0], kPing));
    EXPECT_EQ(next_reply(*query).bytes.size(), kPing.size());
    for (std::uint32_t i = 0; i < 4; ++i) {
      // The second reply is sent alone, each other one along with two that are not stamped.
      std::vector<Reply> replies(i == 1 ? 1 : 3, Reply{&requests[0], kPing});
      replies[i % replies.size()].is_stamped = true;
      const WallTime before = wall_now();
      const auto sent = service->reply(replies);
      EXPECT_EQ(sent.count, replies.size());
      EXPECT_EQ(sent.number, i);
      const auto stamp = stamp_of(*service);
      EXPECT_EQ(stamp.number, i);
      EXPECT_GE(stamp.at, before);
      EXPECT_LE(stamp.at, wall_now());
    }
  }
}

// A reply that failed to be sent may have consumed a number.
TEST(Sockets, StampsAreNumberedAnewWhereOneWasNotSent) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  auto query = QuerySocket::open(service->local());
  ASSERT_TRUE(query && query->send(service->local(), kPing));
  const auto requests = service->receive(Wait::kForOne);
  const std::vector<std::uint8_t> too_long(70'000);
  const Reply stamped{&requests[0], kPing, true};
  const Reply unsendable{&requests[0], too_long, true};
  EXPECT_EQ(service->reply(std::span{&stamped, 1}).number, 0U);
  EXPECT_EQ(stamp_of(*service).number, 0U);
  const auto failed = service->reply(std::span{&unsendable, 1});
  EXPECT_EQ(failed.count, 0U);
  EXPECT_FALSE(failed.number.has_value());
  const auto sent = service->reply(std::span{&stamped, 1});
  EXPECT_EQ(sent.count, 1U);
  EXPECT_EQ(sent.number, stamp_of(*service).number);
}

TEST(Sockets, ShuttingDownWakesAWaitingThread) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(service);
  std::thread waiting([&] { EXPECT_TRUE(service->receive(Wait::kForOne).empty()); });
  service->shut_down();
  waiting.join();
}

TEST(Sockets, FurtherSocketsShareThePortWhichIsTakenForOthers) {
  auto first = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(first);
  EXPECT_TRUE(ServiceSocket::open(first->local(), Sharing::kFurther));
  const auto rival = ServiceSocket::open(first->local(), Sharing::kFirst);
  ASSERT_FALSE(rival);
  EXPECT_EQ(rival.error().code, EADDRINUSE);
}

TEST(Sockets, AClosedPortIsReportedAsUnreachable) {
  Endpoint closed;
  {
    auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
    ASSERT_TRUE(service);
    closed = service->local();
  }
  auto query = QuerySocket::open(closed);
  ASSERT_TRUE(query && query->send(closed, kPing));
  QueryEvent event = next_event(*query);
  while (!std::holds_alternative<Unreachable>(event)) event = next_event(*query);
  EXPECT_EQ(std::get<Unreachable>(event).code, ECONNREFUSED);
}

TEST(Sockets, EveryQuerySocketHasANewPort) {
  auto service = ServiceSocket::open(Endpoint{kV4}, Sharing::kFirst);
  ASSERT_TRUE(service);
  std::array<std::uint16_t, 2> ports{};
  for (auto& port : ports) {
    auto query = QuerySocket::open(service->local());
    ASSERT_TRUE(query && query->send(service->local(), kPing));
    port = service->receive(Wait::kForOne)[0].from.port;
  }
  EXPECT_NE(ports[0], ports[1]);
}

TEST(Clocks, PrecisionIsThatOfARealClock) {
  EXPECT_GE(measure_precision(), -30);
  EXPECT_LE(measure_precision(), -10);
}

}  // namespace
}  // namespace isletime::sockets_test
