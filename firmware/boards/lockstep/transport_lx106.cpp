// SPDX-License-Identifier: MIT
// The lockstep board's transport on the ESP8266's CPU: QEMU's `-M sim -cpu lx106 -semihosting`, whose
// simulator calls open, read and write the host's files.
#include <cstdint>

#include "firmware/boards/lockstep/transport.hpp"

extern "C" std::uint8_t stack_lowest, stack_top;  // of the linker script

namespace isletime::lockstep {
namespace {

constexpr int kExit = 1;
constexpr int kRead = 3;
constexpr int kWrite = 4;
constexpr int kOpen = 5;
constexpr std::uintptr_t kReadOnly = 0;
constexpr std::uintptr_t kWriteOnly = 1;

std::uintptr_t to_bench;
std::uintptr_t from_bench;

int simulator_call(int number, std::uintptr_t first, std::uintptr_t second, std::uintptr_t third) {
  register int a2 asm("a2") = number;
  register std::uintptr_t a3 asm("a3") = first;
  register std::uintptr_t a4 asm("a4") = second;
  register std::uintptr_t a5 asm("a5") = third;
  asm volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return a2;
}

std::uintptr_t open(const char* path, std::uintptr_t flags) {
  const int descriptor = simulator_call(kOpen, reinterpret_cast<std::uintptr_t>(path), flags, 0);
  if (descriptor < 0) end(kBenchLeft);
  return static_cast<std::uintptr_t>(descriptor);
}

}  // namespace

const std::string_view kBoardName = "lockstep-lx106";
const std::uint32_t kTicksPerSecond = 80'000'000;  // CCOUNT at the ESP8266's usual clock: wraps after 54 s

void open_transport() {
  to_bench = open(kToBench, kWriteOnly);
  from_bench = open(kFromBench, kReadOnly);
}

std::size_t read_some(MutableBytes buffer) {
  const int count =
      simulator_call(kRead, from_bench, reinterpret_cast<std::uintptr_t>(buffer.data()), buffer.size());
  if (count <= 0) end(kBenchLeft);
  return static_cast<std::size_t>(count);
}

void write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const int count =
        simulator_call(kWrite, to_bench, reinterpret_cast<std::uintptr_t>(bytes.data()), bytes.size());
    if (count <= 0) end(kBenchLeft);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void end(int status) {
  for (;;) simulator_call(kExit, static_cast<std::uintptr_t>(status), 0, 0);
}

MutableBytes unused_stack() {
  auto* const here = static_cast<std::uint8_t*>(__builtin_frame_address(0));
  return {&stack_lowest, static_cast<std::size_t>(here - &stack_lowest)};
}

}  // namespace isletime::lockstep
