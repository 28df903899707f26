// SPDX-License-Identifier: MIT
// Start-up of a Cortex-M3, and Arm's semihosting. QEMU's memory starts as zeros, so .bss needs no clearing.
#include "tests/firmware/machine.hpp"

#include <cstdint>

namespace isletime::machine {
namespace {

constexpr int kWriteCharacter = 0x03;
constexpr int kExitExtended = 0x20;
constexpr std::uint32_t kApplicationExit = 0x20026;

void semihosting_call(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

}  // namespace

void write(std::string_view text) {
  for (const char& character : text) semihosting_call(kWriteCharacter, &character);
}

void exit(int status) {
  const std::uint32_t arguments[] = {kApplicationExit, static_cast<std::uint32_t>(status)};
  for (;;) semihosting_call(kExitExtended, arguments);
}

}  // namespace isletime::machine

namespace {

[[noreturn]] void fault() {
  isletime::machine::write("fault\n");
  isletime::machine::exit(255);
}

}  // namespace

extern "C" {

extern std::uint32_t stack_top;

[[noreturn]] void start() {
  run();
}

union Vector {
  const void* stack;
  void (*handler)();
};

// The vectors are stack, reset, and the faults; no other exception is enabled.
[[gnu::section(".vectors"), gnu::used]] const Vector kVectors[] = {
    {.stack = &stack_top}, {.handler = start}, {.handler = fault}, {.handler = fault},
    {.handler = fault},    {.handler = fault}, {.handler = fault},
};

}  // extern "C"
