// SPDX-License-Identifier: MIT
// Semihosting by the simulator call of Xtensa's ISS, which QEMU's sim machine supports.
#include "tests/firmware/machine.hpp"

#include <array>
#include <cstdint>

namespace isletime::machine {
namespace {

constexpr int kExit = 1;
constexpr int kWrite = 4;
constexpr int kStandardOutput = 1;

void simulator_call(int number, std::uintptr_t first, std::uintptr_t second, std::uintptr_t third) {
  register int a2 asm("a2") = number;
  register std::uintptr_t a3 asm("a3") = first;
  register std::uintptr_t a4 asm("a4") = second;
  register std::uintptr_t a5 asm("a5") = third;
  asm volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
}

void write_hex(std::uint32_t value) {
  std::array<char, 8> digits{};
  for (std::size_t i = digits.size(); i > 0; value >>= 4) digits[--i] = "0123456789abcdef"[value & 15];
  write({digits.data(), digits.size()});
}

}  // namespace

void write(std::string_view text) {
  simulator_call(kWrite, kStandardOutput, reinterpret_cast<std::uintptr_t>(text.data()), text.size());
}

void exit(int status) {
  for (;;) simulator_call(kExit, static_cast<std::uintptr_t>(status), 0, 0);
}

}  // namespace isletime::machine

// An unaligned load has cause 9, as on the chip.
extern "C" [[noreturn]] void report_exception(std::uint32_t cause, std::uint32_t at, std::uint32_t address) {
  using namespace isletime::machine;
  write("exception ");
  write_hex(cause);
  write(" at ");
  write_hex(at);
  write(" for address ");
  write_hex(address);
  write("\n");
  exit(255);
}
