// SPDX-License-Identifier: MIT
#include "tools/common/config_file.hpp"

#include <gtest/gtest.h>

namespace isletime::config_file_test {
namespace {

TEST(ConfigFile, ArraysMaySpanLinesAndCommentsGo) {
  const auto plain =
      plain_config("# hub\nallow = [  # who\n  \"10.0.0.0/8\",\n\n  \"fe80::/10\"\n]\nport = 123 # NTP\n");
  ASSERT_TRUE(plain) << plain.error();
  EXPECT_EQ(*plain, "allow = [\"10.0.0.0/8\",\"fe80::/10\"]\nport = 123\n");
}

TEST(ConfigFile, FaultsNameTheirLine) {
  const auto fault = [](const char* text) { return plain_config(text).error(); };
  EXPECT_EQ(fault("port = 1\nnonsense\n"), "configuration, line 2: expected \"key = value\"");
  EXPECT_EQ(fault("= 1\n"), "configuration, line 1: a key is the name of a long option, without the dashes");
  EXPECT_EQ(fault("Port = 1\n"),
            "configuration, line 1: a key is the name of a long option, without the dashes");
  EXPECT_EQ(fault("port = # none\n"), "configuration, line 1: the value is missing");
  EXPECT_EQ(fault("bind = \"::1\n"), "configuration, line 1: a quotation mark is missing");
  EXPECT_EQ(fault("bind = [\n\"::1\n]\n"), "configuration, line 2: a quotation mark is missing");
  EXPECT_EQ(fault("bind = [\n\"::1\",\n"), "configuration: an array is not closed with \"]\"");
  EXPECT_EQ(fault("[table]\n"), "configuration, line 1: sections are not used here");
}

TEST(ConfigFile, TakesFilesFromOtherSystems) {
  const auto plain = plain_config("port = 123\r\nworkers = 1");
  ASSERT_TRUE(plain) << plain.error();
  EXPECT_EQ(*plain, "port = 123\nworkers = 1\n");
}

}  // namespace
}  // namespace isletime::config_file_test
