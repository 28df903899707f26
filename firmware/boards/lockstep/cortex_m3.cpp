// SPDX-License-Identifier: MIT
// The lockstep board on a Cortex-M3: QEMU's `-M mps2-an385 -semihosting-config enable=on,target=native`.
#include "firmware/boards/common/registers.hpp"
#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::lockstep {

const std::string_view kBoardName = "lockstep-cortex-m3";
const std::uint32_t kTicksPerSecond = 25'000'000;  // as on the mps2-an385: wraps after 172 s

std::uint32_t emulated_ticks() {
  constexpr std::uintptr_t kCounter = 0x4002'8018;
  return board::reg(kCounter);
}

}  // namespace isletime::lockstep
