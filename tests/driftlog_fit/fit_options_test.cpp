// SPDX-License-Identifier: MIT
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "tools/driftlog/fit_files.hpp"

namespace isletime::driftlog::fit_options_test {
namespace {

struct Parsed {
  explicit Parsed(const std::string& line) {
    Log::Level level = Log::Level::kErrors;
    CommandLine app({"driftlog", "", ""}, level);
    add_read_options(app, reading);
    add_verdict_options(app, question);
    std::istringstream stream("driftlog " + line);
    const std::vector<std::string> words{std::istream_iterator<std::string>{stream}, {}};
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    status = app.parse(static_cast<int>(arguments.size()), arguments.data());
  }

  std::optional<ExitStatus> status;
  ReadOptions reading;
  analysis::FitQuestion question;
};

TEST(FitOptions, ReachTheReadingAndTheFit) {
  const Parsed none("");
  EXPECT_FALSE(none.status);
  EXPECT_FALSE(none.reading.sorts);
  EXPECT_FALSE(none.reading.skips_bad);
  EXPECT_FALSE(none.reading.zone);
  EXPECT_FALSE(none.question.resolution_s);
  const Parsed all("--sort --skip-bad --zone +02:00 --column time=when --resolution 0.5 --oscillator tcxo");
  EXPECT_FALSE(all.status);
  EXPECT_TRUE(all.reading.sorts);
  EXPECT_TRUE(all.reading.skips_bad);
  ASSERT_TRUE(all.reading.zone);
  EXPECT_EQ(*all.reading.zone->utc(WallTime{seconds{7200}}), WallTime{});
  EXPECT_EQ(all.reading.columns.at("time"), "when");
  EXPECT_EQ(all.question.resolution_s, 0.5);
  EXPECT_EQ(all.question.oscillator.name, "tcxo");
}

TEST(FitOptions, ThatMakeNoSenseAreRefused) {
  for (const char* line :
       {"--resolution 0", "--resolution=-1", "--resolution nan", "--resolution inf", "--resolution 1000000",
        "--oscillator quartz", "--zone Mars/Olympus", "--column x"})
    EXPECT_EQ(Parsed{line}.status, ExitStatus::kUsage) << line;
}

}  // namespace
}  // namespace isletime::driftlog::fit_options_test
