// SPDX-License-Identifier: MIT
// What the system cannot do for a program that runs with failing_system.so: the content of the file that its
// environment's FAILING_SYSTEM names.
#pragma once

#include <atomic>

namespace isletime::fakes {

struct SystemFailures {
  std::atomic<int> threads_passed{0};  // of the next attempts to start a thread, those that succeed first
  std::atomic<int> threads_left{0};    // of those behind them, those that fail
  std::atomic<int> thread_count{0};    // those that have failed
  std::atomic<bool> disk_hangs{false};
  std::atomic<int> hanging{0};  // calls that wait for the disk
};

}  // namespace isletime::fakes
