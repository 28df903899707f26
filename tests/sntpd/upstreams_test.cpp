// SPDX-License-Identifier: MIT
// Which servers a hub queries and when, over simulated days.
#include "tools/sntpd/keeping/upstreams.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::sntpd {
namespace {

using namespace std::chrono_literals;
using fakes::LyingServer;

constexpr IpAddress kListener = IpAddress::v4(0x7f00'0001);
constexpr IpAddress kNobody = IpAddress::v4(0x7f00'0002);

class Days {
 public:
  explicit Days(const std::string& server)
      : upstreams_({.servers = {*parse_server_option(server)},
                    .pools = {},
                    .poll = {},
                    .precision = -20,
                    .keys = keys_,
                    .is_ourselves = [](const Endpoint&) { return false; },
                    .own_queries = own_queries_,
                    .lookup = [](const std::string&, std::uint16_t port) -> Resolver::Addresses {
                      return std::vector{Endpoint{kListener, port}, Endpoint{kNobody, port}};
                    }},
                   hub_, log_) {}

  nanoseconds passed() const { return now_ - start_; }
  const Association& association() const { return *upstreams_.associations().front(); }

  // Handles everything that happens until then.
  void pass_until(nanoseconds end) {
    while (passed() < end) {
      upstreams_.step({}, now_, [&](const auto& happening) { handle(happening); });
      while (is_answer_on_its_way()) hear();
      now_ = std::max(now_, upstreams_.next_wakeup().value());
    }
  }

 private:
  void handle(const Upstreams::Happening& happening) {
    Association& association = happening.association;
    const Instant now{now_, wall_now(), {}};
    if (const auto* m = std::get_if<Measurement>(&happening.outcome)) {
      hub_.on_measurement(association.index, *m, false, now);
    } else {
      hub_.on_no_reply(association.index, Trouble::kNoReply, false, now);
    }
    association.upstream.set_interval(1024s);
  }

  bool is_answer_on_its_way() const {
    for (const auto& association : upstreams_.associations()) {
      const Upstream& upstream = association->upstream;
      if (upstream.server().address == kListener && upstream.poll_entry().fd != -1) return true;
    }
    std::vector<pollfd> polled;
    upstreams_.append_polled(polled);
    return polled.back().fd != -1;  // the resolver's
  }

  void hear() {
    std::vector<pollfd> polled;
    upstreams_.append_polled(polled);
    ASSERT_GT(poll(polled.data(), polled.size(), 10'000), 0) << "no answer";
    upstreams_.step(polled, now_, [&](const auto& happening) { handle(happening); });
  }

  KeyRing keys_;
  OwnQueries own_queries_;
  Hub hub_{{}, {}, {.instant = {mono_now(), wall_now(), {}}}};
  Log log_{"test", Log::Level::kErrors};
  Upstreams upstreams_;
  MonoTime start_ = mono_now();
  MonoTime now_ = start_;
};

// A server that answers the first queries with DENY, and later ones with the time.
class Denier {
 public:
  explicit Denier(int denials)
      : server_([this, denials](const LyingServer::Question& q) {
          return fakes::only(++asked_ <= denials ? fakes::kiss_reply(q.query, kiss::kDeny) : q.truth);
        }) {}

  std::string port() const { return server_.port(); }
  int asked() const { return asked_; }

 private:
  std::atomic<int> asked_{0};
  LyingServer server_;
};

TEST(Upstreams, AskALiteralServerThatToldThemToStopOnceADay) {
  const Denier server(2);
  Days days("127.0.0.1:" + server.port());
  days.pass_until(23h);
  EXPECT_EQ(server.asked(), 1);
  EXPECT_TRUE(days.association().upstream.is_stopped());
  days.pass_until(47h);
  EXPECT_EQ(server.asked(), 2);
  EXPECT_TRUE(days.association().upstream.is_stopped());
  days.pass_until(49h);
  EXPECT_GT(server.asked(), 3);
  EXPECT_FALSE(days.association().upstream.is_stopped());
}

TEST(Upstreams, ReplaceAServerOfANameThatToldThemToStop) {
  const Denier server(1000);
  Days days("time.example:" + server.port());
  days.pass_until(10min);
  EXPECT_EQ(server.asked(), 1);
  EXPECT_EQ(days.association().upstream.server().address, kNobody);
}

// The name's other server is dead, but that is no reason to return earlier.
TEST(Upstreams, DoNotComeBackWithinADayToAServerThatToldThemToStop) {
  const Denier server(1000);
  Days days("time.example:" + server.port());
  days.pass_until(23h);
  EXPECT_EQ(server.asked(), 1);
  days.pass_until(25h);
  EXPECT_EQ(server.asked(), 2);
}

}  // namespace
}  // namespace isletime::sntpd
