// SPDX-License-Identifier: MIT
// The lockstep board's transport on a Cortex-M3: Arm's semihosting (DUI 0471), as of QEMU's mps2-an385.
#include <cstdint>

#include "firmware/boards/lockstep/transport.hpp"

extern "C" std::uint8_t stack_lowest, stack_top;  // of the linker script

namespace isletime::lockstep {
namespace {

enum Operation : std::uint32_t {
  kOpen = 0x01,
  kWrite = 0x05,
  kRead = 0x06,
  kExitExtended = 0x20,
};
constexpr std::uintptr_t kModeRead = 1;   // "rb"
constexpr std::uintptr_t kModeWrite = 5;  // "wb"
constexpr std::uintptr_t kApplicationExit = 0x20026;

std::uintptr_t to_bench;
std::uintptr_t from_bench;

template <class... Arguments>
std::uintptr_t semihosting_call(Operation operation, Arguments... arguments) {
  const std::uintptr_t block[] = {arguments...};
  register std::uintptr_t r0 asm("r0") = operation;
  register const std::uintptr_t* r1 asm("r1") = block;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

std::uintptr_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

std::uintptr_t open(const char* path, std::uintptr_t mode) {
  const std::uintptr_t handle = semihosting_call(kOpen, address(path), mode, std::string_view{path}.size());
  if (handle == UINTPTR_MAX) end(kBenchLeft);
  return handle;
}

}  // namespace

const std::string_view kBoardName = "lockstep-cortex-m3";
const std::uint32_t kTicksPerSecond = 25'000'000;  // as on the mps2-an385: wraps after 172 s

void open_transport() {
  to_bench = open(kToBench, kModeWrite);
  from_bench = open(kFromBench, kModeRead);
}

// Both calls return how many bytes they did not transfer.
std::size_t read_some(MutableBytes buffer) {
  const std::uintptr_t left = semihosting_call(kRead, from_bench, address(buffer.data()), buffer.size());
  if (left >= buffer.size()) end(kBenchLeft);
  return buffer.size() - left;
}

void write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const std::uintptr_t left = semihosting_call(kWrite, to_bench, address(bytes.data()), bytes.size());
    if (left >= bytes.size()) end(kBenchLeft);
    bytes = bytes.last(left);
  }
}

void end(int status) {
  for (;;) semihosting_call(kExitExtended, kApplicationExit, static_cast<std::uintptr_t>(status));
}

MutableBytes unused_stack() {
  auto* const here = static_cast<std::uint8_t*>(__builtin_frame_address(0));
  return {&stack_lowest, static_cast<std::size_t>(here - &stack_lowest)};
}

}  // namespace isletime::lockstep
