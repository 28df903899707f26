// SPDX-License-Identifier: MIT
#include "libsync/policy/variable_list.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::variable_list_test {
namespace {

// A copy that ends where the text does lets AddressSanitizer detect a read beyond it.
std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

// Returns which of a, b and tc the list asks for, and "!" if it asks for anything else.
std::string wanted(const std::string& asked) {
  const auto bytes = bytes_of(asked);
  VariableList list(bytes);
  std::string all;
  for (const char* name : {"a", "b", "tc"}) {
    if (list.wants(name)) all += name;
  }
  return all + (list.were_all_known() ? "" : "!");
}

TEST(VariableList, WithoutNamesAllAreWanted) {
  EXPECT_EQ(wanted(""), "abtc");
  EXPECT_EQ(wanted(" ,, \r\n"), "abtc");
  EXPECT_EQ(wanted(std::string(12, '\0')), "abtc");
}

TEST(VariableList, HasThoseThatAreAskedFor) {
  EXPECT_EQ(wanted("b"), "b");
  EXPECT_EQ(wanted("tc,a"), "atc");
  EXPECT_EQ(wanted("\r\n a ,\ttc,"), "atc");
}

TEST(VariableList, PaddingIsNoName) {
  EXPECT_EQ(wanted(std::string("a\0\0\0", 4)), "a");
}

TEST(VariableList, ValuesAreNotLookedAt) {
  EXPECT_EQ(wanted("a=7, tc = \"b\""), "atc");
}

TEST(VariableList, KnowsWhatDoesNotExist) {
  EXPECT_EQ(wanted("x"), "!");
  EXPECT_EQ(wanted("a,x,b"), "ab!");
  EXPECT_EQ(wanted("A"), "!");
  EXPECT_EQ(wanted("t"), "!");
  EXPECT_EQ(wanted("tcc"), "!");
  EXPECT_EQ(wanted("=7"), "!");
}

TEST(VariableList, ANameThatComesAgainIsTheSame) {
  EXPECT_EQ(wanted("a,a,a,b,a"), "ab");
}

// CVE-2019-6443: ntpsec read beyond the end of the request.
TEST(VariableList, TheLongestListIsReadToItsEnd) {
  std::string longest;
  while (longest.size() + 2 < kMostControlData) longest += "a,";
  EXPECT_EQ(wanted(longest + "b"), "ab");
  EXPECT_EQ(wanted(std::string(kMostControlData, 'a')), "!");
  EXPECT_EQ(wanted(longest + ",,b"), "a!") << "of more than a fragment, nothing is known";
}

}  // namespace
}  // namespace isletime::variable_list_test
