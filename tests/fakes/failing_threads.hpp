// SPDX-License-Identifier: MIT
// Which threads a program cannot start that runs with failing_threads.so: the content of the file that its
// environment's FAILING_THREADS names.
#pragma once

#include <atomic>

namespace isletime::fakes {

struct ThreadFailures {
  std::atomic<int> passed{0};  // of the next attempts, those that succeed first
  std::atomic<int> left{0};    // of those behind them, those that fail
  std::atomic<int> count{0};   // those that have failed
};

}  // namespace isletime::fakes
