// SPDX-License-Identifier: MIT
// A whole server without its socket: keys, rate limits and interleaved mode.
#include "tools/sntpd/serving/answerer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/posix/mac.hpp"
#include "tests/fakes/secrets.hpp"
#include "tests/policy/request_maker.hpp"

namespace isletime::sntpd::answerer_test {
namespace {

using namespace fakes;

constexpr MonoTime kMonoStart{1000s};
constexpr WallTime kDeparture = kArrival + 20us;

KeyRing ring_of(const std::string& text) {
  auto locked = LockedBytes::allocate(text.size());
  std::copy(text.begin(), text.end(), locked->writable().begin());
  return *parse_keys(*std::move(locked));
}

const KeyRing& keys() {
  static const KeyRing ring = ring_of(
      "1 MD5 gentle\n2 SHA1 gentle\n3 SHA256 gentle\n4 SHA512 gentle\n5 AES128 sixteen-bytes-16\n"
      "6 AES256 thirty-two-bytes-are-thirty-two-\n");
  return ring;
}

class AServer {
 public:
  explicit AServer(const Demands& demands = {.keys = &keys(), .bindings = {}})
      : answerer_(demands, own_stamps_, 1) {}
  // One of several threads that share the saved timestamps.
  explicit AServer(SharedStamps& stamps) : answerer_({.keys = &keys(), .bindings = {}}, stamps, 1) {}

  Result<PendingReply, RequestRefusal> ask(Bytes request, Endpoint from = kAsker,
                                           WallTime received = kArrival) {
    const Account account(kState, received);
    return answerer_.start_batch(kAnyone, account, now_).answer({request, from, kUs, received});
  }
  // Returns the complete reply, or nothing if the request was refused.
  std::vector<std::uint8_t> reply_to(Bytes request, Endpoint from = kAsker, WallTime received = kArrival) {
    auto reply = ask(request, from, received);
    if (!reply) return {};
    PendingReply::Room room;
    const Bytes bytes = reply->complete(received + 20us, room);
    return {bytes.begin(), bytes.end()};
  }
  std::optional<RequestRefusal> refusal_of(Bytes request, Endpoint from = kAsker) {
    const auto reply = ask(request, from);
    return reply ? std::nullopt : std::optional{reply.error()};
  }

  Answerer& answerer() { return answerer_; }
  void wait(nanoseconds duration) { now_ += duration; }

