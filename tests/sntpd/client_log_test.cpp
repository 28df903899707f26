// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/client_log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace isletime::sntpd::client_log_test {
namespace {

using namespace std::chrono_literals;
enum class Outcome : std::uint8_t { kAnswered, kRefused };

constexpr WallTime kStart{1'770'000'000s};
constexpr MonoTime kMonoStart{1000s};
constexpr std::uint64_t kSecret = 0x0123'4567'89ab'cdef;
constexpr std::array<std::uint8_t, 48> kVersion4{0x23};
constexpr std::array<std::uint8_t, 48> kVersion3{0x1b};

constexpr IpAddress client(std::uint32_t number) {
  return IpAddress::v4(0xc0a8'0000 + number);
}

Request request_of(IpAddress address, WallTime at, Bytes bytes = kVersion4) {
  return {bytes, {address, 50'000}, {}, at};
}

void ask(ClientLog& log, IpAddress address, WallTime at, Outcome outcome = Outcome::kAnswered,
         Bytes bytes = kVersion4) {
  // The monotonic time advances from request to request, however the wall clock jumps.
  static MonoTime now = kMonoStart;
  auto batch = log.start_batch(now += 1ms);
  batch.add(request_of(address, at, bytes));
  if (outcome == Outcome::kRefused) batch.refuse();
}

Allowance allowance_of(ClientLog& log, IpAddress address, MonoTime now) {
  auto batch = log.start_batch(now);
  batch.add(request_of(address, kStart));
  return batch.limit();
}

int answered_of(ClientLog& log, IpAddress address, int requests) {
  int answered = 0;
  for (int i = 0; i < requests; ++i) {
    if (allowance_of(log, address, kMonoStart) == Allowance::kWithin) ++answered;
  }
  return answered;
}

int answered_of_signed(ClientLog& log, IpAddress address, std::uint32_t key_id, int requests) {
  int answered = 0;
  for (int i = 0; i < requests; ++i) {
    auto batch = log.start_batch(kMonoStart);
    batch.add(request_of(address, kStart));
    if (batch.limit_signed(key_id) == Allowance::kWithin) ++answered;
  }
  return answered;
}

bool may_check(ClientLog& log, IpAddress address, std::uint32_t key_id, MonoTime now = kMonoStart) {
  auto batch = log.start_batch(now);
  batch.add(request_of(address, kStart));
  return batch.may_check_mac(key_id);
}

// Returns how many of `requests` wrong MACs were checked.
int checked_of_wrong(ClientLog& log, IpAddress address, std::uint32_t key_id, int requests,
                     MonoTime now = kMonoStart) {
  int checked = 0;
  for (int i = 0; i < requests; ++i) {
    auto batch = log.start_batch(now);
    batch.add(request_of(address, kStart));
    if (!batch.may_check_mac(key_id)) continue;
    batch.on_wrong_mac(key_id);
    ++checked;
  }
  return checked;
}

// Returns which requests of a flood got a kiss.
std::vector<int> kisses_of(std::uint64_t secret, int requests) {
  ClientLog log(secret);
  std::vector<int> kisses;
  for (int i = 0; i < requests; ++i) {
    if (allowance_of(log, client(1), kMonoStart) == Allowance::kKiss) kisses.push_back(i);
  }
  return kisses;
}

const ClientRecord* find(const std::vector<ClientRecord>& records, IpAddress address) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&](const ClientRecord& record) { return record.address == address; });
  return found == records.end() ? nullptr : &*found;
}

TEST(ClientLog, ANewOneIsEmpty) {
  EXPECT_TRUE(ClientLog(kSecret).records().empty());
}

TEST(ClientLog, CountsAndDatesEachClientsRequests) {
  ClientLog log(kSecret);
  ask(log, client(1), kStart);
  ask(log, client(2), kStart + 1s, Outcome::kRefused, kVersion3);
  ask(log, client(1), kStart + 64s, Outcome::kRefused);
  ask(log, client(1), kStart + 128s, Outcome::kAnswered, kVersion3);
  const auto records = log.records();
  ASSERT_EQ(records.size(), 2U);
  const ClientRecord* first = find(records, client(1));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->requests, 3U);
  EXPECT_EQ(first->refused, 1U);
  EXPECT_EQ(first->last, kStart + 128s);
  EXPECT_EQ(first->previous, kStart + 64s);
  EXPECT_EQ(first->version, 3);
  EXPECT_EQ(first->versions, 0b11000);
  const ClientRecord* second = find(records, client(2));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->refused, 1U);
  EXPECT_FALSE(second->previous);
}

