// SPDX-License-Identifier: MIT
// Which requests get a reply.
#include <vector>

#include <gtest/gtest.h>

#include "tests/policy/request_maker.hpp"

namespace isletime::responder_request_test {
namespace {

using namespace fakes;

std::optional<Mode> mode_of_reply_to(const Header& request, Endpoint from = kAsker) {
  const auto reply = respond_to(request, kState, from);
  return reply ? std::optional{parse_header(*reply).mode} : std::nullopt;
}

std::vector<std::uint8_t> extension_field(std::uint8_t size) {
  std::vector<std::uint8_t> field(size);
  field[0] = 0x01;
  field[1] = 0x04;
  field[3] = size;
  return field;
}

TEST(Responder, AnswersMode3WithMode4InEveryVersion) {
  for (std::uint8_t version = 1; version <= 4; ++version) {
    EXPECT_EQ(mode_of_reply_to(request_of(Mode::kClient, version)), Mode::kServer);
  }
}

// Windows sends requests in mode 1.
TEST(Responder, AnswersMode1WithMode2InEveryVersion) {
  for (std::uint8_t version = 1; version <= 4; ++version) {
    EXPECT_EQ(mode_of_reply_to(request_of(Mode::kSymmetricActive, version)), Mode::kSymmetricPassive);
  }
}

TEST(Responder, AnswersMode0OnlyInVersion1AndFromAnotherPortThan123) {
  const Header request = request_of(Mode::kUnspecified, 1);
  EXPECT_EQ(mode_of_reply_to(request), Mode::kServer);
  EXPECT_EQ(refusal_of(request, kState, Endpoint{kAsker.address, 123}), RequestRefusal::kNotARequest);
  for (std::uint8_t version = 2; version <= 4; ++version) {
    EXPECT_EQ(refusal_of(request_of(Mode::kUnspecified, version)), RequestRefusal::kNotARequest);
  }
}

// CVE-2009-3563 (mode 7), CVE-2010-0292, CVE-2016-6301: two servers answered each other without end.
TEST(Responder, NeverAnswersModes2And4To7) {
  for (const Mode mode :
       {Mode::kSymmetricPassive, Mode::kServer, Mode::kBroadcast, Mode::kControl, Mode::kPrivate}) {
    for (std::uint8_t version = 1; version <= 4; ++version) {
      EXPECT_EQ(refusal_of(request_of(mode, version)), RequestRefusal::kNotARequest);
    }
  }
}

// CVE-2009-3563, CVE-2010-0292 and CVE-2016-6301 again.
TEST(Responder, NeverAnswersItsOwnReply) {
  for (const Mode mode : {Mode::kClient, Mode::kSymmetricActive}) {
    for (const Endpoint from : {kAsker, kUs, Endpoint{kAsker.address, 123}}) {
      auto reply = respond_to(request_of(mode));
      ASSERT_TRUE(reply.has_value());
      stamp_transmit(*reply, kArrival);
      EXPECT_FALSE(parse_request({*reply, from, kAsker, kArrival}, kAnyone).has_value());
    }
  }
}

// CVE-2013-5211 (monlist), CVE-2014-0021: a short request with a forged sender caused long replies.
TEST(Responder, NeverRepliesWithMoreBytesThanTheRequest) {
  const auto request = bytes_of(request_of(Mode::kClient));
  for (std::size_t size = 0; size < request.size(); ++size) {
    EXPECT_EQ(refusal_of(Bytes{request}.first(size)), RequestRefusal::kTooShort);
  }
  EXPECT_EQ(respond_to(Bytes{request})->size(), request.size());
}

// CVE-2013-5211: monlist requests were used for amplification.
TEST(Responder, NeverAnswersAQueryForItsLog) {
  std::vector<std::uint8_t> monlist(192);
  monlist[0] = 0x17;  // version 2, mode 7
  monlist[3] = 0x2a;  // MON_GETLIST_1
  EXPECT_FALSE(respond_to(Bytes{monlist}).has_value());
  const std::vector<std::uint8_t> read_variables{0x16, 0x02, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_FALSE(respond_to(Bytes{read_variables}).has_value());
}

TEST(Responder, GivesNoAnswerToVersionsBelow1AndAbove4) {
  for (const std::uint8_t version : std::initializer_list<std::uint8_t>{0, 5, 6, 7}) {
    EXPECT_EQ(refusal_of(request_of(Mode::kClient, version)), RequestRefusal::kUnsupportedVersion);
  }
}

TEST(Responder, NeverRepliesToPort0) {
  EXPECT_EQ(refusal_of(request_of(Mode::kClient), kState, Endpoint{kAsker.address, 0}),
            RequestRefusal::kFromPortZero);
}

TEST(Responder, NeverRepliesToItself) {
  EXPECT_EQ(refusal_of(request_of(Mode::kClient), kState, kUs), RequestRefusal::kFromOurselves);
  Endpoint scoped = kUs;
  scoped.scope = 2;
  EXPECT_EQ(refusal_of(request_of(Mode::kClient), kState, scoped), RequestRefusal::kFromOurselves);
}

TEST(Responder, AnswersAClientOnItsOwnHost) {
  EXPECT_EQ(refusal_of(request_of(Mode::kClient), kState, Endpoint{kUs.address, 50'000}), std::nullopt);
}

TEST(Responder, AnswersAnotherServersPort) {
  EXPECT_EQ(refusal_of(request_of(Mode::kClient), kState, Endpoint{kAsker.address, 123}), std::nullopt);
}

// CVE-2015-1821, CVE-2015-7978. The rules' own decisions are tested in access_rules_test.cpp.
TEST(Responder, AnswersOnlyWhomTheRulesAllow) {
  const auto request = bytes_of(request_of(Mode::kClient));
  const std::array rules{AccessRule{Prefix::v4(0xc000'0209, 32), Access::kDeny},
                         AccessRule{Prefix::v4(0xc000'0200, 24), Access::kAllow}};
  const auto answers = [&](std::uint32_t address) {
    return parse_request({request, {IpAddress::v4(address), 50'000}, kUs, kArrival}, rules).has_value();
  };
  EXPECT_FALSE(answers(0xc000'0209));
  EXPECT_TRUE(answers(0xc000'020a));
  EXPECT_FALSE(answers(0xc000'0309));
}

TEST(Responder, AnswersNobodyWithoutARule) {
  const auto request = bytes_of(request_of(Mode::kClient));
  const auto result = parse_request({request, kAsker, kUs, kArrival}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), RequestRefusal::kDenied);
}

// CVE-2015-7871: a crypto-NAK was accepted as authentication.
TEST(Responder, NeverAnswersACryptoNak) {
  for (std::uint8_t version = 1; version <= 4; ++version) {
    for (const Mode mode : {Mode::kClient, Mode::kSymmetricActive}) {
      EXPECT_EQ(refusal_of(Bytes{with_trailer(request_of(mode, version), {0, 0, 0, 0})}),
                RequestRefusal::kCryptoNak);
    }
  }
}

// The responder does not verify the MAC; its caller does.
TEST(Responder, SaysWhichMacARequestBears) {
  const auto request = with_trailer(request_of(Mode::kClient),
                                    {0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  const auto parsed = parse_request({request, kAsker, kUs, kArrival}, kAnyone);
  ASSERT_TRUE(parsed.has_value());
  ASSERT_TRUE(parsed->mac.has_value());
  EXPECT_EQ(parsed->mac->key_id, 7U);
  EXPECT_EQ(parsed->mac->digest.size(), 16U);
}

TEST(Responder, GivesNoAnswerToTrailersThatAreNone) {
  EXPECT_EQ(refusal_of(Bytes{with_trailer(request_of(Mode::kClient), std::vector<std::uint8_t>(8))}),
            RequestRefusal::kBadMacLength);
  EXPECT_EQ(refusal_of(Bytes{with_trailer(request_of(Mode::kClient), std::vector<std::uint8_t>(28))}),
            RequestRefusal::kBadExtensionField);
}

TEST(Responder, AnswersARequestWithExtensionFieldsByAPlainHeader) {
  const auto request = with_trailer(request_of(Mode::kClient), extension_field(28));
  EXPECT_EQ(respond_to(Bytes{request})->size(), kHeaderSize);
}

TEST(Responder, EveryRefusalHasItsOwnText) {
  for (std::size_t i = 0; i < kRequestRefusals; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_STRNE(to_string(static_cast<RequestRefusal>(i)), to_string(static_cast<RequestRefusal>(j)));
    }
  }
}

}  // namespace
}  // namespace isletime::responder_request_test
