// SPDX-License-Identifier: MIT
// The way from a lockstep program to the bench: two FIFOs in the working directory, `to_bench` and
// `from_bench`, by semihosting or, in a native program, directly. The rest that differs between CPUs is here
// as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libsync/core/bytes.hpp"

namespace isletime::lockstep {

inline constexpr const char* kToBench = "to_bench";
inline constexpr const char* kFromBench = "from_bench";
// A program that cannot go on because the bench has left ends with this status.
inline constexpr int kBenchLeft = 97;

extern const std::string_view kBoardName;
extern const std::uint32_t kTicksPerSecond;

void open_transport();
// A free-running count of ticks by the emulator's own time. If QEMU counts instructions (-icount), it tells
// how long the program has computed.
std::uint32_t emulated_ticks();
// Blocks until something has arrived, and returns how many bytes it was. A buffer must not cross a multiple
// of 4096 bytes: QEMU's Xtensa machines read page by page, and would wait for a second page to be filled.
std::size_t read_some(MutableBytes buffer);
void write_all(Bytes bytes);
[[noreturn]] void end(int status);

}  // namespace isletime::lockstep
