// SPDX-License-Identifier: MIT
// Runs the built sntpd in the simulator with settings from settings.hpp, and returns the results by name.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::clocksim {

using Words = std::vector<std::string>;
using Results = std::map<std::string, double>;

inline Words joined(Words words, const Words& further) {
  words.insert(words.end(), further.begin(), further.end());
  return words;
}

inline fakes::Finished run_simulated(const Words& settings, const Words& command) {
  return fakes::run(joined(joined({"env", "LD_PRELOAD=" CLOCKSIM_LIBRARY}, settings), command));
}

inline Results run_sntpd(const Words& settings, const Words& options, const std::string& program = "sntpd") {
  const Words command{fakes::built(program), "--workers", "0", "--no-control", "--no-sandbox"};
  const fakes::Finished finished = run_simulated(settings, joined(command, options));
  EXPECT_EQ(finished.status, 0) << finished.err;
  Results results;
  std::istringstream lines(finished.out);
  std::string name;
  for (double value = 0; lines >> name >> value;) results[name] = value;
  return results;
}

inline Results simulate(const Words& settings, const Words& options = {},
                        const std::string& server = "192.168.123.1") {
  return run_sntpd(settings, joined({"--port", "0", "--server", server}, options));
}

// The hub also serves, and is queried every 10 s. It serves no time before its build, so the epoch is later
// than any build.
inline Results simulate_hub(const Words& settings, const Words& options = {"--server", "192.168.123.1"}) {
  const fakes::ScratchFolder folder;
  return run_sntpd(joined({"CLOCKSIM_EPOCH=1800000000", "CLOCKSIM_ASK=10"}, settings),
                   joined({"--port", "123", "--bind", "192.168.123.250", "--no-rate-limit", "--state-dir",
                           folder.path("state")},
                          options));
}

inline Words settled(const Words& settings) {
  return joined(settings, {"CLOCKSIM_SECONDS=100000", "CLOCKSIM_SETTLED=20000"});
}

inline Words fixed_poll(const std::string& log2) {
  return {"--minpoll", log2, "--maxpoll", log2};
}

}  // namespace isletime::clocksim
