// SPDX-License-Identifier: MIT
// What it buys that sntpd learns how long a reply takes to leave (SendPath).
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/query_socket.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_stamps_test {
namespace {

// Replies of one kind that are stamped without an advance, until it has been learned.
constexpr int kNotAdvanced = 8;
constexpr int kReplies = 40;
constexpr int kHubs = 4;
// A machine that is busy with other things may hide in one round what sntpd has learned.
constexpr int kRounds = 5;

// Returns by how much the transmit timestamp is earlier than the kernel's receive timestamp. On loopback the
// two clocks are one, and the way takes next to no time.
std::optional<nanoseconds> lateness(const Hub& hub, std::uint64_t nonce) {
  const Endpoint server{fakes::kLoopbackV4, hub.port()};
  auto socket = QuerySocket::open(server);
  if (!socket) return std::nullopt;
  const auto query = fakes::bytes_of(fakes::query(4, Mode::kClient, nonce));
  if (!socket->send(server, query)) return std::nullopt;
  pollfd polled{socket->descriptor(), POLLIN, 0};
  for (;;) {
    if (const auto reply = socket->next_reply()) {
      const auto left = unfold(parse_header(reply->bytes).transmit, reply->received);
      return left ? std::optional{elapsed(*left, reply->received)} : std::nullopt;
    }
    if (poll(&polled, 1, 10'000) <= 0) return std::nullopt;
    while (socket->next_report()) {
    }
  }
}

nanoseconds median(std::vector<nanoseconds> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Lateness {
  nanoseconds before;
  nanoseconds after;
};

std::optional<Lateness> try_round() {
  std::vector<nanoseconds> before;
  std::vector<nanoseconds> after;
  for (int hubs = 0; hubs < kHubs; ++hubs) {
    const Hub hub;
    if (!hub.is_serving()) return std::nullopt;
    for (int i = 0; i < kReplies; ++i) {
      const auto late = lateness(hub, static_cast<std::uint64_t>(i + 1));
      if (!late) return std::nullopt;
      (i < kNotAdvanced ? before : after).push_back(*late);
      // The pause before a reply is a part of its kind.
      poll(nullptr, 0, 2);
    }
  }
  return Lateness{median(std::move(before)), median(std::move(after))};
}

TEST(SntpdStamps, AreNearerToTheTimeAtWhichAReplyLeavesOnceTheSendingIsLearned) {
  std::string all;
  for (int round = 0; round < kRounds; ++round) {
    const auto late = try_round();
    ASSERT_TRUE(late);
    const auto [before, after] = *late;
    ASSERT_GE(after, nanoseconds::zero()) << "a stamp that is ahead hides a part of the delay";
    if (after < before / 2) return;
    all += std::to_string(before.count()) + " ns before, " + std::to_string(after.count()) + " ns after\n";
  }
  ADD_FAILURE() << all;
}

}  // namespace
}  // namespace isletime::sntpd_stamps_test
