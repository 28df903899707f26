// SPDX-License-Identifier: MIT
// A machine whose clock reads 1970 after boot, and an NTP server of 2040, which is in the next era and more
// than half an era ahead. For tests with jumping_clock.so, whose path is JUMPING_CLOCK_LIBRARY.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "libsync/posix/clocks.hpp"
#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::fakes {

class ClockOf1970 {
 public:
  static constexpr WallTime kBoot{seconds{60}};
  static constexpr nanoseconds kServersOffset = seconds{2'208'988'800};  // 1970-01-01 to 2040-01-01

  ClockOf1970() {
    const std::array<std::int64_t, 2> jump{back_.count(), 0};  // has the layout of ClockJump
    std::ofstream(path_, std::ios::binary).write(reinterpret_cast<const char*>(jump.data()), sizeof jump);
  }

  // Returns the command that runs a program with this clock.
  std::vector<std::string> command() const {
    return {"env", "LD_PRELOAD=" JUMPING_CLOCK_LIBRARY, "JUMPING_CLOCK=" + path_};
  }
  std::string server() const { return "127.0.0.1:" + server_.port(); }

 private:
  NtpTimestamp of_2040(NtpTimestamp stamp) const {
    return to_ntp(*unfold(stamp, wall_now()) + back_ + kServersOffset);
  }

  nanoseconds back_ = elapsed(wall_now(), kBoot);
  ScratchFolder folder_;
  std::string path_ = folder_.path("jump");
  LyingServer server_{[this](const LyingServer::Question& question) {
    Header reply = question.truth;
    for (NtpTimestamp* stamp : {&reply.reference, &reply.receive, &reply.transmit}) *stamp = of_2040(*stamp);
    return only(reply);
  }};
};

}  // namespace isletime::fakes
