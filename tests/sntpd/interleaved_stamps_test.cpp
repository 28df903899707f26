// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/interleaved_stamps.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::sntpd::interleaved_stamps_test {
namespace {

constexpr IpAddress kClient = IpAddress::v4(0xc000'0209);
constexpr IpAddress kOther = IpAddress::v4(0xc000'020a);

constexpr NtpTimestamp stamp(std::uint64_t raw) {
  return NtpTimestamp::from_raw(raw);
}

TEST(InterleavedStamps, FindsWhenTheReplyLeft) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(2));
  EXPECT_EQ(stamps.find(stamp(3), kClient), std::nullopt);
}

TEST(InterleavedStamps, TellsNobodyOfTheRepliesToOthers) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kOther), std::nullopt);
}

TEST(InterleavedStamps, TakesTheKernelsStampWhenItComes) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  stamps.correct(stamp(1), stamp(5));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(5));
  stamps.correct(stamp(7), stamp(9));
  EXPECT_EQ(stamps.find(stamp(7), kClient), std::nullopt);
}

TEST(InterleavedStamps, HasNothingOfAnUnsetStamp) {
  const InterleavedStamps stamps;
  EXPECT_EQ(stamps.find(NtpTimestamp{}, IpAddress{}), std::nullopt);
}

TEST(InterleavedStamps, AFloodMakesAClientAskAgainAndNoMore) {
  InterleavedStamps stamps;
  stamps.save(stamp(1), kClient, stamp(2));
  for (std::uint64_t i = 2; i < 100'000; ++i) stamps.save(stamp(i << 20), kOther, stamp(i));
  EXPECT_EQ(stamps.find(stamp(1), kClient), std::nullopt);
  stamps.save(stamp(1), kClient, stamp(2));
  EXPECT_EQ(stamps.find(stamp(1), kClient), stamp(2));
}

// All threads save, correct and look up the same few entries.
TEST(InterleavedStamps, SeveralThreadsNeverSeeAnEntryOfTwo) {
  constexpr std::uint64_t kReplies = 16;
  InterleavedStamps stamps;
  const auto client_of = [](std::uint64_t receive, std::uint64_t round) {
    return IpAddress{receive ^ round, receive + round};
  };
  // The saved timestamp identifies the reply and its client.
  const auto sent = [](std::uint64_t receive, std::uint64_t round) { return stamp(receive << 32 | round); };
  std::atomic<int> found{0};
  std::atomic<int> wrong{0};
  const auto work = [&](std::uint64_t thread) {
    for (std::uint64_t i = 1; i < 20'000; ++i) {
      const std::uint64_t receive = 1 + (i * (2 * thread + 1)) % kReplies;
      const std::uint64_t round = i % 4;
      stamps.save(stamp(receive), client_of(receive, round), sent(receive, round));
      const std::uint64_t other = 1 + i % kReplies;
      for (std::uint64_t its = 0; its < 4; ++its) {
        const auto left = stamps.find(stamp(other), client_of(other, its));
        if (!left) continue;
        ++found;
        const bool is_corrected = left->raw() == other;
        if (*left != sent(other, its) && !is_corrected) ++wrong;
      }
      stamps.correct(stamp(other), stamp(other));
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) threads.emplace_back(work, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(found, 1000);
}

// RFC 9769, section 2, defines how a server tells the two modes apart.
TEST(InterleavedStamps, OnlyARequestThatTellsItsTwoStampsApartMayBeInterleaved) {
  EXPECT_TRUE(may_be_interleaved(stamp(1), stamp(2), stamp(3)));
  EXPECT_FALSE(may_be_interleaved({}, stamp(2), stamp(3)));
  EXPECT_FALSE(may_be_interleaved(stamp(1), stamp(3), stamp(3)));
}

}  // namespace
}  // namespace isletime::sntpd::interleaved_stamps_test
