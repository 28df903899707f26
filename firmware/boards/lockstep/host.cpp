// SPDX-License-Identifier: MIT
// The lockstep board as a native program, so that sanitizers and debuggers see the device's code.
#include <fcntl.h>
#include <unistd.h>

#include "firmware/app.hpp"
#include "firmware/board.hpp"
#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::lockstep {
namespace {

int to_bench = -1;
int from_bench = -1;

}  // namespace

const std::string_view kBoardName = "lockstep-host";
const std::uint32_t kTicksPerSecond = 1'000'000;  // as micros() of Arduino's cores: wraps after 71.6 minutes

void open_transport() {
  to_bench = ::open(kToBench, O_WRONLY);
  from_bench = ::open(kFromBench, O_RDONLY);
  if (to_bench < 0 || from_bench < 0) end(kBenchLeft);
}

std::size_t read_some(MutableBytes buffer) {
  const ssize_t count = ::read(from_bench, buffer.data(), buffer.size());
  if (count <= 0) end(kBenchLeft);
  return static_cast<std::size_t>(count);
}

void write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(to_bench, bytes.data(), bytes.size());
    if (count <= 0) end(kBenchLeft);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::uint32_t emulated_ticks() {
  return 0;
}

void end(int status) {
  std::exit(status);
}

}  // namespace isletime::lockstep

// The stack is the operating system's here.
isletime::board::StackUse isletime::board::stack_use() {
  return {.deepest = 0, .size = 0};
}

// In a freestanding environment, clang does not know that this name is C's.
extern "C" int main() {
  isletime::board::start();
  isletime::board::stop(isletime::firmware::run());
}
