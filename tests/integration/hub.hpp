// SPDX-License-Identifier: MIT
// sntpd on loopback and a free port, for the length of a test.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/program.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime {

class Hub {
 public:
  explicit Hub(const std::vector<std::string>& options = {}, const std::string& program = "sntpd")
      : port_(fakes::free_port()), program_(arguments(options, program)) {
    is_serving_ = program_.wait_for(": serving ");
  }

  bool is_serving() const { return is_serving_; }
  std::uint16_t port() const { return port_; }
  fakes::Program& program() { return program_; }
  fakes::RawClient client(IpAddress address = fakes::kLoopbackV4) const { return {address, port_}; }
  fakes::Finished sntpctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {fakes::built("sntpctl"), "--control", folder_.path("control")});
    return fakes::run(std::move(words));
  }
  std::string sntpctl_command() const {
    return fakes::built("sntpctl") + " --control " + folder_.path("control");
  }
  static fakes::Finished shell(const std::string& command) { return fakes::run({"sh", "-c", command}); }
  fakes::RawClient client_from(IpAddress source) const { return {fakes::kLoopbackV4, port_, source}; }

 private:
  // Options that `options` leaves out are the test's own.
  std::vector<std::string> arguments(const std::vector<std::string>& options,
                                     const std::string& program) const {
    std::vector<std::string> all{fakes::built(program), "--no-clock"};
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

}  // namespace isletime
