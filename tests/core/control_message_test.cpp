// SPDX-License-Identifier: MIT
// The headers were captured between ntpsec's ntpq and ntpd 1.2.2, and decoded by RFC 9327, figure 1.
#include "libsync/core/control_message.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::control_message_test {
namespace {

using HeaderBytes = std::array<std::uint8_t, kControlHeaderSize>;

HeaderBytes emitted(const ControlHeader& header) {
  HeaderBytes bytes{};
  emit_control_header(header, bytes);
  return bytes;
}

constexpr HeaderBytes kReadStatus{0x16, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr HeaderBytes kVariables{0x16, 0x82, 0, 1, 0, 0x16, 0, 0, 0, 0, 1, 0x5d};
constexpr HeaderBytes kUnknownVariable{0x16, 0xc2, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0};

TEST(ControlMessage, ReadsARequestOfNtpq) {
  const auto header = parse_control_header(kReadStatus);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, 2);
  EXPECT_EQ(header->mode, Mode::kControl);
  EXPECT_EQ(header->operation, ControlOperation::kReadStatus);
  EXPECT_EQ(header->sequence, 1);
  EXPECT_FALSE(header->is_response || header->is_error || header->has_more);
}

TEST(ControlMessage, ReadsRepliesOfNtpd) {
  const auto variables = parse_control_header(kVariables);
  ASSERT_TRUE(variables);
  EXPECT_TRUE(variables->is_response);
  EXPECT_FALSE(variables->is_error || variables->has_more);
  EXPECT_EQ(variables->status, 0x0016);
  EXPECT_EQ(variables->count, 349);
  const auto error = parse_control_header(kUnknownVariable);
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->is_response && error->is_error);
  EXPECT_EQ(error->operation, ControlOperation::kReadVariables);
  EXPECT_EQ(error->status >> 8, static_cast<int>(ControlError::kUnknownVariable));
}

TEST(ControlMessage, EveryFieldHasItsPlace) {
  const ControlHeader header{.version = 3,
                             .is_response = true,
                             .has_more = true,
                             .operation = ControlOperation::kUnsetTrap,
                             .sequence = 0x1234,
                             .status = 0x5678,
                             .association = 0x9abc,
                             .offset = 0xdef0,
                             .count = 0x1357};
  const HeaderBytes bytes{0x1e, 0xbf, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x13, 0x57};
  EXPECT_EQ(emitted(header), bytes);
  EXPECT_EQ(parse_control_header(bytes), header);
}

TEST(ControlMessage, EveryByteButTheLeapBitsSurvivesParsingAndEmitting) {
  for (std::size_t at = 0; at < kControlHeaderSize; ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      HeaderBytes bytes{};
      bytes[at] = static_cast<std::uint8_t>(value);
      HeaderBytes expected = bytes;
      expected[0] &= 0x3f;
      ASSERT_EQ(emitted(*parse_control_header(bytes)), expected);
    }
  }
}

TEST(ControlMessage, FewerThan12BytesAreNoHeader) {
  for (std::size_t size = 0; size < kControlHeaderSize; ++size) {
    EXPECT_FALSE(parse_control_header(Bytes{kReadStatus}.first(size))) << size;
  }
}

TEST(ControlMessage, IsKnownByItsFirstByte) {
  for (unsigned first = 0; first < 256; ++first) {
    const std::array bytes{static_cast<std::uint8_t>(first)};
    EXPECT_EQ(is_control_message(bytes), first % 8 == 6);
  }
  EXPECT_FALSE(is_control_message({}));
}

// CVE-2019-6443: the count that a request states must not be trusted.
TEST(ControlMessage, HasNoDataBeyondItsEnd) {
  ControlHeader header{.operation = ControlOperation::kReadVariables, .count = 4};
  std::vector<std::uint8_t> bytes(kControlHeaderSize + 4, 'x');
  EXPECT_EQ(control_data(bytes, header)->size(), 4);
  header.count = 3;
  EXPECT_EQ(control_data(bytes, header)->size(), 3);
  for (const std::uint16_t count : {std::uint16_t{5}, std::uint16_t{468}, std::uint16_t{0xffff}}) {
    header.count = count;
    EXPECT_FALSE(control_data(bytes, header)) << count;
  }
}

}  // namespace
}  // namespace isletime::control_message_test
