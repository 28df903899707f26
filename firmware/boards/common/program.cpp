// SPDX-License-Identifier: MIT
#include "firmware/boards/common/program.hpp"

#include <array>

#include "firmware/app.hpp"
#include "firmware/board.hpp"
#include "firmware/boards/common/painted_stack.hpp"
#include "libsync/core/text_writer.hpp"

extern "C" void (*constructors_start[])(), (*constructors_end[])();  // of the linker script

namespace isletime {
namespace {

constexpr int kFaultStatus = 100;

bool is_reporting = false;

void report_stack() {
  const board::StackUse stack = board::stack_use();
  std::array<char, 60> room{};
  TextWriter line{room};
  line.text("stack: ").number(stack.deepest).text(" of ").number(stack.size).text(" bytes\n");
  board::write(line.view());
}

}  // namespace
}  // namespace isletime

void start_program() {
  isletime::board::paint_stack();
  for (auto* constructor = constructors_start; constructor != constructors_end; ++constructor)
    (*constructor)();
  isletime::board::start();
  const int status = isletime::firmware::run();
  isletime::report_stack();
  isletime::board::stop(status);
}

// The standard library's texts with positions call this where it would throw; nothing of ours may come here.
void std::__throw_out_of_range_fmt(const char*, ...) {
  isletime::board::write("\nfault: a position beyond the end of a text\n");
  isletime::board::stop(isletime::kFaultStatus);
}

void report_fault(std::uint32_t cause, std::uint32_t pc, std::uint32_t address) {
  using namespace isletime;
  // The console itself may be what faults.
  if (is_reporting) board::stop(kFaultStatus);
  is_reporting = true;
  std::array<char, 60> room{};
  TextWriter line{room};
  line.text("\nfault ")
      .hex(cause, 8)
      .text(" at ")
      .hex(pc, 8)
      .text(" for address ")
      .hex(address, 8)
      .text("\n");
  board::write(line.view());
  board::stop(kFaultStatus);
}