TEST(ClientLog, AnEmptyDatagramHasNoVersion) {
  ClientLog log(kSecret);
  ask(log, client(1), kStart, Outcome::kRefused, {});
  EXPECT_FALSE(log.records()[0].version);
}

TEST(ClientLog, TheAddressOfNobodyIsAClientLikeAnother) {
  ClientLog log(kSecret);
  ask(log, IpAddress{}, kStart);
  ask(log, IpAddress{}, kStart + 1s);
  ASSERT_EQ(log.records().size(), 1U);
  EXPECT_EQ(log.records()[0].requests, 2U);
}

TEST(ClientLog, HoldsAFewHundredClientsWithoutLosingOne) {
  ClientLog log(kSecret);
  for (std::uint32_t i = 0; i < 300; ++i) ask(log, client(i), kStart + seconds{i});
  EXPECT_EQ(log.records().size(), 300U);
}

TEST(ClientLog, AFloodOfAddressesNeitherGrowsItNorDrivesOutWhoAsksAlways) {
  ClientLog log(kSecret);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    ask(log, {0x2001'0db8'0000'0000, i}, kStart + seconds{i});
    if (i % 100 == 0) ask(log, client(1), kStart + seconds{i});
  }
  const auto records = log.records();
  EXPECT_EQ(records.size(), ClientLog::kMostClients);
  const ClientRecord* regular = find(records, client(1));
  ASSERT_NE(regular, nullptr);
  EXPECT_EQ(regular->requests, 1000U);
}

// The log is full of clients whose last requests have later wall-clock times than any new one.
TEST(ClientLog, WhoWasSilentLongestGoesAlsoAfterTheClockWasSetBack) {
  ClientLog log(kSecret);
  for (std::uint32_t i = 0; i < 100'000; ++i) ask(log, client(i), kStart);
  const WallTime set_back = kStart - 24h * 365;
  for (std::uint32_t i = 100'000; i < 100'200; ++i) ask(log, client(i), set_back);
  const auto records = log.records();
  int newest = 0;
  for (std::uint32_t i = 100'000; i < 100'200; ++i) newest += find(records, client(i)) != nullptr ? 1 : 0;
  EXPECT_EQ(newest, 200);
}

TEST(ClientLog, SpreadsWhicheverBitsClientsDifferIn) {
  for (const int shift : {0, 3, 8, 16, 24}) {
    ClientLog log(kSecret);
    for (std::uint32_t i = 0; i < 200; ++i) ask(log, IpAddress::v4(i << shift), kStart);
    EXPECT_GE(log.records().size(), 198U) << shift;
  }
  ClientLog networks(kSecret);
  for (std::uint64_t i = 0; i < 200; ++i) ask(networks, {0x2001'0db8'0000'0000 | i << 16, 1}, kStart);
  EXPECT_GE(networks.records().size(), 198U);
}

TEST(ClientLog, LimitsEachClientByItself) {
  ClientLog log(kSecret);
  EXPECT_EQ(answered_of(log, client(1), 500), RateLimit::kBurst);
  EXPECT_EQ(answered_of(log, client(2), 10), 10);
  const auto records = log.records();
  EXPECT_EQ(find(records, client(1))->limited, 500U - RateLimit::kBurst);
  EXPECT_EQ(find(records, client(2))->limited, 0U);
  EXPECT_EQ(log.totals().limited, 500U - RateLimit::kBurst);
}

TEST(ClientLog, LimitsTheAddressesOfAnIpv6NetworkTogether) {
  ClientLog log(kSecret);
  int answered = 0;
  for (std::uint64_t i = 1; i <= 500; ++i) answered += answered_of(log, {0x2001'0db8'0000'0000, i}, 1);
  EXPECT_EQ(answered, RateLimit::kBurst);
  EXPECT_EQ(log.records().size(), 500U);
}

TEST(ClientLog, LimitsTheNeighboursOnALinkOneByOne) {
  ClientLog log(kSecret);
  int answered = 0;
  for (std::uint64_t i = 1; i <= 500; ++i) answered += answered_of(log, {0xfe80'0000'0000'0000, i}, 1);
  EXPECT_EQ(answered, 500);
}

// A flood from forged addresses must not take more memory, or replies from other clients.
TEST(ClientLog, AFloodOfAddressesLimitsNobodyElse) {
  ClientLog log(kSecret);
  for (std::uint32_t i = 0; i < 100'000; ++i) (void)allowance_of(log, client(1000 + i), kMonoStart);
  EXPECT_EQ(answered_of(log, client(1), 10), 10);
}

TEST(ClientLog, KissesOneIn32OfAFlood) {
  const int beyond = 32'000;
  const auto kisses = kisses_of(kSecret, RateLimit::kBurst + beyond);
  // The expected number is 1000; 125 is four standard deviations.
  EXPECT_GT(kisses.size(), 1000U - 125);
  EXPECT_LT(kisses.size(), 1000U + 125);
}

TEST(ClientLog, WhenAFloodIsKissedCannotBeCountedOut) {
  const auto kisses = kisses_of(kSecret, RateLimit::kBurst + 32'000);
  ASSERT_FALSE(kisses.empty());
  std::set<int> gaps;
  for (std::size_t i = 1; i < kisses.size(); ++i) gaps.insert(kisses[i] - kisses[i - 1]);
  EXPECT_GT(gaps.size(), 50U);
  // A kiss must not be likelier at some position of any period.
  for (int period = 2; period <= 64; ++period) {
    std::vector<double> count(static_cast<std::size_t>(period));
    for (const int kiss : kisses) ++count[static_cast<std::size_t>(kiss % period)];
    const double expected = static_cast<double>(kisses.size()) / period;
    const double most = *std::max_element(count.begin(), count.end());
    EXPECT_LT(most, expected + 6 * std::sqrt(expected)) << period;
  }
}

TEST(ClientLog, WhenAFloodIsKissedIsAnotherServersSecret) {
  const auto kisses = kisses_of(kSecret, 4000);
  EXPECT_EQ(kisses, kisses_of(kSecret, 4000));
  EXPECT_NE(kisses, kisses_of(kSecret + 1, 4000));
}

TEST(ClientLog, AFloodOfWhatIsNotSignedLeavesTheLimitOfWhatIs) {
  ClientLog log(kSecret);
  (void)answered_of(log, client(1), 10'000);
  EXPECT_EQ(answered_of_signed(log, client(1), 7, 500), RateLimit::kBurst);
  EXPECT_EQ(find(log.records(), client(1))->limited, 10'500U - 2 * RateLimit::kBurst);
}

TEST(ClientLog, AFloodOfWhatIsSignedLeavesTheLimitOfWhatIsNot) {
  ClientLog log(kSecret);
  (void)answered_of_signed(log, client(1), 7, 10'000);
  EXPECT_EQ(answered_of(log, client(1), 500), RateLimit::kBurst);
}

TEST(ClientLog, LimitsEachKeyOfAnAddressAndEachAddressOfAKeyByItself) {
  ClientLog log(kSecret);
  EXPECT_EQ(answered_of_signed(log, client(1), 7, 500), RateLimit::kBurst);
  EXPECT_EQ(answered_of_signed(log, client(1), 8, 500), RateLimit::kBurst);
  EXPECT_EQ(answered_of_signed(log, client(2), 7, 500), RateLimit::kBurst);
}

TEST(ClientLog, LimitsWhoeverSignsInAnIpv6NetworkByOneKeyTogether) {
  ClientLog log(kSecret);
  int answered = 0;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    answered += answered_of_signed(log, {0x2001'0db8'0000'0000, i}, 7, 1);
  }
  EXPECT_EQ(answered, RateLimit::kBurst);
}

TEST(ClientLog, AWrongMacCountsAsARequestThatIsNotSigned) {
  ClientLog log(kSecret);
  EXPECT_EQ(checked_of_wrong(log, client(1), 7, 60), 60);
  EXPECT_EQ(answered_of(log, client(1), 500), RateLimit::kBurst - 60);
  EXPECT_EQ(answered_of_signed(log, client(1), 7, 500), RateLimit::kBurst);
}

TEST(ClientLog, AWrongMacIsLookedAtThoughTheLimitOfWhatIsNotSignedIsUsedUp) {
  ClientLog log(kSecret);
  (void)answered_of(log, client(1), 10'000);
  EXPECT_TRUE(may_check(log, client(1), 7));
}

TEST(ClientLog, ChecksTheMacsOfStrangersInVain4096TimesAndThen16384TimesASecond) {
  ClientLog log(kSecret);
  int checked = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) checked += checked_of_wrong(log, client(i), i, 1);
  EXPECT_EQ(checked, 4096);
  EXPECT_FALSE(may_check(log, client(70'000), 7));
  checked = 0;
  for (int i = 1; i <= 100'000; ++i) {
    checked += checked_of_wrong(log, client(1), 7, 1, kMonoStart + i * 10us);
  }
  EXPECT_EQ(checked, 16'384);
}

// A correct MAC costs nothing, so the number of clients that sign correctly is unlimited.
TEST(ClientLog, ChecksTheMacsOfWhoeverSignsRightlyWithoutEnd) {
  ClientLog log(kSecret);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(may_check(log, client(i), 7)) << i;
    EXPECT_EQ(answered_of_signed(log, client(i), 7, 1), 1);
  }
}

TEST(ClientLog, ChecksWhoHasSignedRightlyWhateverStrangersSend) {
  ClientLog log(kSecret);
  (void)answered_of_signed(log, client(1), 7, 1);
  for (std::uint32_t i = 2; i < 100'000; ++i) (void)checked_of_wrong(log, client(i), 7, 1);
  EXPECT_FALSE(may_check(log, client(2), 7));
  EXPECT_TRUE(may_check(log, client(1), 7));
  EXPECT_FALSE(may_check(log, client(1), 8)) << "nobody there has signed by that one";
}

TEST(ClientLog, AFloodInASignersNameIsCheckedAtItsOwnExpenseFirst) {
  ClientLog log(kSecret);
  (void)answered_of_signed(log, client(1), 7, 1);
  EXPECT_EQ(checked_of_wrong(log, client(1), 7, 4096), 4096);
  EXPECT_EQ(checked_of_wrong(log, client(2), 7, 10'000), 4096);
  EXPECT_FALSE(may_check(log, client(1), 7));
}

// Anybody who captures a signed request can repeat it without end.
TEST(ClientLog, WhatIsSignedRightlyAndFarBeyondTheLimitIsCheckedInVain) {
  ClientLog log(kSecret);
  int checked = 0;
  for (int i = 0; i < 100'000 && may_check(log, client(1), 7); ++i) {
    (void)answered_of_signed(log, client(1), 7, 1);
    ++checked;
  }
  // Beyond the limit 3/4 of the requests are not spared, and 31/32 of those are not answered at all.
  EXPECT_NEAR(checked, 2 * 4096 / (31.0 / 32 * 3 / 4), 500);
}

TEST(ClientLog, IsReadWholeWhileAnotherThreadWrites) {
  ClientLog log(kSecret);
  std::atomic<bool> done{false};
  std::thread server([&] {
    for (std::uint32_t i = 1; !done; ++i) {
      auto batch = log.start_batch(kMonoStart + seconds{i});
      // A reader must see both requests of a batch or neither.
      for (int twice = 0; twice < 2; ++twice) {
        batch.add(request_of(client(i % 16), kStart + seconds{i}));
        batch.refuse();
      }
    }
  });
  std::uint64_t odd = 0;
  for (std::uint64_t seen = 0; seen < 100'000;) {
    seen = 0;
    for (const ClientRecord& record : log.records()) {
      seen += record.requests;
      if (record.requests % 2 != 0 || record.refused != record.requests || record.previous != record.last)
        ++odd;
    }
  }
  done = true;
  server.join();
  EXPECT_EQ(odd, 0U);
}

TEST(MergedClients, AClientOfTwoLogsIsOneTheBusiestFirst) {
  const ClientRecord busy{client(1), 10, 0, 0, kStart + 5s, kStart + 1s, 4, 0b10000};
  const ClientRecord seen_here{client(2), 7, 2, 3, kStart + 10s, kStart + 2s, 3, 0b01000};
  const ClientRecord seen_there{client(2), 5, 1, 4, kStart + 20s, kStart + 4s, 4, 0b10000};
  const auto merged = merge({busy, seen_here, seen_there});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].address, client(2));
  EXPECT_EQ(merged[0].requests, 12U);
  EXPECT_EQ(merged[0].refused, 3U);
  EXPECT_EQ(merged[0].limited, 7U);
  EXPECT_EQ(merged[0].versions, 0b11000);
  EXPECT_EQ(merged[0].last, kStart + 20s);
  EXPECT_EQ(merged[0].previous, kStart + 10s);
  EXPECT_EQ(merged[0].version, 4);
  EXPECT_EQ(merged[1].address, client(1));
}

TEST(MergedClients, TheOrderOfTheLogsDoesNotMatter) {
  const ClientRecord once{client(1), 1, 0, 0, kStart, std::nullopt, std::nullopt, 0};
  const ClientRecord later{client(1), 2, 0, 0, kStart + 9s, kStart + 3s, 4, 0b10000};
  for (const auto& merged : {merge({once, later}), merge({later, once})}) {
    ASSERT_EQ(merged.size(), 1U);
    EXPECT_EQ(merged[0].last, kStart + 9s);
    EXPECT_EQ(merged[0].previous, kStart + 3s);
    EXPECT_EQ(merged[0].version, 4);
  }
}

}  // namespace
}  // namespace isletime::sntpd::client_log_test
