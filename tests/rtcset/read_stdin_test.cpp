// SPDX-License-Identifier: MIT
// What rtcset reads from its stdin.
#include "tools/rtcset/read_stdin.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "libsync/posix/fd.hpp"
#include "libsync/record/fit_object.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::rtcset::read_stdin_test {
namespace {

// Replaces stdin until the end of the test.
class Stdin {
 public:
  explicit Stdin(int descriptor) : before_(dup(STDIN_FILENO)) { dup2(descriptor, STDIN_FILENO); }
  ~Stdin() { dup2(before_.get(), STDIN_FILENO); }
  Stdin(const Stdin&) = delete;
  Stdin& operator=(const Stdin&) = delete;

 private:
  Fd before_;
};

Result<std::string, battery_clock::Fault> read_file(const std::string& content) {
  const fakes::ScratchFolder folder;
  folder.write("input", content);
  const Fd file(open(folder.path("input").c_str(), O_RDONLY | O_CLOEXEC));
  const Stdin input(file.get());
  return read_stdin();
}

TEST(ReadStdin, TakesAllOfIt) {
  const std::string text(10'000, 'x');
  EXPECT_EQ(*read_file(text), text);
  EXPECT_EQ(*read_file(""), "");
}

TEST(ReadStdin, EndsWhereItIsTooLongForADriftFit) {
  const auto text = read_file(std::string(kLargestFits + 1, ' '));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, ExitStatus::kUsage);
  EXPECT_EQ(text.error().text, "stdin: is too long for a drift fit");
}

TEST(ReadStdin, DoesNotWaitForSomebodyToTypeADriftFit) {
  const Fd terminal(posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_TRUE(terminal.is_open());
  ASSERT_EQ(grantpt(terminal.get()), 0);
  ASSERT_EQ(unlockpt(terminal.get()), 0);
  const Fd user(open(ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(user.is_open());
  const Stdin input(user.get());
  const auto text = read_stdin();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, ExitStatus::kUsage);
  EXPECT_NE(text.error().text.find("one JSON object with drift_ppm"), std::string::npos) << text.error().text;
}

}  // namespace
}  // namespace isletime::rtcset::read_stdin_test
