// SPDX-License-Identifier: MIT
// Start-up of a Cortex-M3: its vector table, and what a fault tells (Armv7-M Architecture Reference Manual,
// B1.5 and B3.2). QEMU's memory starts as zeros, so .bss needs no clearing. A board defines the interrupts
// that it enables.
#include <cstdint>

#include "firmware/boards/common/painted_stack.hpp"
#include "firmware/boards/common/program.hpp"
#include "firmware/boards/common/registers.hpp"

extern "C" {

// Reached by an exception that no board has a function for, and by all faults. Called with what the CPU
// pushed.
[[noreturn, gnu::used]] void report_cortex_m3_fault(const std::uint32_t* frame) {
  using isletime::board::reg;
  constexpr std::uintptr_t kFaultStatus = 0xE000'ED28;         // CFSR
  constexpr std::uintptr_t kMemoryFaultAddress = 0xE000'ED34;  // MMFAR
  constexpr std::uintptr_t kBusFaultAddress = 0xE000'ED38;     // BFAR
  constexpr std::uint32_t kMemoryFaultAddressValid = 1U << 7;
  constexpr int kPushedPc = 6;
  const std::uint32_t status = reg(kFaultStatus);
  report_fault(status, frame[kPushedPc],
               reg((status & kMemoryFaultAddressValid) != 0 ? kMemoryFaultAddress : kBusFaultAddress));
}

[[gnu::naked]] void cortex_m3_fault() {
  asm volatile("mrs r0, msp\n b report_cortex_m3_fault");
}

[[gnu::weak, gnu::nothrow, gnu::alias("cortex_m3_fault")]] void timer_interrupt();
[[gnu::weak, gnu::nothrow, gnu::alias("cortex_m3_fault")]] void console_interrupt();
[[gnu::weak, gnu::nothrow, gnu::alias("cortex_m3_fault")]] void ethernet_interrupt();

[[noreturn]] void start_cortex_m3() {
  start_program();
}

union Vector {
  const void* stack;
  void (*handler)();
};

struct VectorTable {
  Vector system[16];
  Vector external[32];
};

// External interrupts as on the AN385: 0 is the receiver of UART 0, 13 the Ethernet controller.
[[gnu::section(".vectors"), gnu::used]] const VectorTable kVectors = {
    .system = {{.stack = stack_top},
               {.handler = start_cortex_m3},
               {.handler = cortex_m3_fault},
               {.handler = cortex_m3_fault},
               {.handler = cortex_m3_fault},
               {.handler = cortex_m3_fault},
               {.handler = cortex_m3_fault},
               {},
               {},
               {},
               {},
               {.handler = cortex_m3_fault},
               {.handler = cortex_m3_fault},
               {},
               {.handler = cortex_m3_fault},
               {.handler = timer_interrupt}},
    .external = {{.handler = console_interrupt},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = cortex_m3_fault},
                 {.handler = ethernet_interrupt}},
};

}  // extern "C"
