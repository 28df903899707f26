// SPDX-License-Identifier: MIT
#include "libsync/policy/variable_text.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::variable_text_test {
namespace {

using namespace std::chrono_literals;

// Returns the text that `write` produces in a buffer of `room` bytes.
template <class Write>
std::string text_of(Write write, std::size_t room = 512) {
  VariableList list({});
  std::vector<std::uint8_t> out(room);
  VariableText text(out, list);
  write(text);
  out.resize(text.finish());
  return {out.begin(), out.end()};
}

constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(VariableText, Numbers) {
  EXPECT_EQ(text_of([](VariableText& text) { text.number("a", 0); }), "a=0\r\n");
  EXPECT_EQ(text_of([](VariableText& text) { text.number("a", -26); }), "a=-26\r\n");
  EXPECT_EQ(text_of([](VariableText& text) { text.number("a", kLeast); }), "a=-9223372036854775808\r\n");
  EXPECT_EQ(text_of([](VariableText& text) { text.hexadecimal("a", 0x1f); }), "a=0x1f\r\n");
}

TEST(VariableText, Milliseconds) {
  const auto milliseconds = [](nanoseconds value) {
    return text_of([&](VariableText& text) { text.milliseconds("a", value); });
  };
  EXPECT_EQ(milliseconds(0ns), "a=0.000000\r\n");
  EXPECT_EQ(milliseconds(-1ns), "a=-0.000001\r\n");
  EXPECT_EQ(milliseconds(12'345'678'901ns), "a=12345.678901\r\n");
  EXPECT_EQ(milliseconds(nanoseconds{kLeast}), "a=-9223372036854.775808\r\n");
}

TEST(VariableText, BoundsAreRoundedUp) {
  const auto bound = [](nanoseconds value) {
    return text_of([&](VariableText& text) { text.bound("a", value); });
  };
  EXPECT_EQ(bound(0ns), "a=0.000\r\n");
  EXPECT_EQ(bound(1ns), "a=0.001\r\n");
  EXPECT_EQ(bound(16s), "a=16000.000\r\n");
  EXPECT_EQ(bound(nanoseconds{kMost}), "a=9223372036854.776\r\n");
}

TEST(VariableText, Frequencies) {
  const auto frequency = [](Ppm value) {
    return text_of([&](VariableText& text) { text.frequency("a", value); });
  };
  EXPECT_EQ(frequency(Ppm::whole(-12)), "a=-12.000\r\n");
  EXPECT_EQ(frequency({65536 / 4}), "a=0.250\r\n");
  EXPECT_EQ(frequency({-65536 / 4}), "a=-0.250\r\n");
  EXPECT_EQ(frequency({kLeast}), "a=-140737488355328.000\r\n");
}

TEST(VariableText, StampsKeepTheirZeros) {
  EXPECT_EQ(
      text_of([](VariableText& text) { text.stamp("a", NtpTimestamp::from_raw(0x0000'0012'0000'0003)); }),
      "a=0x00000012.00000003\r\n");
}

TEST(VariableText, ReferenceIdsAreCodesUpToStratum1AndAddressesAbove) {
  const auto reference = [](ReferenceId id, std::uint8_t stratum) {
    return text_of([&](VariableText& text) { text.reference_id("a", id, stratum); });
  };
  EXPECT_EQ(reference(ReferenceId::ascii("GPS\0"), 1), "a=GPS\r\n");
  EXPECT_EQ(reference(ReferenceId::ascii("INIT"), 0), "a=INIT\r\n");
  EXPECT_EQ(reference({0xc000'0201}, 2), "a=192.0.2.1\r\n");
  EXPECT_EQ(reference(ReferenceId::ascii("GPSs"), 2), "a=71.80.83.115\r\n");
  EXPECT_EQ(reference(kLocalClock, 1), "a=127.127.1.1\r\n");
}

// As in CVE-2018-12327, but on the server's side: a stranger's bytes must not end a value or a line.
TEST(VariableText, ReferenceIdsOfPunctuationAreShownAsNumbers) {
  for (const auto& code : {"a,bc", "a=bc", "\"abc", "ab\\c"}) {
    const ReferenceId id{static_cast<std::uint32_t>(code[0]) << 24 |
                         static_cast<std::uint32_t>(code[1]) << 16 |
                         static_cast<std::uint32_t>(code[2]) << 8 | static_cast<std::uint32_t>(code[3])};
    const auto text = text_of([&](VariableText& out) { out.reference_id("r", id, 1); });
    EXPECT_EQ(text.find_first_not_of("r=0123456789.\r\n"), std::string::npos) << text;
  }
}

TEST(VariableText, TextsAreMadePlainAndCut) {
  const auto quoted = [](const std::string& value) {
    return text_of([&](VariableText& text) { text.quoted("a", value); });
  };
  EXPECT_EQ(quoted("Linux/6.1 (x)"), "a=\"Linux/6.1 (x)\"\r\n");
  EXPECT_EQ(quoted("a\",b\\\x1b[2J\r\n\xff"), "a=\"a__b__[2J___\"\r\n");
  EXPECT_EQ(quoted(std::string(1000, 'x')), "a=\"" + std::string(64, 'x') + "\"\r\n");
}

TEST(VariableText, WhatIsAbsentIsKnownButNotTold) {
  const std::string asked = "a,b,c,d";
  const std::vector<std::uint8_t> bytes(asked.begin(), asked.end());
  VariableList list(bytes);
  std::vector<std::uint8_t> out(64);
  VariableText text(out, list);
  text.milliseconds("a", std::nullopt);
  text.frequency("b", std::nullopt);
  text.word("c", "");
  text.number("d", 4);
  text.number("e", 5);
  EXPECT_EQ(text.finish(), 5) << "d=4 and the end of the line";
  EXPECT_TRUE(list.were_all_known());
}

TEST(VariableText, LinesHave72CharactersAtMost) {
  const auto text = text_of([](VariableText& out) {
    for (int i = 0; i < 20; ++i) out.number("variable", 100 + i);
  });
  std::size_t start = 0;
  int lines = 0;
  for (std::size_t end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n", start)) {
    EXPECT_LE(end - start, 73) << "with the comma";
    start = end + 2;
    ++lines;
  }
  EXPECT_EQ(start, text.size());
  EXPECT_EQ(lines, 4) << "five of 12 characters and their commas each";
  EXPECT_EQ(text.find("variable=104,\r\nvariable=105, "), 4 * 14) << text;
}

TEST(VariableText, WhatDoesNotFitIsLeftOutWhole) {
  const auto write = [](VariableText& text) {
    text.number("a", 1);
    text.number("long", 123'456);
    text.number("b", 2);
  };
  EXPECT_EQ(text_of(write, 10), "a=1, b=2\r\n");
  EXPECT_EQ(text_of(write, 9), "a=1\r\n");
  EXPECT_EQ(text_of(write, 5), "a=1\r\n");
  EXPECT_EQ(text_of(write, 4), "");
  EXPECT_EQ(text_of(write, 0), "");
}

}  // namespace
}  // namespace isletime::variable_text_test
