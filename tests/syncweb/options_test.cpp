// SPDX-License-Identifier: MIT
#include "tools/syncweb/options.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::syncweb::options_test {
namespace {

// Returns what is said about these options, if they are wrong.
std::string complaint(std::vector<const char*> words) {
  words.insert(words.begin(), "syncweb");
  testing::internal::CaptureStderr();
  const auto parsed = parse_options(static_cast<int>(words.size()), words.data());
  const std::string said = testing::internal::GetCapturedStderr();
  const auto* status = std::get_if<ExitStatus>(&parsed);
  if (status == nullptr) return "(none)";
  EXPECT_EQ(*status, ExitStatus::kUsage);
  return said;
}

TEST(WebOptions, ANameThatNoBrowserCanCallIsRefused) {
  for (const char* name :
       {"", "a b", "time.example.org:8080", "http://time.example.org", "192.168.4.1", "a_b!"})
    EXPECT_NE(complaint({"--name", name}).find("is not a host name"), std::string::npos) << name;
  EXPECT_EQ(complaint({"--name", "Time.example.org", "--name", "my-hub"}), "(none)");
}

TEST(WebOptions, OnePortCannotServeBothHttpAndHttps) {
  EXPECT_EQ(complaint({"--port", "8080", "--tls-port", "8080"}),
            "syncweb: --port and --tls-port are both 8080: HTTP and HTTPS each need their own; see syncweb "
            "--help\n");
  EXPECT_NE(complaint({"--port", "0", "--tls-port", "0"}).find("nothing to serve"), std::string::npos);
}

TEST(WebOptions, AComplaintNamesTheOptionAlsoIfHelpOnlyMentionsIt) {
  EXPECT_NE(complaint({"--phone-error", "-1"}).find("--phone-error"), std::string::npos);
  EXPECT_NE(complaint({"--deny", "x"}).find("--deny"), std::string::npos);
  EXPECT_NE(complaint({"--state-dir"}).find("--state-dir"), std::string::npos);
}

}  // namespace
}  // namespace isletime::syncweb::options_test
