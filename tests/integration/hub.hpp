// SPDX-License-Identifier: MIT
// sntpd on loopback and a free port, for the duration of a test.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/program.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime {

class Hub {
 public:
  // Without a source it serves the clock as an island's; UnsetHub does not. `before` is a command that runs
  // it, such as env(1).
  explicit Hub(const std::vector<std::string>& options = {}, const std::string& program = "sntpd",
               const std::vector<std::string>& before = {})
      : Hub(options, program, before, names_a_source(options) ? "" : "--local") {}

  bool is_serving() const { return is_serving_; }
  std::uint16_t port() const { return port_; }
  fakes::Program& program() { return program_; }
  fakes::RawClient client(IpAddress address = fakes::kLoopbackV4) const { return {address, port_}; }
  fakes::Finished sntpctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {fakes::built("sntpctl"), "--control", folder_.path("control")});
    return fakes::run(std::move(words));
  }
  fakes::Program follow(std::vector<std::string> shown) const {
    shown.insert(shown.begin(), {fakes::built("sntpctl"), "--control", folder_.path("control"), "--follow"});
    return fakes::Program(std::move(shown));
  }
  // Follows what sntpctl shows until it has one of these words.
  testing::AssertionResult comes_to_say(std::vector<std::string> shown,
                                        const std::vector<std::string>& one_of) const {
    fakes::Program follower = follow(std::move(shown));
    if (follower.wait_for_one_of(one_of)) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "none of " << testing::PrintToString(one_of) << " but:\n"
                                       << follower.out() << follower.err();
  }
  std::string sntpctl_command() const {
    return fakes::built("sntpctl") + " --control " + folder_.path("control");
  }
  static fakes::Finished shell(const std::string& command) { return fakes::run({"sh", "-c", command}); }
  fakes::RawClient client_from(IpAddress source) const { return {fakes::kLoopbackV4, port_, source}; }

 protected:
  Hub(const std::vector<std::string>& options, const std::string& program,
      const std::vector<std::string>& before, const std::string& local)
      : port_(fakes::free_port()), program_(arguments(options, program, before, local)) {
    is_serving_ = program_.wait_for(": serving ");
  }

 private:
  static bool names_a_source(const std::vector<std::string>& options) {
    return std::any_of(options.begin(), options.end(), [](const std::string& option) {
      return option == "--server" || option == "--pool" || option == "--rtc";
    });
  }

  // Adds the test's own settings where `options` have none.
  std::vector<std::string> arguments(const std::vector<std::string>& options, const std::string& program,
                                     const std::vector<std::string>& before, const std::string& local) const {
    std::vector<std::string> all = before;
    all.insert(all.end(), {fakes::built(program), "--no-clock"});
    if (!local.empty()) all.push_back(local);
    for (const auto& [name, value] : {std::pair{"--port", std::to_string(port_)},
                                      {"--state-dir", folder_.path("state")},
                                      {"--control", folder_.path("control")}}) {
      if (std::find(options.begin(), options.end(), name) == options.end())
        all.insert(all.end(), {name, value});
    }
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  fakes::ScratchFolder folder_;
  std::uint16_t port_;
  fakes::Program program_;
  bool is_serving_ = false;
};

// A hub whose clock is not synchronised before a source tells it the time.
class UnsetHub : public Hub {
 public:
  explicit UnsetHub(const std::vector<std::string>& options = {}, const std::string& program = "sntpd")
      : Hub(options, program, {}, "") {}
};

}  // namespace isletime
