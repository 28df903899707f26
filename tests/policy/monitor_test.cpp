// SPDX-License-Identifier: MIT
// What monitoring programs can read, and which requests get no reply. Status words and operations are those
// of RFC 9327; the requests are those that ntpq and ntpstat send.
#include "libsync/policy/monitor.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/policy/request_maker.hpp"

namespace isletime::monitor_test {
namespace {

using namespace fakes;
using Datagram = std::vector<std::uint8_t>;

constexpr ControlAccess kEverybody{kAnyone, kAnyone};

Header stratum_2_server() {
  Header server;
  server.stratum = 2;
  server.precision = -20;
  server.root_delay = ShortTime::from_raw(0x0000'8000);       // 0.5 s
  server.root_dispersion = ShortTime::from_raw(0x0000'4000);  // 0.25 s
  server.reference_id = {0xc633'6401};                        // 198.51.100.1
  server.reference = NtpTimestamp::from_raw(0xe000'0000'8000'0000);
  return server;
}

MonitoredPeer system_peer() {
  MonitoredPeer peer;
  peer.association = 1;
  peer.selection = PeerSelection::kSystemPeer;
  peer.is_configured = true;
  peer.address = "192.0.2.1";
  peer.port = 123;
  peer.local_address = "192.0.2.2";
  peer.reach = 0xff;
  peer.poll = 6;
  peer.server = stratum_2_server();
  peer.heard = kArrival - 5s;
  peer.offset = Offset{-1'500us};
  peer.delay = Delay{2ms};
  peer.dispersion = Dispersion{250us};
  peer.jitter = Dispersion{12'345ns};
  return peer;
}

MonitoredPeer silent_peer() {
  MonitoredPeer peer;
  peer.association = 2;
  peer.is_configured = true;
  peer.address = "2001:db8::1";
  peer.port = 123;
  peer.name = "ntp.test";
  peer.losses = 3;
  peer.poll = 6;
  return peer;
}

// A phone as the hub presents it to ntpq.
MonitoredPeer phone() {
  MonitoredPeer peer;
  peer.association = 33;
  peer.selection = PeerSelection::kCandidate;
  peer.name = "phone(192.0.2.17)";
  peer.reach = 1;
  peer.server = Header{};
  peer.server->reference_id = ReferenceId::ascii("PHON");
  peer.heard = kArrival - 60s;
  peer.offset = Offset{3ms};
  return peer;
}

MonitoredSystem followed_system() {
  MonitoredSystem system;
  system.source = ClockSource::kNtp;
  system.peer = 1;
  system.poll = 6;
  system.shortest_poll = 1;
  system.offset = Offset{-1us};
  system.frequency = Ppm::whole(-12);
  system.wander = Ppm{65536 / 8};
  system.jitter = Dispersion{12'345ns};
  system.version = "sntpd 1.2.3";
  system.processor = "riscv64";
  system.operating_system = "Linux";
  return system;
}

struct Hub {
  ServerState state = kState;
  MonitoredSystem system = followed_system();
  std::vector<MonitoredPeer> peers{system_peer(), silent_peer(), phone()};

  Monitored shown() const { return {state, system, peers}; }
};

Datagram request_of(ControlOperation operation, std::uint16_t association = 0, const std::string& data = "") {
  Datagram bytes(kControlHeaderSize);
  emit_control_header({.version = 2,
                       .operation = operation,
                       .sequence = 0x1234,
                       .association = association,
                       .count = static_cast<std::uint16_t>(data.size())},
                      bytes);
  for (const char c : data) bytes.push_back(static_cast<std::uint8_t>(c));
  return bytes;
}

Result<ControlReply, RequestRefusal> answer(const Datagram& request, const Hub& hub = {},
                                            const ControlAccess& access = kEverybody,
                                            Endpoint from = kAsker) {
  return answer_control({request, from, kUs, kArrival}, access, hub.shown());
}

// Returns the header of the reply's first fragment, and fails if there is none.
ControlHeader header_of(const Datagram& request, const Hub& hub = {}) {
  const auto reply = answer(request, hub);
  EXPECT_TRUE(reply);
  return reply ? *parse_control_header(reply->fragment(0).bytes()) : ControlHeader{};
}

// Returns the data of all fragments.
std::string data_of(const Datagram& request, const Hub& hub = {}) {
  const auto reply = answer(request, hub);
  if (!reply) return to_string(reply.error());
  std::string data;
  for (std::size_t i = 0; i < reply->fragments(); ++i) {
    const ControlFragment fragment = reply->fragment(i);
    const auto part = control_data(fragment.bytes(), *parse_control_header(fragment.bytes()));
    data.append(part->begin(), part->end());
  }
  return data;
}

std::string variable(const std::string& name, std::uint16_t association = 0, const Hub& hub = {}) {
  return data_of(request_of(ControlOperation::kReadVariables, association, name), hub);
}

std::optional<RequestRefusal> refusal_of_control(const Datagram& request, Endpoint from = kAsker,
                                                 const ControlAccess& access = kEverybody) {
  const auto reply = answer(request, {}, access, from);
  return reply ? std::nullopt : std::optional{reply.error()};
}

const Datagram kReadStatus = request_of(ControlOperation::kReadStatus);
const Datagram kReadSystem = request_of(ControlOperation::kReadVariables);

TEST(Monitor, EchoesVersionSequenceOperationAndAssociation) {
  const auto header = header_of(request_of(ControlOperation::kReadVariables, 2));
  EXPECT_EQ(header.version, 2);
  EXPECT_EQ(header.mode, Mode::kControl);
  EXPECT_TRUE(header.is_response);
  EXPECT_FALSE(header.is_error || header.has_more);
  EXPECT_EQ(header.operation, ControlOperation::kReadVariables);
  EXPECT_EQ(header.sequence, 0x1234);
  EXPECT_EQ(header.association, 2);
}

TEST(Monitor, ReadStatusTellsTheAssociationsAndTheirStatus) {
  // The first peer is configured, reachable and the system peer, which is its one event. The second is
  // configured and was mobilized once. The third is a reachable candidate and became reachable once.
  const std::string expected("\x00\x01\x96\x1a\x00\x02\x80\x11\x00\x21\x14\x14", 12);
  EXPECT_EQ(data_of(kReadStatus), expected);
  EXPECT_EQ(header_of(kReadStatus).status, 0x0615) << "set by NTP; the clock was synchronised";
}

TEST(Monitor, StatusTellsWhoIsSignedAndHowEachStands) {
  Hub hub;
  hub.peers[0].is_signed = true;
  hub.peers[1].is_signed = true;
  hub.peers[1].selection = PeerSelection::kFalseticker;
  hub.peers[2].selection = PeerSelection::kInReserve;
  hub.peers[2].reach = 0;
  EXPECT_EQ(data_of(kReadStatus, hub), std::string("\x00\x01\xf6\x1a\x00\x02\xc1\x11\x00\x21\x05\x13", 12));
}

TEST(Monitor, TellsTheSystemsVariables) {
  EXPECT_EQ(data_of(kReadSystem),
            "leap=0, stratum=3, precision=-20, rootdelay=30.000, rootdisp=21.499,\r\n"
            "refid=192.0.2.1, reftime=0xed2a8c9c.40000000, clock=0xed2a8d00.40000000,\r\n"
            "peer=1, tc=6, mintc=1, offset=-0.001000, frequency=-12.000,\r\n"
            "sys_jitter=0.012345, clk_jitter=0.012345, clk_wander=0.125,\r\n"
            "rootdist=36.499, peeradr=192.0.2.1, peermode=3, version=\"sntpd 1.2.3\",\r\n"
            "processor=\"riscv64\", system=\"Linux\"\r\n");
}

TEST(Monitor, TellsAPeersVariables) {
  EXPECT_EQ(data_of(request_of(ControlOperation::kReadVariables, 1)),
            "srcadr=192.0.2.1, srcport=123, dstadr=192.0.2.2, leap=0, stratum=2,\r\n"
            "precision=-20, rootdelay=500.000, rootdisp=250.000, refid=198.51.100.1,\r\n"
            "reftime=0xe0000000.80000000, rec=0xed2a8cfb.40000000, reach=0xff,\r\n"
            "unreach=0, hmode=3, pmode=4, hpoll=6, ppoll=6, flash=0x0,\r\n"
            "offset=-1.500000, delay=2.000000, dispersion=0.250000, jitter=0.012345\r\n");
}

TEST(Monitor, OfAPeerThatWasNeverHeardItTellsNoMeasurement) {
  EXPECT_EQ(data_of(request_of(ControlOperation::kReadVariables, 2)),
            "srcadr=2001:db8::1, srcport=123, srchost=\"ntp.test\", leap=3, stratum=16,\r\n"
            "precision=0, rootdelay=0.000, rootdisp=0.000, refid=INIT, reach=0x0,\r\n"
            "unreach=3, hmode=3, pmode=4, hpoll=6, ppoll=6, flash=0x1200\r\n");
}

// ntpq displays a source without an address as a clock if its name has parentheses.
TEST(Monitor, WhoeverFeedsTheHubIsShownAsAClock) {
  EXPECT_EQ(data_of(request_of(ControlOperation::kReadVariables, 33)),
            "srchost=\"phone(192.0.2.17)\", leap=0, stratum=0, precision=0,\r\n"
            "rootdelay=0.000, rootdisp=0.000, refid=PHON, reftime=0x00000000.00000000,\r\n"
            "rec=0xed2a8cc4.40000000, reach=0x1, unreach=0, hmode=3, pmode=4,\r\n"
            "flash=0x0, offset=3.000000\r\n");
}

TEST(Monitor, ReadStatusOfAPeerTellsItsVariables) {
  EXPECT_EQ(data_of(request_of(ControlOperation::kReadStatus, 1)),
            data_of(request_of(ControlOperation::kReadVariables, 1)));
}

TEST(Monitor, FlashSaysWhyAPeerIsNotUsed) {
  Hub hub;
  hub.peers[0].is_loop = true;
  EXPECT_EQ(variable("flash", 1, hub), "flash=0x800\r\n");
  hub.peers[0] = system_peer();
  hub.peers[0].server->leap = Leap::kUnsynchronised;
  EXPECT_EQ(variable("flash,leap,stratum", 1, hub), "leap=3, stratum=16, flash=0x200\r\n");
  hub.peers[0] = system_peer();
  hub.peers[0].reach = 0;
  EXPECT_EQ(variable("flash", 1, hub), "flash=0x1000\r\n");
}

TEST(Monitor, AnUnsynchronisedHubClaimsNothing) {
  Hub hub;
  hub.state = unsynchronised(-20);
  EXPECT_EQ(header_of(kReadSystem, hub).status, 0xc016) << "alarm, unspecified; it was restarted";
  EXPECT_EQ(variable("leap,stratum,rootdelay,rootdisp,refid,reftime", 0, hub),
            "leap=3, stratum=16, rootdelay=0.000, rootdisp=16000.000, refid=INIT,\r\n"
            "reftime=0x00000000.00000000\r\n");
  hub = {};
  hub.state.not_before = kArrival + 1ns;
  EXPECT_EQ(variable("leap,stratum", 0, hub), "leap=3, stratum=16\r\n") << "its clock reads an absurd time";
}

TEST(Monitor, AHubWithoutSourcesIsItsOwnClock) {
  Hub hub;
  hub.state = local_reference(10, -20, kArrival - 100s, {});
  hub.system = {};
  hub.system.source = ClockSource::kLocal;
  hub.system.poll = 6;
  hub.peers.clear();
  EXPECT_EQ(data_of(kReadStatus, hub), "");
  EXPECT_EQ(header_of(kReadStatus, hub).status, 0x0515);
  EXPECT_EQ(variable("stratum,refid,peer,tc,offset,frequency", 0, hub),
            "stratum=10, refid=127.127.1.1, peer=0, tc=6\r\n");
}

TEST(Monitor, LeapIsTheTopOfTheStatus) {
  Hub hub;
  hub.state.leap = Leap::kInsert;
  EXPECT_EQ(header_of(kReadSystem, hub).status, 0x4615);
}

// A request with an unknown name gets an error, not half of an answer.
TEST(Monitor, UnknownVariablesAndAssociationsAreErrors) {
  const auto unknown = header_of(request_of(ControlOperation::kReadVariables, 0, "leap,foo"));
  EXPECT_TRUE(unknown.is_response && unknown.is_error);
  EXPECT_EQ(unknown.status, 0x0500);
  EXPECT_EQ(unknown.count, 0);
  const auto nobody = header_of(request_of(ControlOperation::kReadVariables, 999));
  EXPECT_TRUE(nobody.is_error);
  EXPECT_EQ(nobody.status, 0x0400);
  EXPECT_EQ(header_of(request_of(ControlOperation::kReadStatus, 999)).status, 0x0400);
  EXPECT_EQ(variable("srcadr"), "") << "a peer's";
}

TEST(Monitor, TellsNoVariableTwice) {
  std::string names = "tc";
  while (names.size() + 3 < kMostControlData) names += ",tc";
  EXPECT_EQ(variable(names), "tc=6\r\n");
}

// The interface is read-only: nobody can change anything or set a trap (CVE-2016-9310), fetch a list of
// clients (CVE-2013-5211), or crash it (CVE-2016-7434, CVE-2019-8936).
TEST(Monitor, AnswersEveryOtherOperationByAnErrorOf12Bytes) {
  constexpr std::uint16_t kNoPermission = 0x0100;
  constexpr std::uint16_t kBadOperation = 0x0300;
  constexpr std::uint16_t kBadAssociation = 0x0400;
  for (std::uint8_t operation = 0; operation < 32; ++operation) {
    if (operation == 1 || operation == 2) continue;
    const auto reply = answer(request_of(static_cast<ControlOperation>(operation), 0, "leap=3"));
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->is_error());
    ASSERT_EQ(reply->fragments(), 1);
    const ControlFragment only = reply->fragment(0);
    EXPECT_EQ(only.bytes().size(), kControlHeaderSize);
    const auto header = *parse_control_header(only.bytes());
    EXPECT_EQ(static_cast<std::uint8_t>(header.operation), operation);
    const bool would_write = operation == 3 || operation == 5 || operation == 6 || operation == 8 ||
                             operation == 9 || operation == 31;
    EXPECT_EQ(header.status, operation == 4 ? kBadAssociation : would_write ? kNoPermission : kBadOperation);
  }
}

// CVE-2019-6443: ntpsec read beyond the end of a request.
TEST(Monitor, ACountBeyondTheDatagramIsABadFormat) {
  for (const std::uint16_t count : {std::uint16_t{5}, std::uint16_t{0xffff}}) {
    Datagram request = request_of(ControlOperation::kReadVariables, 0, "leap");
    store_be16(request, control_field::kCount, count);
    const auto header = header_of(request);
    EXPECT_TRUE(header.is_error);
    EXPECT_EQ(header.status, 0x0200);
  }
}

TEST(Monitor, WhatFollowsTheDataIsNotLookedAt) {
  // ntpstat sends 12 bytes in a buffer of 576.
  Datagram request = kReadSystem;
  request.resize(576);
  EXPECT_EQ(data_of(request), data_of(kReadSystem));
  // ntpq pads its requests and may sign them.
  request = request_of(ControlOperation::kReadVariables, 0, "leap,tc");
  request.resize(request.size() + 1 + 20, 0xff);
  EXPECT_EQ(data_of(request), "leap=0, tc=6\r\n");
}

TEST(Monitor, FragmentsJoinAndArePaddedToWholeWords) {
  Hub hub;
  const std::string longest(100, 'x');
  hub.peers = {system_peer()};
  hub.peers[0].name = hub.peers[0].address = hub.peers[0].local_address = longest;
  const auto reply = answer(request_of(ControlOperation::kReadVariables, 1), hub);
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->fragments(), 2);
  const auto first = reply->fragment(0);
  const auto second = reply->fragment(1);
  EXPECT_EQ(first.bytes().size(), kControlHeaderSize + kMostControlData);
  EXPECT_EQ(second.bytes().size() % 4, 0);
  const auto a = *parse_control_header(first.bytes());
  const auto b = *parse_control_header(second.bytes());
  EXPECT_TRUE(a.has_more);
  EXPECT_FALSE(b.has_more);
  EXPECT_EQ(a.offset, 0);
  EXPECT_EQ(a.count, kMostControlData);
  EXPECT_EQ(b.offset, kMostControlData);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(second.bytes().size(), (kControlHeaderSize + b.count + 3U) / 4 * 4);
  const std::string all = data_of(request_of(ControlOperation::kReadVariables, 1), hub);
  EXPECT_EQ(all.size(), a.count + b.count);
  EXPECT_EQ(all.substr(all.size() - 17), "jitter=0.012345\r\n");
  // The padding must be zero; ntpd 1.2.2 leaks memory there.
  for (std::size_t at = kControlHeaderSize + b.count; at < second.bytes().size(); ++at) {
    EXPECT_EQ(second.bytes()[at], 0);
  }
}

// CVE-2013-5211 in mode 6: a request of 12 bytes must not cause a long reply.
TEST(Monitor, NoReplyExceedsThreeFragmentsHoweverManyPeersThereAre) {
  Hub hub;
  const std::string longest(1000, '"');
  hub.system.version = hub.system.processor = hub.system.operating_system = longest;
  hub.system.offset = Offset{nanoseconds::min()};
  hub.system.frequency = hub.system.wander = Ppm{std::numeric_limits<std::int64_t>::min()};
  hub.peers.assign(1000, system_peer());
  for (auto& peer : hub.peers) {
    peer.name = peer.address = peer.local_address = longest;
    peer.offset = Offset{nanoseconds::min()};
    peer.delay = Delay{nanoseconds::min()};
    peer.dispersion = peer.jitter = Dispersion{nanoseconds::max()};
  }
  for (const auto& request : {kReadStatus, kReadSystem, request_of(ControlOperation::kReadVariables, 1)}) {
    const auto reply = answer(request, hub);
    ASSERT_TRUE(reply);
    EXPECT_LE(reply->fragments(), 3);
  }
  EXPECT_EQ(header_of(kReadStatus, hub).count, kMostControlData);
}

// ntpstat reads only the first fragment.
TEST(Monitor, WhatNtpstatReadsIsInTheFirstFragment) {
  Hub hub;
  const std::string longest(100, 'x');
  hub.system.version = hub.system.processor = hub.system.operating_system = longest;
  const auto reply = answer(kReadSystem, hub);
  const auto first = reply->fragment(0);
  const std::string text(first.bytes().begin(), first.bytes().end());
  for (const char* name : {"stratum=", "refid=", "rootdelay=", "rootdisp="}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(text.substr(text.find("tc="), 5), "tc=6,") << "not that of mintc";
}

// CVE-2009-3563, CVE-2010-0292, CVE-2016-6301: two servers answered each other without end.
TEST(Monitor, NeverAnswersAReply) {
  for (const auto& request : {kReadStatus, kReadSystem, request_of(ControlOperation::kReadVariables, 999)}) {
    const auto reply = answer(request);
    const ControlFragment fragment = reply->fragment(0);
    const Bytes bytes = fragment.bytes();
    EXPECT_EQ(refusal_of_control({bytes.begin(), bytes.end()}), RequestRefusal::kNotARequest);
  }
}

TEST(Monitor, AnswersNeitherErrorsNorFragmentsNorOtherModes) {
  for (const unsigned bit : {0x80U, 0x40U, 0x20U}) {
    Datagram request = kReadSystem;
    request[1] = static_cast<std::uint8_t>(request[1] | bit);
    EXPECT_EQ(refusal_of_control(request), RequestRefusal::kNotARequest);
  }
  Datagram request = kReadSystem;
  request[control_field::kOffset + 1] = 4;
  EXPECT_EQ(refusal_of_control(request), RequestRefusal::kNotARequest);
  for (const unsigned mode : {0U, 1U, 2U, 3U, 4U, 5U, 7U}) {
    request = kReadSystem;
    request[0] = static_cast<std::uint8_t>(2 << 3 | mode);
    EXPECT_EQ(refusal_of_control(request), RequestRefusal::kNotARequest);
  }
}

TEST(Monitor, AnswersVersions1To4) {
  for (std::uint8_t version = 0; version < 8; ++version) {
    Datagram request = kReadSystem;
    request[0] = static_cast<std::uint8_t>(version << 3 | 6);
    const bool is_known = version >= 1 && version <= 4;
    EXPECT_EQ(refusal_of_control(request),
              is_known ? std::nullopt : std::optional{RequestRefusal::kUnsupportedVersion});
  }
}

TEST(Monitor, RefusesFewerThan12AndMoreThan1024Bytes) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{11}}) {
    Datagram request = kReadSystem;
    request.resize(size);
    EXPECT_EQ(refusal_of_control(request), RequestRefusal::kTooShort);
  }
  Datagram request = kReadSystem;
  request.resize(1024);
  EXPECT_EQ(refusal_of_control(request), std::nullopt);
  request.resize(1025);
  EXPECT_EQ(refusal_of_control(request), RequestRefusal::kNotARequest);
}

TEST(Monitor, RefusesPort0AndItself) {
  EXPECT_EQ(refusal_of_control(kReadSystem, {kAsker.address, 0}), RequestRefusal::kFromPortZero);
  EXPECT_EQ(refusal_of_control(kReadSystem, kUs), RequestRefusal::kFromOurselves);
  EXPECT_EQ(refusal_of_control(kReadSystem, {kUs.address, 50'000}), std::nullopt);
}

TEST(Monitor, AnswersThoseWhoAreAllowedBothTheTimeAndThis) {
  const std::array<AccessRule, 1> loopback{AccessRule{kLoopbackPrefixes[0], Access::kAllow}};
  const Endpoint local{IpAddress::v4(0x7f00'0001), 50'000};
  EXPECT_EQ(refusal_of_control(kReadSystem, local, {kAnyone, loopback}), std::nullopt);
  EXPECT_EQ(refusal_of_control(kReadSystem, kAsker, {kAnyone, loopback}), RequestRefusal::kDenied);
  EXPECT_EQ(refusal_of_control(kReadSystem, kAsker, {loopback, kAnyone}), RequestRefusal::kDenied);
  EXPECT_EQ(refusal_of_control(kReadSystem, kAsker, {kAnyone, {}}), RequestRefusal::kDenied);
}

}  // namespace
}  // namespace isletime::monitor_test
