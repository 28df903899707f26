// SPDX-License-Identifier: MIT
// Queries an upstream once, as a loop on poll(2) does, and waits for the outcome.
#pragma once

#include <algorithm>
#include <chrono>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/random.hpp"
#include "tools/sntpd/keeping/upstream.hpp"

namespace isletime::fakes {

inline sntpd::QueryOutcome outcome_of(sntpd::Upstream& upstream) {
  auto outcome = upstream.ask(mono_now(), random_u64());
  while (!outcome) {
    pollfd polled = upstream.poll_entry();
    const nanoseconds left = elapsed(mono_now(), upstream.next_wakeup());
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(0, patience))) > 0) {
      outcome = upstream.read(polled.revents, mono_now());
    } else {
      outcome = upstream.ask(mono_now(), random_u64());
    }
  }
  return *outcome;
}

}  // namespace isletime::fakes
