// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM ask a program to stop, SIGHUP to reload. The handlers interrupt poll(2) instead of using
// signalfd or a pipe, which clock simulators that replace libc do not support.
#pragma once

#include <signal.h>

namespace isletime {

enum class Hangup { kStops, kReloads };

void catch_signals(Hangup hangup);
bool stop_requested();
// Returns true once after each SIGHUP.
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
