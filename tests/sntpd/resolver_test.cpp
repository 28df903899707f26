// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/resolver.hpp"

#include <future>

#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd::resolver_test {
namespace {

constexpr int kPatience = 30'000;  // ms; only a hang takes it

std::vector<Resolver::Resolved> wait_for_resolved(Resolver& resolver) {
  pollfd polled{resolver.descriptor(), POLLIN, 0};
  EXPECT_EQ(poll(&polled, 1, kPatience), 1);
  return resolver.take_resolved();
}

TEST(Resolver, HasNoDescriptorUntilItIsAsked) {
  const Resolver resolver(resolve_all);
  EXPECT_EQ(resolver.descriptor(), -1);
}

TEST(Resolver, AnswersWithEveryAddressAndThePort) {
  Resolver resolver([](const std::string&, std::uint16_t port) -> Resolver::Addresses {
    return std::vector{Endpoint{IpAddress::v4(1), port}, Endpoint{IpAddress::v4(2), port}};
  });
  resolver.ask("pool.example.org", 123);
  const auto resolved = wait_for_resolved(resolver);
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_EQ(resolved[0].name, "pool.example.org");
  ASSERT_TRUE(resolved[0].addresses);
  EXPECT_EQ(resolved[0].addresses->size(), 2U);
  EXPECT_EQ(resolved[0].addresses->at(1), (Endpoint{IpAddress::v4(2), 123}));
  EXPECT_EQ(resolver.descriptor(), -1);
}

TEST(Resolver, TellsTheSystemsReasonForAFailure) {
  Resolver resolver(resolve_all);
  resolver.ask("no such name", 123);
  const auto resolved = wait_for_resolved(resolver);
  ASSERT_EQ(resolved.size(), 1U);
  ASSERT_FALSE(resolved[0].addresses);
  EXPECT_FALSE(resolved[0].addresses.error().empty());
}

TEST(Resolver, AsksForANameOnceAtATimeAndAgainAfterItsAnswer) {
  std::promise<void> go;
  std::atomic<int> lookups = 0;
  Resolver resolver([&, gone = go.get_future().share()](auto&&...) -> Resolver::Addresses {
    gone.wait();
    ++lookups;
    return Unexpected{std::string{"none"}};
  });
  resolver.ask("a", 1);
  resolver.ask("a", 1);
  EXPECT_TRUE(resolver.take_resolved().empty());
  go.set_value();
  EXPECT_EQ(wait_for_resolved(resolver).size(), 1U);
  resolver.ask("a", 1);
  EXPECT_EQ(wait_for_resolved(resolver).size(), 1U);
  EXPECT_EQ(lookups, 2);
}

TEST(Resolver, MayGoWhileALookupStillHangs) {
  auto go = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  {
    Resolver resolver([go, ended](auto&&...) -> Resolver::Addresses {
      go->get_future().wait();
      ended->set_value();
      return Unexpected{std::string{"too late"}};
    });
    resolver.ask("slow", 1);
  }
  go->set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace isletime::sntpd::resolver_test
