// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM ask a program to stop, SIGHUP to reload. Plain handlers that interrupt
// poll(2): clock simulators that stand in for libc know neither signalfd nor pipes.
#pragma once

#include <signal.h>

namespace isletime {

enum class Hangup { kStops, kReloads };

void catch_signals(Hangup hangup);
bool stop_requested();
// True once after each SIGHUP.
bool take_reload_request();

// Threads started while one of these lives are never interrupted by a signal.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace isletime
