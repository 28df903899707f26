// SPDX-License-Identifier: MIT
// Holds back the lx106's interrupts as long as an object of this type lives.
#pragma once

#include <cstdint>

namespace isletime::board {

class InterruptsHeld {
 public:
  InterruptsHeld() { asm volatile("rsil %0, 1" : "=a"(state_)::"memory"); }
  InterruptsHeld(const InterruptsHeld&) = delete;
  InterruptsHeld& operator=(const InterruptsHeld&) = delete;
  ~InterruptsHeld() { asm volatile("wsr %0, ps\n rsync" ::"a"(state_) : "memory"); }

 private:
  std::uint32_t state_;
};

}  // namespace isletime::board
