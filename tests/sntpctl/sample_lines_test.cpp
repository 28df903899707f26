// SPDX-License-Identifier: MIT
#include "tools/sntpctl/sample_lines.hpp"

#include <gtest/gtest.h>

namespace isletime::sntpctl::sample_lines_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kJson =
    R"({"time":"2026-02-03T04:05:06Z","source":"ntp:192.0.2.1","offset_s":0.5,"uncertainty_s":1})";
constexpr const char* kHeader = "time,source,offset_s,uncertainty_s,error";
constexpr const char* kRow = "2026-02-03T04:05:06Z,ntp:192.0.2.1,0.5,1,";

bool is_sample(const SampleLines::Taken& taken) {
  const auto* sample = std::get_if<SampleRecord>(&taken);
  return sample != nullptr && sample->source == "ntp:192.0.2.1" && sample->offset == 500ms;
}

bool is_nothing(const SampleLines::Taken& taken) {
  return std::holds_alternative<SampleLines::Nothing>(taken);
}

std::string fault(const SampleLines::Taken& taken) {
  const auto* found = std::get_if<SampleLines::Fault>(&taken);
  return found == nullptr ? "none" : found->text + (found->is_final ? " (final)" : "");
}

TEST(SampleLines, JsonIsKnownByItsFirstCharacter) {
  SampleLines lines;
  EXPECT_TRUE(is_nothing(lines.take({" "})));
  EXPECT_TRUE(is_sample(lines.take({kJson})));
  EXPECT_TRUE(is_sample(lines.take({std::string{"  "} + kJson})));
}

TEST(SampleLines, CsvIsKnownByItsHeader) {
  SampleLines lines;
  EXPECT_TRUE(is_nothing(lines.take({kHeader})));
  EXPECT_TRUE(is_sample(lines.take({kRow})));
  EXPECT_TRUE(is_nothing(lines.take({"\r"})));
  EXPECT_TRUE(is_nothing(lines.take({kHeader}))) << "of the next file";
  EXPECT_TRUE(is_sample(lines.take({kRow})));
}

TEST(SampleLines, ABadLineIsNotTheEnd) {
  SampleLines lines;
  EXPECT_EQ(fault(lines.take({R"({"source":"x:y"})"})), "time: is missing");
  EXPECT_EQ(fault(lines.take({kRow})).substr(0, 16), "this is not JSON");
  EXPECT_EQ(fault(lines.take({std::string(4096, 'x'), true})), "is longer than 4096 bytes");
  EXPECT_TRUE(is_sample(lines.take({kJson})));
}

TEST(SampleLines, NeitherJsonNorAHeaderIsTheEnd) {
  SampleLines lines;
  EXPECT_EQ(fault(lines.take({"hello"})),
            "neither JSON nor the header of a CSV file: the header has no column \"time\" (final)");
  EXPECT_EQ(fault(SampleLines{}.take({std::string(4096, 'x'), true})), "is longer than 4096 bytes (final)");
}

TEST(SampleLines, AFailedMeasurementIsNoFault) {
  SampleLines lines;
  lines.take({kHeader});
  const auto taken = lines.take({"2026-02-03T04:05:06Z,ntp:192.0.2.1,,,no-reply"});
  const auto* failed = std::get_if<SampleLines::NoOffset>(&taken);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->error, "no-reply");
  EXPECT_EQ(fault(lines.take({"2026-02-03T04:05:06Z,ntp:192.0.2.1,,,"})), "offset_s: is missing");
}

TEST(LineSplitter, LinesComeHoweverTheBytesDo) {
  LineSplitter lines(10);
  lines.add("a");
  EXPECT_FALSE(lines.next());
  lines.add("b\n\nc");
  EXPECT_EQ(lines.next()->text, "ab");
  EXPECT_EQ(lines.next()->text, "");
  EXPECT_FALSE(lines.next());
  lines.end();
  EXPECT_EQ(lines.next()->text, "c");
  lines.end();
  EXPECT_FALSE(lines.next());
}

TEST(LineSplitter, ALongLineIsCutAndTheNextIsWhole) {
  LineSplitter lines(3);
  lines.add("abc\nab");
  lines.add("cd");
  lines.add(std::string(100'000, 'x'));
  lines.add("\nabc\n");
  const auto exact = lines.next();
  EXPECT_EQ(exact->text, "abc");
  EXPECT_FALSE(exact->is_cut);
  const auto cut = lines.next();
  EXPECT_EQ(cut->text, "abc");
  EXPECT_TRUE(cut->is_cut);
  EXPECT_FALSE(lines.next()->is_cut);
}

}  // namespace
}  // namespace isletime::sntpctl::sample_lines_test
