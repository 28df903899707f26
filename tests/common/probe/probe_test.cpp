// SPDX-License-Identifier: MIT
#include "tools/common/probe/probe.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::probe::probe_test {
namespace {

using namespace std::chrono_literals;
using fakes::LyingServer;

// Runs a round whose clock reads `later` than now, and returns its failure.
std::string failure_of_round(Probe& probe, nanoseconds later) {
  probe.start_round();
  for (;;) {
    if (const auto finding = probe.step(mono_now() + later)) {
      const auto* failure = std::get_if<Failure>(&finding->outcome);
      return failure == nullptr ? "" : failure->name;
    }
    std::vector<pollfd> polled;
    probe.add_descriptors(polled);
    if (poll(polled.data(), polled.size(), 10'000) <= 0) return "nothing comes";
  }
}

TEST(Probe, DoesNotAskAgainWithinADayWhoToldItToStop) {
  std::atomic<int> asked{0};
  const LyingServer server([&](const LyingServer::Question& q) {
    ++asked;
    return fakes::only(fakes::kiss_reply(q.query, kiss::kDeny));
  });
  const Log log("test", Log::Level::kErrors);
  const Endpoint address{IpAddress::v4(0x7f00'0001), static_cast<std::uint16_t>(std::stoi(server.port()))};
  Settings settings;
  settings.samples = 4;
  settings.interval = nanoseconds::zero();
  Probe probe({}, address, settings, -20, nullptr, log);
  for (const nanoseconds later : {nanoseconds{0}, nanoseconds{1h}, nanoseconds{23h}}) {
    EXPECT_EQ(failure_of_round(probe, later), "kiss-deny");
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(failure_of_round(probe, 25h), "kiss-deny");
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace isletime::probe::probe_test
