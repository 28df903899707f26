// SPDX-License-Identifier: MIT
// The lockstep board's transport under QEMU: the host's files by semihosting.
#include <optional>

#include "firmware/boards/common/host_files.hpp"
#include "firmware/boards/common/painted_stack.hpp"
#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::lockstep {
namespace {

using host::File;
using host::Mode;

std::optional<File> to_bench;
std::optional<File> from_bench;

}  // namespace

void open_transport() {
  // Opened for reading as well, because the mode that only writes would also create a file.
  to_bench = File::open(kToBench, Mode::kUpdate);
  from_bench = File::open(kFromBench, Mode::kRead);
  if (!to_bench || !from_bench) end(kBenchLeft);
}

std::size_t read_some(MutableBytes buffer) {
  const std::size_t count = from_bench->read(buffer);
  if (count == 0) end(kBenchLeft);
  return count;
}

void write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t count = to_bench->write(bytes);
    if (count == 0) end(kBenchLeft);
    bytes = bytes.subspan(count);
  }
}

void end(int status) {
  board::check_stack();
  host::exit(status);
}

}  // namespace isletime::lockstep
