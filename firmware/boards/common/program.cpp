// SPDX-License-Identifier: MIT
#include "firmware/boards/common/program.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "firmware/app.hpp"
#include "firmware/board.hpp"

extern "C" {
extern void (*const constructors_start[])();
extern void (*const constructors_end[])();
}

namespace isletime {
namespace {

constexpr int kFaultStatus = 100;

bool is_reporting = false;

void write_hex(std::uint32_t value) {
  std::array<char, 8> digits{};
  for (std::size_t i = digits.size(); i > 0; value >>= 4) digits[--i] = "0123456789abcdef"[value & 15];
  board::write({digits.data(), digits.size()});
}

}  // namespace
}  // namespace isletime

void start_program() {
  for (auto* constructor = constructors_start; constructor != constructors_end; ++constructor)
    (*constructor)();
  isletime::board::start();
  isletime::board::stop(isletime::firmware::run());
}

// The standard library's texts with positions call this where it would throw; nothing of ours may come here.
[[noreturn]] void std::__throw_out_of_range_fmt(const char*, ...) {
  isletime::board::write("\nfault: a position beyond the end of a text\n");
  isletime::board::stop(isletime::kFaultStatus);
}

void report_fault(std::uint32_t cause, std::uint32_t pc, std::uint32_t address) {
  using namespace isletime;
  // The console itself may be what faults.
  if (is_reporting) board::stop(kFaultStatus);
  is_reporting = true;
  board::write("\nfault ");
  write_hex(cause);
  board::write(" at ");
  write_hex(pc);
  board::write(" for address ");
  write_hex(address);
  board::write("\n");
  board::stop(kFaultStatus);
}
