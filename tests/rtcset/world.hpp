// SPDX-License-Identifier: MIT
// The whole of rtcset except its command line runs in this world of a battery clock, with a running sntpd and
// what is typed.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/rtc_world.hpp"
#include "tools/rtcset/job.hpp"

namespace isletime::rtcset {

using fakes::kMade;
using fakes::kNoon;

struct Ran {
  ExitStatus status;
  std::string out;
  std::string err;
};

class World final : public fakes::RtcWorld {
 public:
  using RtcWorld::RtcWorld;

  Ran run(const std::vector<std::string>& words) {
    std::vector<const char*> argv{"rtcset"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitStatus status = run(static_cast<int>(argv.size()), argv.data());
    return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  void let_sntpd_run(std::string rtc = "") { sntpd_ = {"/run/isletime/sntpd.sock", std::move(rtc)}; }
  void type(std::string input) { input_ = std::move(input); }

 private:
  ExitStatus run(int argc, const char* const* argv) {
    const auto parsed = parse_options(argc, argv);
    if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
    const auto& options = std::get<Options>(parsed);
    const Log log("rtcset", options.level);
    Output output;
    Job job{options,
            log,
            output,
            *this,
            *this,
            mono_now(),
            kMade,
            [this] { return sntpd_; },
            [this]() -> Result<std::string, Fault> { return input_; }};
    return rtcset::run(job);
  }

  std::optional<RunningSntpd> sntpd_;
  std::string input_;
};

// Expects exactly one line, which says what is wrong and what to do about it.
inline void expect_one_line(const Ran& ran, ExitStatus status, const std::string& part) {
  EXPECT_EQ(ran.status, status) << ran.err;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_TRUE(ran.err.starts_with("rtcset: ")) << ran.err;
  EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Returns the number of a JSON member.
inline double number(const std::string& record, const std::string& key) {
  const std::string before = '"' + key + "\":";
  const auto at = record.find(before);
  EXPECT_NE(at, std::string::npos) << key << " in " << record;
  return at == std::string::npos ? 1e9 : std::stod(record.substr(at + before.size()));
}

}  // namespace isletime::rtcset
