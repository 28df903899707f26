// SPDX-License-Identifier: MIT
#include "tools/driftlog/fit_columns.hpp"

#include <gtest/gtest.h>

namespace isletime::driftlog::fit_columns_test {
namespace {

std::string fault(const std::vector<std::string_view>& header, const ColumnNames& names = {}) {
  const auto columns = find_columns(header, names);
  return columns ? "none" : columns.error();
}

TEST(FitColumns, AreFoundByTheirNamesInAnyOrder) {
  const auto columns = find_columns({"note", "uncertainty_s", "offset_s", "time", "source"}, {});
  ASSERT_TRUE(columns) << columns.error();
  EXPECT_EQ(columns->time, 3U);
  EXPECT_EQ(columns->offset.index, 2U);
  EXPECT_EQ(columns->uncertainty->index, 1U);
  EXPECT_EQ(columns->source, 4U);
  EXPECT_FALSE(columns->temperature);
}

TEST(FitColumns, AUnitInTheNameIsObeyed) {
  const auto columns = find_columns({"time", "offset_ms", "uncertainty_us"}, {});
  ASSERT_TRUE(columns) << columns.error();
  EXPECT_EQ(columns->offset.unit_s, 1e-3);
  EXPECT_EQ(columns->uncertainty->unit_s, 1e-6);
}

TEST(FitColumns, AreTakenAsTold) {
  const auto names = parse_column_names("time=when,offset_ms=Abweichung");
  ASSERT_TRUE(names) << names.error();
  const auto columns = find_columns({"Abweichung", "when"}, *names);
  ASSERT_TRUE(columns) << columns.error();
  EXPECT_EQ(columns->time, 1U);
  EXPECT_EQ(columns->offset.unit_s, 1e-3);
}

TEST(FitColumns, AnOffsetWithoutAUnitIsNotGuessed) {
  EXPECT_EQ(fault({"time", "offset"}),
            "its column \"offset\" has no unit: say --column offset_s=offset, or offset_ms");
}

TEST(FitColumns, TwoUnitsForOneThingAreRefused) {
  EXPECT_NE(fault({"time", "offset_s", "offset_ms"}).find("in two units"), std::string::npos);
  EXPECT_NE(fault({"time", "offset_ms"}, {{"offset_s", "offset_ms"}}).find("is not what offset_s says"),
            std::string::npos);
}

TEST(FitColumns, AUnitOfTimeIsCheckedAsThatOfAnOffset) {
  EXPECT_EQ(fault({"t_ms", "offset_s"}, {{"time", "t_ms"}}),
            "its column \"t_ms\" is not what time says, a date or seconds: say --column time_ms=t_ms");
  EXPECT_NE(fault({"t_ms", "offset_s"}, {{"time_us", "t_ms"}}).find("is not what time_us says"),
            std::string::npos);
  EXPECT_EQ(fault({"t_s", "offset_s"}, {{"time", "t_s"}}), "none");
  EXPECT_EQ(find_columns({"t_ms", "offset_s"}, {{"time_ms", "t_ms"}})->time_unit_s, 1e-3);
}

TEST(FitColumns, WhatIsMissingOrTwiceIsSaid) {
  EXPECT_NE(fault({"offset_s"}).find("no column \"time\""), std::string::npos);
  EXPECT_NE(fault({"time"}).find("no column \"offset_s\""), std::string::npos);
  EXPECT_NE(fault({"time", "time", "offset_s"}).find("two columns \"time\""), std::string::npos);
  EXPECT_NE(fault({"time", "offset_s"}, {{"time", "when"}}).find("no column \"when\""), std::string::npos);
}

TEST(FitColumns, NamesThatSayNothingAreRefused) {
  for (const char* text : {"", "time", "time=", "=x", "speed_s=x", "time=a,time=b", "time=a,"}) {
    EXPECT_FALSE(parse_column_names(text)) << text;
  }
}

}  // namespace
}  // namespace isletime::driftlog::fit_columns_test
