// SPDX-License-Identifier: MIT
// The functions that lwIP calls: the time in milliseconds, random numbers, and the end after a broken
// invariant. See firmware/lwip/arch/cc.h.
#include <chrono>
#include <cstdint>
#include <lwip/arch.h>
#include <lwip/sys.h>

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"

extern "C" {

u32_t sys_now() {
  using std::chrono::milliseconds;
  const auto now = isletime::firmware::uptime().time_since_epoch();
  return static_cast<u32_t>(std::chrono::duration_cast<milliseconds>(now).count());
}

unsigned isletime_lwip_random() {
  return static_cast<unsigned>(isletime::board::random());
}

void isletime_lwip_failed() {
  constexpr int kSoftwareError = 70;  // EX_SOFTWARE of sysexits.h
  isletime::board::write("lwIP is in a state that it must not reach: restarting\n");
  isletime::board::stop(kSoftwareError);
}
}
