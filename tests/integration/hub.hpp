// SPDX-License-Identifier: MIT
// sntpd on loopback and a free port, for the length of a test.
#pragma once

#include <string>
#include <vector>

#include "tests/fakes/program.hpp"
#include "tests/fakes/raw_client.hpp"

namespace isletime {

class Hub {
 public:
  explicit Hub(std::vector<std::string> options = {}, const std::string& program = "sntpd")
      : port_(fakes::free_port()), program_(arguments(port_, std::move(options), program)) {
    is_serving_ = program_.wait_for(": serving ");
  }

  bool is_serving() const { return is_serving_; }
  std::uint16_t port() const { return port_; }
  fakes::Program& program() { return program_; }
  fakes::RawClient client(IpAddress address = fakes::kLoopbackV4) const { return {address, port_}; }
  fakes::RawClient client_from(IpAddress source) const { return {fakes::kLoopbackV4, port_, source}; }

 private:
  static std::vector<std::string> arguments(std::uint16_t port, std::vector<std::string> options,
                                            const std::string& program) {
    std::vector<std::string> all{fakes::built(program), "--no-clock", "--port", std::to_string(port)};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  std::uint16_t port_;
  fakes::Program program_;
  bool is_serving_ = false;
};

}  // namespace isletime
