// SPDX-License-Identifier: MIT
#include "tools/common/command_line.hpp"

#include <gtest/gtest.h>

namespace isletime::command_line_test {
namespace {

// A program with an option of each kind.
class Program {
 public:
  Program() {
    line_.add_option("HOST", hosts_).type_name("");
    line_.add_option("-p,--port", port_, "A port").check(must_be_within(1, 1000));
    line_.add_option("--allow", allowed_).repeatable();
    line_.add_option("--even", even_).unlisted().check(must_be("even", [](const std::string& text) {
      return !text.empty() && text.back() % 2 == 0;
    }));
    const Option csv = line_.add_flag("--csv", csv_);
    line_.add_flag("--json", [this] { json_ = true; }).excludes(csv);
  }

  std::optional<ExitStatus> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto status = line_.parse(static_cast<int>(arguments.size()), arguments.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return status;
  }

  std::string err_;
  std::string out_;
  std::vector<std::string> hosts_;
  std::vector<std::string> allowed_;
  std::optional<std::string> even_;
  std::uint16_t port_ = 123;
  bool csv_ = false;
  bool json_ = false;

 private:
  Log::Level level_ = Log::Level::kNotices;
  CommandLine line_{{"program", "Does nothing.", "Example: program"}, level_};
};

TEST(CommandLine, KeepsTheDefaultsOfWhatIsNotGiven) {
  Program program;
  EXPECT_FALSE(program.parse({}));
  EXPECT_EQ(program.port_, 123);
  EXPECT_FALSE(program.even_);
  EXPECT_FALSE(program.csv_);
}

TEST(CommandLine, TakesWhatIsGiven) {
  Program program;
  EXPECT_FALSE(program.parse({"--json", "-p", "7", "a", "--allow", "x", "b", "--allow", "y", "--even", "2"}));
  EXPECT_EQ(program.port_, 7);
  EXPECT_EQ(program.hosts_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(program.allowed_, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(program.even_, "2");
  EXPECT_TRUE(program.json_);
}

TEST(CommandLine, SaysWhatIsWrongInOneLineThatNamesTheOption) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> wrong{
      {{"--port", "1001"}, "--port: Value 1001 not in range 1 to 1000"},
      {{"--port", "x"}, "--port"},
      {{"--port"}, "--port"},
      {{"--port", "1", "--port", "2"}, "--port"},
      {{"--even", "3"}, "--even: \"3\" is not even"},
      {{"--csv", "--json"}, "--json"},
      {{"--verbose", "--quiet"}, "--quiet"},
      {{"--other"}, "--other"},
  };
  for (const auto& [arguments, what] : wrong) {
    Program program;
    EXPECT_EQ(program.parse(arguments), ExitStatus::kUsage) << what;
    EXPECT_NE(program.err_.find(what), std::string::npos) << program.err_;
    EXPECT_EQ(program.err_.find('\n') + 1, program.err_.size()) << program.err_;
    EXPECT_EQ(program.out_, "");
  }
}

TEST(CommandLine, DoesNotListWhatIsUnlisted) {
  Program program;
  EXPECT_EQ(program.parse({"--help"}), ExitStatus::kGood);
  EXPECT_NE(program.out_.find("--port"), std::string::npos);
  EXPECT_EQ(program.out_.find("--even"), std::string::npos);
  EXPECT_NE(program.out_.find("Example: program"), std::string::npos);
}

}  // namespace
}  // namespace isletime::command_line_test
