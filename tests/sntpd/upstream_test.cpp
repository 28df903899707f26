// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/upstream.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/one_query.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/fakes/secrets.hpp"

namespace isletime::sntpd::upstream_test {
namespace {

using namespace std::chrono_literals;
using fakes::LyingServer;
using fakes::outcome_of;
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

// CVE-2016-7426: with rate limiting, a flood in a server's name must not cause its own reply to be dropped.
TEST(Upstream, AFloodInItsServersNameDoesNotKeepItsReplyOut) {
  const LyingServer server([](const Question& q) {
    Header forged = q.truth;
    fakes::Datagrams flood;
    for (std::uint64_t i = 1; i <= 100; ++i) {
      forged.origin = NtpTimestamp::from_raw(q.truth.origin.raw() + i);
      flood.push_back(fakes::only(forged).front());
    }
    flood.push_back(fakes::only(q.truth).front());
    return flood;
  });
  Upstream upstream(config_of(server));
  EXPECT_TRUE(std::holds_alternative<Measurement>(outcome_of(upstream)));
}

// CVE-2020-13817: an attacker who can predict the transmit timestamp can answer without seeing the query.
TEST(Upstream, ItsQueriesHaveStampsThatTellNeitherTheTimeNorTheNext) {
  std::set<std::uint64_t> stamps;
  int near_the_time = 0;
  constexpr std::size_t kQueries = 8;
  {
    const LyingServer server([&](const Question& q) {
      stamps.insert(q.query.transmit.raw());
      const nanoseconds off = q.query.transmit - to_ntp(wall_now());
      near_the_time += off > -1h && off < 1h ? 1 : 0;
      return fakes::only(q.truth);
    });
    for (std::size_t i = 0; i < kQueries; ++i) {
      Upstream upstream(config_of(server));
      EXPECT_TRUE(std::holds_alternative<Measurement>(outcome_of(upstream)));
    }
  }
  EXPECT_EQ(stamps.size(), kQueries);
  EXPECT_EQ(near_the_time, 0);
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

// The clock was set after the query, so the reply would be measured against a different clock.
TEST(Upstream, GivesUpWhatIsUnderWayWhenTheClockIsSetAndAsksAnew) {
  const LyingServer server([](const Question& q) { return fakes::only(q.truth); });
  ClientConfig config = config_of(server);
  config.shortest_interval = 10ms;
  Upstream upstream(config);
  ASSERT_TRUE(std::holds_alternative<Measurement>(outcome_of(upstream)));
  const MonoTime due = upstream.next_wakeup();
  ASSERT_FALSE(upstream.ask(due, 7));
  pollfd polled = upstream.poll_entry();
  ASSERT_EQ(poll(&polled, 1, 10'000), 1) << "no reply waits to be read";

  upstream.forget_exchange();
  EXPECT_FALSE(upstream.read(polled.revents, due).has_value());
  EXPECT_EQ(upstream.poll_entry().fd, -1);
  EXPECT_EQ(upstream.reach().bits(), 1) << "it is no loss";
  EXPECT_EQ(upstream.interval(), 10ms);

  ASSERT_FALSE(upstream.ask(upstream.next_wakeup(), 8));
  polled = upstream.poll_entry();
  EXPECT_NE(polled.fd, -1);
}

TEST(Upstream, StopsForADayWhenToldTo) {
  const LyingServer server([](const Question& q) {
    Header kiss = q.truth;
    kiss.leap = Leap::kUnsynchronised;
    kiss.stratum = 0;
    kiss.reference_id = kiss::kDeny;
    return fakes::only(kiss);
  });
  Upstream upstream(config_of(server));
  const MonoTime start = mono_now();
  EXPECT_TRUE(std::holds_alternative<Lost>(outcome_of(upstream)));
  EXPECT_TRUE(upstream.is_stopped());
  EXPECT_GE(upstream.next_wakeup(), start + 24h);
  EXPECT_EQ(upstream.next_wakeup(), upstream.stopped_until());
}

TEST(Upstream, IsNotReachableOnceItToldUsToStop) {
  const LyingServer server([](const Question& q) {
    return fakes::only(q.number == 0 ? q.truth : fakes::kiss_reply(q.query, kiss::kDeny));
  });
  ClientConfig config = config_of(server);
  config.shortest_interval = 10ms;
  Upstream upstream(config);
  ASSERT_TRUE(std::holds_alternative<Measurement>(outcome_of(upstream)));
  ASSERT_TRUE(std::holds_alternative<Lost>(outcome_of(upstream)));
  EXPECT_FALSE(upstream.reach().is_reachable());
}

const Key kKey7 = fakes::key_of(7, KeyType::kSha256, "gentle");

std::string loss_of(const QueryOutcome& outcome) {
  const auto* lost = std::get_if<Lost>(&outcome);
  return lost == nullptr ? "none" : lost->why;
}

// Returns how the exchange fails with a server that sends `answer` to a query signed with key 7.
std::string loss_by(LyingServer::Answer answer) {
  const LyingServer server(std::move(answer));
  Upstream upstream(config_of(server), &kKey7);
  return loss_of(outcome_of(upstream));
}

std::vector<std::uint8_t> crypto_nak(const Question& q) {
  return fakes::with_trailer(q.truth, {0, 0, 0, 0});
}

TEST(UpstreamWithKey, MeasuresAServerThatHasTheKeyInEveryVersion) {
  for (const std::uint8_t version : {std::uint8_t{4}, std::uint8_t{3}, std::uint8_t{2}, std::uint8_t{1}}) {
    const LyingServer server([](const Question& q) {
      return is_signed_by(kKey7, q.datagram) ? fakes::Datagrams{fakes::signed_with(kKey7, q.truth)}
                                             : fakes::Datagrams{};
    });
    ClientConfig config = config_of(server);
    config.version = version;
    Upstream upstream(config, &kKey7);
    EXPECT_EQ(loss_of(outcome_of(upstream)), "none") << int{version};
    EXPECT_EQ(upstream.reach().bits(), 1);
  }
}

TEST(UpstreamWithKey, WithoutOneNothingIsSigned) {
  std::size_t size = 0;
  {
    const LyingServer server([&](const Question& q) {
      size = q.datagram.size();
      return fakes::only(q.truth);
    });
    Upstream upstream(config_of(server));
    EXPECT_EQ(loss_of(outcome_of(upstream)), "none");
  }
  EXPECT_EQ(size, kHeaderSize);
}

// Attack class 7, CVE-2015-7974: another known key must not authenticate this server.
TEST(UpstreamWithKey, TakesNoReplyThatTheVeryKeyHasNotSigned) {
  const std::string unsigned_by_7 = "its replies are not signed by key 7";
  EXPECT_EQ(loss_by([](const Question& q) { return fakes::only(q.truth); }), unsigned_by_7);
  // The same secret has another number, then another secret has the same number.
  EXPECT_EQ(
      loss_by([](const Question& q) {
        return fakes::Datagrams{fakes::signed_with(fakes::key_of(8, KeyType::kSha256, "gentle"), q.truth)};
      }),
      unsigned_by_7);
  EXPECT_EQ(
      loss_by([](const Question& q) {
        return fakes::Datagrams{fakes::signed_with(fakes::key_of(7, KeyType::kSha256, "gentlf"), q.truth)};
      }),
      unsigned_by_7);
  EXPECT_EQ(
      loss_by([](const Question& q) {
        return fakes::Datagrams{fakes::signed_with(fakes::key_of(7, KeyType::kSha1, "gentle"), q.truth)};
      }),
      unsigned_by_7);
}

TEST(UpstreamWithKey, TakesNoReplyThatWasChangedOnTheWay) {
  EXPECT_EQ(loss_by([](const Question& q) {
              auto changed = fakes::signed_with(kKey7, q.truth);
              changed[field::kTransmit] = static_cast<std::uint8_t>(changed[field::kTransmit] ^ 1U);
              return fakes::Datagrams{changed};
            }),
            "its replies are not signed by key 7");
}

// Attack class 4: a crypto-NAK must neither bypass the signature nor end the query.
TEST(UpstreamWithKey, ACryptoNakIsOutwaitedAndSaidToBeOne) {
  EXPECT_EQ(loss_by([](const Question& q) { return fakes::Datagrams{crypto_nak(q)}; }),
            "it does not know key 7 (crypto-NAK)");
  EXPECT_EQ(loss_by([](const Question& q) {
              return fakes::Datagrams{crypto_nak(q), fakes::signed_with(kKey7, q.truth)};
            }),
            "none");
}

TEST(UpstreamWithKey, OutwaitsForgeriesUntilTheSignedReply) {
  EXPECT_EQ(loss_by([](const Question& q) {
              auto forged = fakes::only(q.truth);
              forged.push_back(fakes::signed_with(fakes::key_of(7, KeyType::kSha256, "guessed"), q.truth));
              forged.push_back({1, 2, 3});
              forged.push_back(fakes::signed_with(kKey7, q.truth));
              return forged;
            }),
            "none");
}

TEST(UpstreamWithKey, WaitsForTheDeadlineThoughNothingIsSigned) {
  const LyingServer server([](const Question& q) { return fakes::only(q.truth); });
  Upstream upstream(config_of(server), &kKey7);
  const MonoTime start = mono_now();
  outcome_of(upstream);
  EXPECT_GE(mono_now() - start, 300ms);
  EXPECT_FALSE(upstream.reach().is_reachable());
}

// Attack class 2: otherwise anybody who sees our queries could stop us.
TEST(UpstreamWithKey, ObeysAKissOnlyIfItIsSigned) {
  const LyingServer forger(
      [](const Question& q) { return fakes::only(fakes::kiss_reply(q.query, kiss::kDeny)); });
  Upstream cheated(config_of(forger), &kKey7);
  EXPECT_EQ(loss_of(outcome_of(cheated)), "its replies are not signed by key 7");
  EXPECT_FALSE(cheated.is_stopped());

  const LyingServer server([](const Question& q) {
    return fakes::Datagrams{fakes::signed_with(kKey7, fakes::kiss_reply(q.query, kiss::kDeny))};
  });
  Upstream told(config_of(server), &kKey7);
  EXPECT_NE(loss_of(outcome_of(told)), "none");
  EXPECT_TRUE(told.is_stopped());
}

TEST(UpstreamWithKey, ASignatureDoesNotMakeAReplyTheAnswer) {
  EXPECT_EQ(loss_by([](const Question& q) {
              Header replayed = q.truth;
              replayed.origin = NtpTimestamp::from_raw(q.truth.origin.raw() + 1);
              return fakes::Datagrams{fakes::signed_with(kKey7, replayed)};
            }),
            "the reply answers a query that was not ours (wrong origin)");
  // The server reflects our own query, which is signed with the right key.
  EXPECT_EQ(loss_by([](const Question& q) { return fakes::Datagrams{q.datagram}; }),
            "the packet is not a server's reply");
}

TEST(UpstreamWithKey, SaysWhatSilenceMayMean) {
  EXPECT_EQ(loss_by([](const Question&) { return fakes::Datagrams{}; }), "no reply: it may not know key 7");
}

TEST(UpstreamWithKey, WithoutOneASignedReplyIsNotTaken) {
  const LyingServer server(
      [](const Question& q) { return fakes::Datagrams{fakes::signed_with(kKey7, q.truth)}; });
  Upstream upstream(config_of(server));
  EXPECT_EQ(loss_of(outcome_of(upstream)), "the reply is signed, the query was not");
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
}  // namespace isletime::sntpd::upstream_test
