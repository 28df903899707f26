// SPDX-License-Identifier: MIT
// Which failures failing_system.so simulates: the content of the file that the environment's FAILING_SYSTEM
// names.
#pragma once

#include <atomic>

namespace isletime::fakes {

struct SystemFailures {
  std::atomic<int> threads_passed{0};  // attempts to start a thread that succeed before the failures
  std::atomic<int> threads_left{0};    // attempts that fail after those
  std::atomic<int> thread_count{0};    // attempts that have failed
  std::atomic<bool> disk_hangs{false};
  std::atomic<int> hanging{0};  // calls that are waiting for the disk
  std::atomic<bool> is_slow_after_send{false};
};

}  // namespace isletime::fakes
