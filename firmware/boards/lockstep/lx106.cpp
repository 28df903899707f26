// SPDX-License-Identifier: MIT
// The lockstep board on the ESP8266's CPU: QEMU's `-M sim -cpu lx106 -semihosting`.
#include "firmware/boards/common/program.hpp"
#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::lockstep {

const std::string_view kBoardName = "lockstep-lx106";
const std::uint32_t kTicksPerSecond = 80'000'000;  // CCOUNT at the chip's usual clock: wraps after 54 s

// QEMU's machine counts half as fast.
std::uint32_t emulated_ticks() {
  constexpr std::uint32_t kEmulatedTicksPerSecond = 40'000'000;
  std::uint32_t count;
  asm volatile("rsr %0, ccount" : "=a"(count)::"memory");
  return count * (kTicksPerSecond / kEmulatedTicksPerSecond);
}

}  // namespace isletime::lockstep

// None is enabled: the button's is the bench's.
extern "C" [[gnu::section(".iram.text")]] void interrupt() {
  report_fault(0, 0, 0);
}
