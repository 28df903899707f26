// SPDX-License-Identifier: MIT
#include "tools/sntpd/upstream.hpp"

#include <string>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/random.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/raw_client.hpp"

namespace isletime::sntpd {
namespace {

using namespace std::chrono_literals;
using fakes::LyingServer;
using Question = LyingServer::Question;

ClientConfig config_of(std::uint16_t port) {
  ClientConfig config;
  config.server = {fakes::kLoopbackV4, port};
  config.timeout = 300ms;
  return config;
}
ClientConfig config_of(const LyingServer& server) {
  return config_of(static_cast<std::uint16_t>(std::stoi(server.port())));
}

// Asks once, as a loop on poll(2) does.
QueryOutcome outcome_of(Upstream& upstream) {
  auto outcome = upstream.ask(mono_now(), random_u64());
  while (!outcome) {
    pollfd polled = upstream.poll_entry();
    const nanoseconds left = elapsed(mono_now(), upstream.next_wakeup().value_or(mono_now()));
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(0, patience))) > 0) {
      outcome = upstream.read(polled.revents, mono_now());
    } else {
      outcome = upstream.ask(mono_now(), random_u64());
    }
  }
  return *outcome;
}

TEST(Upstream, MeasuresAnHonestServer) {
  const LyingServer server([](const Question& q) { return fakes::only(q.truth); });
  Upstream upstream(config_of(server));
  const QueryOutcome outcome = outcome_of(upstream);
  const auto* measured = std::get_if<Measurement>(&outcome);
  ASSERT_NE(measured, nullptr);
  EXPECT_LT(std::abs(measured->offset.value.count()), nanoseconds{100ms}.count());
  EXPECT_EQ(upstream.reach().bits(), 1);
}

TEST(Upstream, GoesOnWaitingAfterAForgedReply) {
  const LyingServer server([](const Question& q) {
    Header forged = q.truth;
    forged.origin = NtpTimestamp::from_raw(q.truth.origin.raw() + 1);
    auto both = fakes::only(forged);
    both.push_back(fakes::only(q.truth).front());
    return both;
  });
  Upstream upstream(config_of(server));
  EXPECT_TRUE(std::holds_alternative<Measurement>(outcome_of(upstream)));
}

TEST(Upstream, SaysWhyAnAnswerIsOfNoUse) {
  const LyingServer server([](const Question& q) {
    Header unset = q.truth;
    unset.leap = Leap::kUnsynchronised;
    return fakes::only(unset);
  });
  Upstream upstream(config_of(server));
  const QueryOutcome outcome = outcome_of(upstream);
  ASSERT_TRUE(std::holds_alternative<Lost>(outcome));
  EXPECT_NE(std::get<Lost>(outcome).why.find("not set"), std::string::npos);
  EXPECT_FALSE(upstream.reach().is_reachable());
}

TEST(Upstream, WaitsForTheDeadlineThoughTheNetworkSaysThatNobodyListens) {
  Upstream upstream(config_of(fakes::free_port()));
  const MonoTime start = mono_now();
  const QueryOutcome outcome = outcome_of(upstream);
  ASSERT_TRUE(std::holds_alternative<Lost>(outcome));
  EXPECT_EQ(std::get<Lost>(outcome).why, "nobody listens on that port");
  EXPECT_GE(mono_now() - start, 300ms);
}

TEST(Upstream, SaysThatNoReplyCame) {
  const LyingServer silent([](const Question&) { return fakes::Datagrams{}; });
  Upstream upstream(config_of(silent));
  const QueryOutcome outcome = outcome_of(upstream);
  ASSERT_TRUE(std::holds_alternative<Lost>(outcome));
  EXPECT_EQ(std::get<Lost>(outcome).why, "no reply");
}

TEST(Upstream, StopsWhenToldTo) {
  const LyingServer server([](const Question& q) {
    Header kiss = q.truth;
    kiss.leap = Leap::kUnsynchronised;
    kiss.stratum = 0;
    kiss.reference_id = kiss::kDeny;
    return fakes::only(kiss);
  });
  Upstream upstream(config_of(server));
  EXPECT_TRUE(std::holds_alternative<Lost>(outcome_of(upstream)));
  EXPECT_TRUE(upstream.is_stopped());
  EXPECT_EQ(upstream.next_wakeup(), std::nullopt);
}

TEST(ReachRegister, RemembersEightQueries) {
  ReachRegister reach;
  reach.add(true);
  for (int i = 0; i < 7; ++i) reach.add(false);
  EXPECT_TRUE(reach.is_reachable());
  reach.add(false);
  EXPECT_FALSE(reach.is_reachable());
}

}  // namespace
}  // namespace isletime::sntpd
