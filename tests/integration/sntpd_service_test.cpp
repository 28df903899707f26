// SPDX-License-Identifier: MIT
// What sntpd sends on the wire, seen by a client that sends arbitrary packets.
#include <gtest/gtest.h>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/integration/hub.hpp"

namespace isletime::sntpd_service_test {
namespace {

using namespace std::chrono_literals;
using fakes::kLoopbackV4;
using fakes::kLoopbackV6;
using fakes::query;

class SntpdWithWorkers : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Workers, SntpdWithWorkers, testing::Values("0", "1", "2"));

TEST_P(SntpdWithWorkers, AnswersVersions1To4InModes3And1OverBothFamilies) {
  const Hub hub({"--workers", GetParam()});
  ASSERT_TRUE(hub.is_serving());
  for (const IpAddress address : {kLoopbackV4, kLoopbackV6}) {
    const auto client = hub.client(address);
    for (std::uint8_t version = 1; version <= 4; ++version) {
      for (const auto& [asked, answered] :
           {std::pair{Mode::kClient, Mode::kServer}, {Mode::kSymmetricActive, Mode::kSymmetricPassive}}) {
        const WallTime before = wall_now();
        const auto answer = client.ask(query(version, asked));
        const WallTime after = wall_now();
        ASSERT_TRUE(answer);
        ASSERT_EQ(answer->bytes.size(), 48U);
        EXPECT_EQ(answer->from, (Endpoint{address, hub.port()}));
        const Header header = answer->header();
        EXPECT_EQ(header.version, version);
        EXPECT_EQ(header.mode, answered);
        EXPECT_EQ(header.origin, query().transmit);
        EXPECT_EQ(header.poll, 6);
        EXPECT_EQ(header.leap, Leap::kNone);
        EXPECT_EQ(header.stratum, 10);
        EXPECT_EQ(header.reference_id.value, 0x7f7f0101U);
        EXPECT_LT(header.precision, -10);
        EXPECT_GE(header.receive - to_ntp(before), -1us);
        EXPECT_GE(header.transmit - header.receive, 0ns);
        EXPECT_GE(to_ntp(after) - header.transmit, 0ns);
        EXPECT_GE(header.transmit - header.reference, 0ns);
      }
    }
  }
}

TEST_P(SntpdWithWorkers, EndsCleanlyOnSigterm) {
  Hub hub({"--workers", GetParam(), "--verbose"});
  ASSERT_TRUE(hub.is_serving());
  ASSERT_TRUE(hub.client().ask(query()));
  hub.program().send(SIGTERM);
  const auto finished = hub.program().finish();
  EXPECT_EQ(finished.status, 0);
  EXPECT_NE(finished.err.find("answered 1"), std::string::npos) << finished.err;
}

// RFC 9769, section 2. A client has a new port for each request (RFC 9109), and the kernel chooses the thread
// by the port.
TEST(Sntpd, AnswersInInterleavedModeWhicheverOfItsThreadsIsAsked) {
  for (const char* workers : {"0", "1", "4"}) {
    const Hub hub({"--no-rate-limit", "--workers", workers});
    ASSERT_TRUE(hub.is_serving());
    Header request = query();
    request.origin = NtpTimestamp::from_raw(1);  // this server sent no such reply
    request.receive = NtpTimestamp::from_raw(2);
    int interleaved = 0;
    for (int i = 0; i < 60; ++i) {
      const auto answer = hub.client().ask(request);
      ASSERT_TRUE(answer);
      interleaved += answer->header().origin == request.receive ? 1 : 0;
      request.origin = answer->header().receive;
    }
    EXPECT_GE(interleaved, 59) << workers;
  }
}

TEST(Sntpd, RepliesFromTheAddressThatWasAsked) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const IpAddress second_loopback = IpAddress::v4(0x7f00'0002);
  const auto answer = hub.client(second_loopback).ask(query());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->from.address, second_loopback);
}

TEST(Sntpd, IgnoresWhatIsNoRequest) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const auto client = hub.client();
  for (const Mode mode : {Mode::kSymmetricPassive, Mode::kServer, Mode::kBroadcast, Mode::kPrivate}) {
    EXPECT_TRUE(client.is_ignored(fakes::bytes_of(query(4, mode)))) << static_cast<int>(mode);
  }
  EXPECT_TRUE(client.is_ignored(fakes::bytes_of(query(5))));
  EXPECT_TRUE(client.is_ignored(fakes::bytes_of(query(0))));
  EXPECT_TRUE(client.is_ignored({}));
  const std::vector<std::uint8_t> mode_6_reply{0x16, 0x82, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(client.is_ignored(mode_6_reply));
  const std::vector<std::uint8_t> huge(60'000, 0x23);
  EXPECT_TRUE(client.is_ignored(huge));
}

TEST(Sntpd, ItsReplyIsNoRequest) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const auto client = hub.client();
  for (const Mode mode : {Mode::kClient, Mode::kSymmetricActive}) {
    const auto answer = client.ask(query(4, mode));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(client.is_ignored(answer->bytes));
  }
}

TEST(Sntpd, NeverRepliesWithMoreThanItWasSent) {
  const Hub hub;
  ASSERT_TRUE(hub.is_serving());
  const auto client = hub.client();
  const auto bytes = fakes::bytes_of(query());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(client.is_ignored(Bytes{bytes}.first(size))) << size;
  }
  // This adds a well-formed extension field of 28 bytes.
  std::vector<std::uint8_t> field(28, 0);
  field[3] = 28;
  client.send(Bytes{fakes::with_trailer(query(), field)});
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes.size(), 48U);
}

TEST(Sntpd, ServesTheStratumItIsTold) {
  const Hub hub({"--local-stratum", "3"});
  ASSERT_TRUE(hub.is_serving());
  const auto answer = hub.client().ask(query());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header().stratum, 3);
}

void expect_unsynchronised(const Hub& hub) {
  ASSERT_TRUE(hub.is_serving());
  const auto answer = hub.client().ask(query());
  ASSERT_TRUE(answer);
  const Header header = answer->header();
  EXPECT_EQ(header.leap, Leap::kUnsynchronised);
  EXPECT_EQ(header.stratum, 0);
  EXPECT_EQ(header.reference_id.value, 0U);
  EXPECT_TRUE(header.reference.is_unset());
}

TEST(Sntpd, SaysThatItIsUnsynchronisedWhenToldSo) {
  expect_unsynchronised(UnsetHub());
}

TEST(Sntpd, SaysThatItIsUnsynchronisedWithAClockBeforeItsBuildDate) {
  UnsetHub hub({}, "../tests/sntpd_of_2100");
  expect_unsynchronised(hub);
  EXPECT_NE(hub.program().err().find("before this program was made (2100-01-01"), std::string::npos)
      << hub.program().err();
}

TEST(Sntpd, ItsRootDispersionGrowsWhileNothingSetsTheClock) {
  const Hub hub({"--no-rate-limit"});
  ASSERT_TRUE(hub.is_serving());
  const auto client = hub.client();
  const auto dispersion = [&] { return client.ask(query())->header().root_dispersion.raw(); };
  const auto first = dispersion();
  // 15 ppm of two seconds are two units; the test repeats its query until they have passed.
  const MonoTime deadline = mono_now() + 30s;
  auto later = first;
  while (later < first + 2 && mono_now() < deadline) later = dispersion();
  EXPECT_GE(later, first + 2);
}

}  // namespace
}  // namespace isletime::sntpd_service_test