 private:
  SharedStamps own_stamps_;
  Answerer answerer_;
  MonoTime now_ = kMonoStart;
};

TEST(Answerer, AnswersByAnUnsignedHeaderWhoDidNotSign) {
  AServer server;
  const auto reply = server.reply_to(bytes_of(request_of(Mode::kClient)));
  ASSERT_EQ(reply.size(), kHeaderSize);
  EXPECT_EQ(parse_header(reply).transmit, to_ntp(kDeparture));
}

TEST(Answerer, SignsByTheKeyOfTheRequestInEveryVersion) {
  AServer server;
  for (const Key& key : keys().keys()) {
    for (std::uint8_t version = 3; version <= 4; ++version) {
      const auto request = signed_with(key, request_of(Mode::kClient, version));
      const auto reply = server.reply_to(request);
      EXPECT_TRUE(is_signed_by(key, reply)) << key.id << ' ' << int{version};
      EXPECT_EQ(reply.size(), request.size());
    }
  }
}

// In version 3 ntpsec truncates its digests, while chrony sends them whole.
TEST(Answerer, SignsWithAsMuchOfADigestAsTheRequestHas) {
  AServer server;
  const Key& key = *keys().find(3);
  const auto header = bytes_of(request_of(Mode::kClient, 3));
  const Digest digest = digest_of(key, header);
  auto request = with_trailer(request_of(Mode::kClient, 3), {0, 0, 0, 3});
  request.insert(request.end(), digest.bytes().begin(), digest.bytes().begin() + 20);
  const auto reply = server.reply_to(request);
  EXPECT_EQ(reply.size(), request.size());
  EXPECT_TRUE(is_signed_by(key, reply));
}

TEST(Answerer, GivesNoAnswerToAWrongOrUnknownSignature) {
  AServer server;
  for (const Key& key : keys().keys()) {
    auto request = signed_with(key, request_of(Mode::kClient));
    request.back() ^= 1;
    EXPECT_EQ(server.refusal_of(request), RequestRefusal::kWrongMac) << key.id;
    request.back() ^= 1;
    request[field::kPoll] ^= 1;
    EXPECT_EQ(server.refusal_of(request), RequestRefusal::kWrongMac) << key.id;
    request[field::kPoll] ^= 1;
    request[kHeaderSize] ^= 1;
    EXPECT_EQ(server.refusal_of(request), RequestRefusal::kUnknownKey) << key.id;
  }
}

// CVE-2015-7974, CVE-2016-1567: any key authenticated any peer.
TEST(Answerer, TakesABoundKeyFromItsOwnAddressesOnly) {
  const std::array bindings{KeyBinding{3, Prefix{kAsker.address, 128}}};
  AServer server({.keys = &keys(), .bindings = bindings});
  const auto request = signed_with(*keys().find(3), request_of(Mode::kClient));
  EXPECT_EQ(server.refusal_of(request), std::nullopt);
  EXPECT_EQ(server.refusal_of(request, {IpAddress::v4(0xc000'0277), 50'000}), RequestRefusal::kKeyOfOthers);
}

TEST(Answerer, ServesTheSignedOnlyWhereThatIsDemanded) {
  AServer server({.keys = &keys(), .bindings = {}, .signed_only = true});
  EXPECT_EQ(server.refusal_of(bytes_of(request_of(Mode::kClient))), RequestRefusal::kUnsigned);
  EXPECT_EQ(server.refusal_of(signed_with(*keys().find(5), request_of(Mode::kClient))), std::nullopt);
}

TEST(Answerer, NoReplyIsLongerThanItsRequest) {
  AServer server;
  for (const Key& key : keys().keys()) {
    for (std::uint8_t version = 1; version <= 4; ++version) {
      const auto request = signed_with(key, request_of(Mode::kClient, version));
      EXPECT_LE(server.reply_to(request).size(), request.size());
    }
  }
}

// Counts how a server whose limit is exhausted treats many requests.
struct Tally {
  int told_the_time = 0;
  int kissed = 0;
  int limited = 0;
};

Tally tally_of(AServer& server, const std::vector<std::uint8_t>& request, int requests) {
  Tally tally;
  for (int i = 0; i < requests; ++i) {
    const auto reply = server.reply_to(request);
    if (reply.empty()) {
      ++tally.limited;
    } else if (parse_header(reply).reference_id == kiss::kRate) {
      ++tally.kissed;
    } else {
      ++tally.told_the_time;
    }
  }
  return tally;
}

std::vector<std::uint8_t> unsigned_request() {
  const auto bytes = bytes_of(request_of(Mode::kClient));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::uint8_t> wrongly_signed_request(std::uint32_t key_id) {
  auto request = signed_with(*keys().find(key_id), request_of(Mode::kClient));
  request.back() ^= 1;
  return request;
}

TEST(Answerer, LimitsAClientAndTellsItNowAndThen) {
  AServer server;
  const auto request = unsigned_request();
  EXPECT_EQ(tally_of(server, request, RateLimit::kBurst).told_the_time, RateLimit::kBurst);
  const Tally beyond = tally_of(server, request, 4000);
  // A quarter of the requests is spared, and one in 32 of the rest gets a kiss.
  EXPECT_GT(beyond.told_the_time, 4000 / 5);
  EXPECT_LT(beyond.told_the_time, 4000 / 3);
  EXPECT_GT(beyond.kissed, 4000 / 32 / 2);
  EXPECT_LT(beyond.kissed, 4000 / 32 * 2);
  server.wait(4s);
  EXPECT_EQ(tally_of(server, request, 1).told_the_time, 1);
}

TEST(Answerer, ItsRateKissAnswersTheRequestAndIsSignedLikeIt) {
  AServer server;
  const Key& key = *keys().find(3);
  const auto request = signed_with(key, request_of(Mode::kClient));
  for (int i = 0; i < 4000; ++i) {
    const auto kiss = server.reply_to(request);
    if (kiss.empty() || parse_header(kiss).reference_id != kiss::kRate) continue;
    EXPECT_EQ(parse_header(kiss).stratum, 0);
    EXPECT_EQ(parse_header(kiss).origin, request_of(Mode::kClient).transmit);
    EXPECT_TRUE(is_signed_by(key, kiss));
    return;
  }
  FAIL() << "no kiss";
}

// The attacker sends 10,000 requests in the owner's name before each of the owner's, about a second apart.
void expect_the_keys_owner_to_be_answered_amid(const std::vector<std::uint8_t>& flood) {
  AServer server;
  const auto request = signed_with(*keys().find(5), request_of(Mode::kClient));
  for (int own = 0; own < 10; ++own) {
    for (int i = 0; i < 10'000; ++i) {
      (void)server.ask(flood);
      server.wait(97us);  // the limit's interval is no multiple of it
    }
    EXPECT_EQ(tally_of(server, request, 1).told_the_time, 1) << own;
  }
}

TEST(Answerer, AFloodOfUnsignedRequestsNeitherSilencesNorSlowsTheOwnerOfAKey) {
  expect_the_keys_owner_to_be_answered_amid(unsigned_request());
}

TEST(Answerer, AFloodOfWrongSignaturesNeitherSilencesNorSlowsTheOwnerOfAKey) {
  expect_the_keys_owner_to_be_answered_amid(wrongly_signed_request(5));
  expect_the_keys_owner_to_be_answered_amid(wrongly_signed_request(4));
}

TEST(Answerer, AFloodOfSignedRequestsIsLimitedAndLeavesTheUnsignedTheirOwn) {
  AServer server;
  const auto request = signed_with(*keys().find(5), request_of(Mode::kClient));
  EXPECT_LT(tally_of(server, request, 4000).told_the_time, 4000 / 3);
  EXPECT_EQ(tally_of(server, unsigned_request(), RateLimit::kBurst).told_the_time, RateLimit::kBurst);
}

TEST(Answerer, AWrongSignatureIsAtTheExpenseOfTheUnsigned) {
  AServer server;
  for (int i = 0; i < RateLimit::kBurst; ++i) {
    EXPECT_EQ(server.refusal_of(wrongly_signed_request(5)), RequestRefusal::kWrongMac);
  }
  EXPECT_GT(tally_of(server, unsigned_request(), 100).limited, 50);
}

TEST(Answerer, ChecksSoManyWrongSignaturesOnlyButAlwaysThatOfWhomItKnows) {
  AServer server;
  const auto request = signed_with(*keys().find(5), request_of(Mode::kClient));
  const Endpoint stranger{IpAddress::v4(0xc000'0277), 50'000};
  EXPECT_EQ(tally_of(server, request, 1).told_the_time, 1);
  int checked = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto refusal = server.refusal_of(wrongly_signed_request(5), stranger);
    EXPECT_TRUE(refusal == RequestRefusal::kWrongMac || refusal == RequestRefusal::kLimited);
    checked += refusal == RequestRefusal::kWrongMac ? 1 : 0;
  }
  EXPECT_EQ(checked, 4096);
  EXPECT_EQ(tally_of(server, request, 1).told_the_time, 1);
}

TEST(Answerer, LimitsNobodyWhereThatIsOff) {
  AServer server({.keys = &keys(), .bindings = {}, .signed_only = false, .limits_rates = false});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(server.refusal_of(bytes_of(request_of(Mode::kClient))), std::nullopt);
    ASSERT_EQ(server.refusal_of(signed_with(*keys().find(5), request_of(Mode::kClient))), std::nullopt);
  }
}

TEST(Answerer, ChecksEverySignatureWhereThereIsNoLimit) {
  AServer server({.keys = &keys(), .bindings = {}, .signed_only = false, .limits_rates = false});
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(server.refusal_of(wrongly_signed_request(5)), RequestRefusal::kWrongMac);
  }
}

TEST(Answerer, WhatIsNotAnsweredAnywayUsesUpNobodysLimit) {
  AServer server;
  for (int i = 0; i < 1000; ++i) {
    (void)server.ask(bytes_of(request_of(Mode::kServer)));
    (void)server.ask(signed_with(key_of(77, KeyType::kSha1, "unknown"), request_of(Mode::kClient)));
  }
  EXPECT_EQ(server.refusal_of(bytes_of(request_of(Mode::kClient))), std::nullopt);
}

// RFC 9769, section 2: a client's first exchange is basic, and its second request carries the timestamps of
// the first reply.
Header interleaved_request(const Header& last_reply) {
  Header request = request_of(Mode::kClient);
  request.origin = last_reply.receive;
  request.receive = NtpTimestamp::from_raw(0xaaaa'0000'0000'0001);
  request.transmit = NtpTimestamp::from_raw(0xbbbb'0000'0000'0002);
  return request;
}

class AnInterleavedClient {
 public:
  explicit AnInterleavedClient(AServer& server) : server_(server) {}

  Header ask(Endpoint from = kAsker) { return ask(server_, from); }
  Header ask(AServer& server, Endpoint from) {
    const auto request = bytes_of(interleaved_request(last_));
    now_ += 10s;
    auto reply = server.ask(request, from, now_);
    PendingReply::Room room;
    const WallTime left = now_ + 20us;
    last_ = parse_header(reply->complete(left, room));
    if (reply->is_to_be_saved()) server.answerer().save(reply->receive(), from.address, to_ntp(left));
    return last_;
  }
  // Reports the kernel's transmit timestamp of the last reply.
  void correct(nanoseconds after_receive) {
    server_.answerer().correct(last_.receive, to_ntp(now_ + after_receive));
  }
  WallTime now() const { return now_; }

 private:
  AServer& server_;
  Header last_;
  WallTime now_ = kArrival;
};

TEST(Answerer, AnswersInInterleavedModeOnceItKnowsTheClient) {
  AServer server;
  AnInterleavedClient client(server);
  const auto basic_origin = NtpTimestamp::from_raw(0xbbbb'0000'0000'0002);
  const auto interleaved_origin = NtpTimestamp::from_raw(0xaaaa'0000'0000'0001);
  EXPECT_EQ(client.ask().origin, basic_origin);  // it has had no reply to name yet
  EXPECT_EQ(client.ask().origin, basic_origin);  // the reply that it names was not saved
  client.correct(33us);
  const WallTime second = client.now();
  const Header third = client.ask();
  EXPECT_EQ(third.origin, interleaved_origin);
  EXPECT_EQ(third.transmit, to_ntp(second + 33us));
  EXPECT_EQ(third.receive, to_ntp(client.now()));
}

// The kernel spreads requests over the threads' sockets by the clients' ports.
TEST(Answerer, AnswersInInterleavedModeWhoComesToAnotherThreadEachTime) {
  SharedStamps stamps;
  std::array<AServer, 4> threads{AServer{stamps}, AServer{stamps}, AServer{stamps}, AServer{stamps}};
  AnInterleavedClient client(threads[0]);
  int interleaved = 0;
  for (std::uint16_t i = 0; i < 60; ++i) {
    const Endpoint from{kAsker.address, static_cast<std::uint16_t>(40'000 + i)};
    const Header reply = client.ask(threads[i * 7 % 4], from);
    interleaved += reply.origin == NtpTimestamp::from_raw(0xaaaa'0000'0000'0001) ? 1 : 0;
  }
  EXPECT_EQ(interleaved, 58) << "all but the first, and the one that names it";
}

TEST(Answerer, AnswersInBasicModeWhoeverNamesTheRepliesOfOthers) {
  AServer server;
  AnInterleavedClient client(server);
  for (int i = 0; i < 3; ++i) (void)client.ask();
  const Header stolen = client.ask({IpAddress::v4(0xc000'0277), 50'000});
  EXPECT_EQ(stolen.origin, NtpTimestamp::from_raw(0xbbbb'0000'0000'0002));
}

TEST(Answerer, KeepsNothingForClientsOfBasicMode) {
  AServer server;
  Header request = request_of(Mode::kClient);
  EXPECT_FALSE(server.ask(bytes_of(request))->is_to_be_saved());
  // Older clients put the timestamps of the last reply into a basic request.
  request.origin = NtpTimestamp::from_raw(1);
  request.receive = request.transmit;
  EXPECT_FALSE(server.ask(bytes_of(request))->is_to_be_saved());
}

}  // namespace
}  // namespace isletime::sntpd::answerer_test
