// SPDX-License-Identifier: MIT
// ntpprobe against lying servers: it names every lie and believes none.
#include <atomic>
#include <thread>

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::ntpprobe_lies_test {
namespace {

using fakes::Datagrams;
using fakes::Finished;
using fakes::LyingServer;
using fakes::only;
using Question = LyingServer::Question;

Finished probe(const LyingServer& server, std::vector<std::string> options = {}) {
  std::vector<std::string> arguments{
      fakes::built("ntpprobe"), "--json", "--timeout", "0.3", "--port", server.port()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.emplace_back("127.0.0.1");
  return fakes::run(std::move(arguments));
}

// Expects one record without an offset, one line on stderr (more if packets were ignored first), and status
// 1.
void expect_rejected(const Finished& finished, const std::string& name, const std::string& words) {
  EXPECT_EQ(finished.status, 1);
  EXPECT_NE(finished.out.find("\"error\":\"" + name + "\""), std::string::npos) << finished.out;
  EXPECT_EQ(finished.out.find("offset_s"), std::string::npos) << finished.out;
  EXPECT_NE(finished.err.find(words), std::string::npos) << finished.err;
}

// Spoils one field of an honest reply.
template <class Spoil>
LyingServer::Answer spoilt(Spoil spoil) {
  return [spoil](const Question& question) {
    Header header = question.truth;
    spoil(header);
    return only(header);
  };
}

TEST(NtpprobeAgainstLies, TakesTheTruth) {
  const LyingServer server([](const Question& q) { return only(q.truth); });
  const Finished finished = probe(server);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_NE(finished.out.find("\"offset_s\":"), std::string::npos) << finished.out;
  EXPECT_EQ(finished.err, "");
}

TEST(NtpprobeAgainstLies, NamesAReplyFromAWrongAddress) {
  const LyingServer server([](const Question& q) { return only(q.truth); }, LyingServer::From::kAnotherPort);
  expect_rejected(probe(server), "wrong-address", "from another address or port");
}

TEST(NtpprobeAgainstLies, NamesAWrongOrigin) {
  const LyingServer server(spoilt([](Header& h) { h.origin = NtpTimestamp::from_raw(h.origin.raw() + 1); }));
  expect_rejected(probe(server), "wrong-origin", "wrong origin");
}

TEST(NtpprobeAgainstLies, NamesAZeroOrigin) {
  const LyingServer server(spoilt([](Header& h) { h.origin = {}; }));
  expect_rejected(probe(server), "wrong-origin", "wrong origin");
}

TEST(NtpprobeAgainstLies, NamesAShortReply) {
  const LyingServer server([](const Question& q) {
    Datagrams datagrams = only(q.truth);
    datagrams[0].pop_back();
    return datagrams;
  });
  expect_rejected(probe(server), "too-short", "shorter than an NTP header");
}

TEST(NtpprobeAgainstLies, NamesAnEmptyReply) {
  const LyingServer server([](const Question&) { return Datagrams{{}}; });
  expect_rejected(probe(server), "too-short", "shorter than an NTP header");
}

TEST(NtpprobeAgainstLies, NamesALateReplyAndMeasuresTheNext) {
  // The server answers the first query only together with the second.
  const LyingServer server([](const Question& q) { return only(q.truth); },
                           LyingServer::From::kTheAddressAsked, LyingServer::When::kWithTheNextQuery);
  const Finished finished = probe(server, {"--samples", "2"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_NE(finished.out.find("\"offset_s\":"), std::string::npos) << finished.out;
  EXPECT_NE(finished.err.find("the reply came too late"), std::string::npos) << finished.err;
}

TEST(NtpprobeAgainstLies, SaysThatALoneLateReplyIsNoReply) {
  const LyingServer server([](const Question& q) { return only(q.truth); },
                           LyingServer::From::kTheAddressAsked, LyingServer::When::kWithTheNextQuery);
  expect_rejected(probe(server), "no-reply", "no reply within 300.000 ms");
}

TEST(NtpprobeAgainstLies, NamesADuplicateAndMeasuresOnce) {
  const LyingServer server([](const Question& q) {
    Datagrams datagrams = only(q.truth);
    datagrams.push_back(datagrams[0]);
    return datagrams;
  });
  // The interval leaves time for the copy to arrive between the two queries.
  const Finished finished = probe(server, {"--samples", "2", "--interval", "0.1"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(fakes::count_lines(finished.out), 1U);
  EXPECT_NE(finished.err.find("the reply is a duplicate"), std::string::npos) << finished.err;
}

TEST(NtpprobeAgainstLies, NamesKissesOfDeath) {
  const auto kiss = [](ReferenceId code) {
    return spoilt([code](Header& h) {
      h.leap = Leap::kUnsynchronised;
      h.stratum = 0;
      h.reference_id = code;
    });
  };
  expect_rejected(probe(LyingServer(kiss(kiss::kRate))), "kiss-rate", "RATE");
  expect_rejected(probe(LyingServer(kiss(kiss::kDeny))), "kiss-deny", "DENY");
  expect_rejected(probe(LyingServer(kiss(kiss::kRestrict))), "kiss-deny", "RSTR");
  expect_rejected(probe(LyingServer(kiss(ReferenceId::ascii("NKEY")))), "kiss-other", "kiss-o'-death");
}

TEST(NtpprobeAgainstLies, AsksNoMoreAfterAKissThatDenies) {
  std::atomic<int> queries{0};
  const LyingServer server([&](const Question& q) {
    ++queries;
    Header kiss = q.truth;
    kiss.leap = Leap::kUnsynchronised;
    kiss.stratum = 0;
    kiss.reference_id = kiss::kDeny;
    return only(kiss);
  });
  expect_rejected(probe(server, {"--samples", "5"}), "kiss-deny", "DENY");
  EXPECT_EQ(queries, 1);
}

TEST(NtpprobeAgainstLies, NamesLeapThree) {
  const LyingServer server(spoilt([](Header& h) { h.leap = Leap::kUnsynchronised; }));
  expect_rejected(probe(server), "unsynchronised", "its clock is not set");
}

TEST(NtpprobeAgainstLies, NamesStratumZero) {
  const LyingServer server(spoilt([](Header& h) { h.stratum = 0; }));
  expect_rejected(probe(server), "stratum-zero", "no stratum");
}

TEST(NtpprobeAgainstLies, NamesAStratumAboveFifteen) {
  const LyingServer server(spoilt([](Header& h) { h.stratum = 16; }));
  expect_rejected(probe(server), "bad-stratum", "above 15");
}

TEST(NtpprobeAgainstLies, NamesZeroStamps) {
  expect_rejected(probe(LyingServer(spoilt([](Header& h) { h.receive = {}; }))), "zero-stamp",
                  "stamp is zero");
  expect_rejected(probe(LyingServer(spoilt([](Header& h) { h.transmit = {}; }))), "zero-stamp",
                  "stamp is zero");
}

TEST(NtpprobeAgainstLies, NamesAPacketThatIsNoReply) {
  const LyingServer server(spoilt([](Header& h) { h.mode = Mode::kBroadcast; }));
  expect_rejected(probe(server), "not-a-reply", "not a server's reply");
}

TEST(NtpprobeAgainstLies, NamesAVersionThatItDoesNotSpeak) {
  const LyingServer server(spoilt([](Header& h) { h.version = 5; }));
  expect_rejected(probe(server), "unsupported-version", "not NTP version 1 to 4");
}

TEST(NtpprobeAgainstLies, NamesStampsThatContradictEachOther) {
  const LyingServer server(spoilt(
      [](Header& h) { h.transmit = NtpTimestamp::from_raw(h.receive.raw() - (std::uint64_t{5} << 32)); }));
  expect_rejected(probe(server), "bad-turnaround", "contradict");
}

TEST(NtpprobeAgainstLies, NamesARootDistanceThatIsOfNoUse) {
  const LyingServer server(spoilt([](Header& h) { h.root_dispersion = ShortTime::from_raw(0xffff'ff1b); }));
  expect_rejected(probe(server), "root-distance", "root distance");
}

TEST(NtpprobeAgainstLies, FindsTheTruthAmongForgeries) {
  const LyingServer server([](const Question& q) {
    Header forged = q.truth;
    forged.origin = NtpTimestamp::from_raw(~q.truth.origin.raw());
    forged.transmit = NtpTimestamp::from_raw(1);
    Datagrams datagrams{{1, 2, 3}};
    datagrams.push_back(only(forged)[0]);
    datagrams.push_back(std::vector<std::uint8_t>(1000, 0xff));
    datagrams.push_back(only(q.truth)[0]);
    return datagrams;
  });
  const Finished finished = probe(server);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_NE(finished.out.find("\"offset_s\":"), std::string::npos) << finished.out;
}

TEST(NtpprobeAgainstLies, ReportsATimeThatIsYearsOff) {
  const LyingServer server(spoilt([](Header& h) {
    const std::uint64_t ten_years = std::uint64_t{315'360'000} << 32;
    h.receive = NtpTimestamp::from_raw(h.receive.raw() + ten_years);
    h.transmit = NtpTimestamp::from_raw(h.transmit.raw() + ten_years);
  }));
  const Finished finished = probe(server, {"--max-offset", "1"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_NE(finished.out.find("\"offset_s\":31535999"), std::string::npos) << finished.out;
  EXPECT_NE(finished.err.find("this clock is 3649 days behind"), std::string::npos) << finished.err;
}

// CVE-2015-8158: replies without end caused an endless loop.
TEST(NtpprobeAgainstLies, AFloodThatNeverEndsEndsWithTheTimeout) {
  auto socket = ServiceSocket::open(Endpoint{IpAddress::v4(0x7f00'0001)}, ServiceSocket::Sharing::kFirst);
  ASSERT_TRUE(socket) << to_string(socket.error());
  std::atomic<bool> is_probed{true};
  std::thread flooder([&] {
    const auto queries = socket->receive(ServiceSocket::Wait::kForOne);
    if (queries.empty()) return;
    const SocketAddress to = to_socket_address(queries.front().from);
    const auto forged = fakes::bytes_of(fakes::honest_reply({}, {}, {}));
    while (is_probed) sendto(socket->descriptor(), forged.data(), forged.size(), 0, &to.generic, to.length);
  });
  const Finished finished = fakes::run({fakes::built("ntpprobe"), "--quiet", "--json", "--timeout", "0.3",
                                        "--port", std::to_string(socket->local().port), "127.0.0.1"});
  is_probed = false;
  socket->shut_down();
  flooder.join();
  expect_rejected(finished, "wrong-origin", "");
}

}  // namespace
}  // namespace isletime::ntpprobe_lies_test
