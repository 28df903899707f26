// SPDX-License-Identifier: MIT
// The functions of the machine that tools use: its clocks, sleep, and setting the system clock.
#pragma once

#include <optional>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

  virtual WallTime wall_now() = 0;
  virtual MonoTime mono_now() = 0;
  // May return early if the program is to stop.
  virtual void sleep_until(MonoTime time) = 0;
  virtual bool is_to_stop() = 0;
  virtual std::optional<SysError> step_clock(Offset by) = 0;
};

class ThisMachine final : public Machine {
 public:
  WallTime wall_now() override;
  MonoTime mono_now() override;
  void sleep_until(MonoTime time) override;
  bool is_to_stop() override;
  std::optional<SysError> step_clock(Offset by) override;
};

// Reads both clocks.
Instant instant_of(Machine& machine);

}  // namespace isletime
