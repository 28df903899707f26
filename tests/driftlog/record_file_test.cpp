// SPDX-License-Identifier: MIT
#include "tools/driftlog/record_file.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace isletime::driftlog::record_file_test {
namespace {

const std::string kHeader = csv_header() + '\n';

std::string row(const std::string& source, int second) {
  SampleRecord record;
  record.time = WallTime{seconds{1'795'000'000 + second}};
  record.source = source;
  record.offset = nanoseconds{1000};
  record.uncertainty = nanoseconds{10};
  return csv_row(record) + '\n';
}

Result<EarlierRows, std::string> read(const std::string& text, Format format = Format::kCsv) {
  std::istringstream file(text);
  return read_earlier_rows(file, format);
}

TEST(EarlierRows, OfATornLineNothingCounts) {
  const std::string whole = kHeader + row("ntp:a", 0) + row("rtc:/dev/rtc0", 1);
  const std::string next = row("ntp:a", 60);
  for (std::size_t cut = 0; cut < next.size(); ++cut) {
    const auto earlier = read(whole + next.substr(0, cut));
    ASSERT_TRUE(earlier);
    EXPECT_EQ(earlier->whole_size, whole.size());
    EXPECT_EQ(earlier->rows, 2U);
  }
  EXPECT_EQ(read(whole)->sources, (std::set<std::string>{"ntp:a", "rtc:/dev/rtc0"}));
}

TEST(EarlierRows, ATornHeaderIsNone) {
  const auto earlier = read("time,sour");
  ASSERT_TRUE(earlier);
  EXPECT_EQ(earlier->whole_size, 0U);
  EXPECT_FALSE(earlier->has_header);
}

TEST(EarlierRows, WhatIsNoRecordOfOursIsRefusedWithItsLine) {
  EXPECT_EQ(read("a,b\n1,2\n").error(), "line 1: is not the header that driftlog writes");
  EXPECT_EQ(read(kHeader + "hello\n").error().substr(0, 7), "line 2:");
  EXPECT_FALSE(read(std::string(100'000, 'x')));
  EXPECT_FALSE(read(kHeader, Format::kJson));
}

TEST(EarlierRows, TheSourcesMustBeTheSame) {
  const auto earlier = read(kHeader + row("ntp:a", 0) + row("ntp:b", 1));
  EXPECT_FALSE(find_difference(*earlier, {"ntp:a", "ntp:b"}));
  EXPECT_EQ(find_difference(*earlier, {"ntp:a"}),
            "has rows of ntp:b: name the sources that it was begun with");
  EXPECT_EQ(find_difference(*earlier, {"ntp:a", "ntp:c"}),
            "has no rows of ntp:c: name the sources that it was begun with");
}

TEST(EarlierRows, ARunThatEndedInItsFirstRoundIsGoneOnWith) {
  const auto earlier = read(kHeader + row("ntp:a", 0));
  EXPECT_FALSE(find_difference(*earlier, {"ntp:a", "ntp:b"}));
}

TEST(RecordFile, GoesOnBehindTheLastWholeRow) {
  const fakes::ScratchFolder folder;
  folder.write("run.csv", kHeader + row("ntp:a", 0) + "2026-11-18T11:0");
  auto file = RecordFile::resume(folder.path("run.csv"), Format::kCsv, {"ntp:a"});
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->is_resumed());
  file->begin();
  SampleRecord record;
  record.source = "ntp:a";
  record.error = "resumed";
  file->add(record);
  EXPECT_EQ(folder.content("run.csv"), kHeader + row("ntp:a", 0) + csv_row(record) + '\n');
}

TEST(RecordFile, IsBegunIfThereIsNone) {
  const fakes::ScratchFolder folder;
  auto file = RecordFile::resume(folder.path("run.csv"), Format::kCsv, {"ntp:a"});
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->is_resumed());
  file->begin();
  EXPECT_EQ(folder.content("run.csv"), kHeader);
}

TEST(RecordFile, ThatIsAnothersIsLeftAsItIs) {
  const fakes::ScratchFolder folder;
  const std::string others = "a,b\n1,2\n3";
  folder.write("other.csv", others);
  const auto file = RecordFile::resume(folder.path("other.csv"), Format::kCsv, {"ntp:a"});
  ASSERT_FALSE(file);
  EXPECT_FALSE(file.error().is_systems);
  EXPECT_EQ(folder.content("other.csv"), others);
  EXPECT_FALSE(RecordFile::resume(folder.path(), Format::kCsv, {"ntp:a"}));
}

TEST(RecordFile, IsOneRunsOnly) {
  const fakes::ScratchFolder folder;
  const auto first = RecordFile::resume(folder.path("run.csv"), Format::kCsv, {"ntp:a"});
  ASSERT_TRUE(first);
  const auto second = RecordFile::resume(folder.path("run.csv"), Format::kCsv, {"ntp:a"});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("another driftlog writes it"), std::string::npos);
}

}  // namespace
}  // namespace isletime::driftlog::record_file_test
