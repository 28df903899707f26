// SPDX-License-Identifier: MIT
// The functions that the start-up code of every CPU calls.
#pragma once

#include <cstdint>

extern "C" {

// Runs constructors, board::start(), the app, and board::stop() with its exit status. Before it stops, it
// says on the console how deep the stack has been: "stack: 2112 of 6144 bytes".
[[noreturn]] void start_program();

// Says on the console what the CPU reports, and stops with status 100. `cause` is the CPU's own number.
[[noreturn]] void report_fault(std::uint32_t cause, std::uint32_t pc, std::uint32_t address);
}
