// SPDX-License-Identifier: MIT
// canned_sntpd PATH: the fake control daemon as a program, for tests in other languages. It serves at PATH
// until a signal ends it, and announces when it is ready.
#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "tests/fakes/control_daemon.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  // Signals are blocked before a thread exists that could receive them instead.
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const isletime::fakes::ControlDaemon daemon(argv[1]);
  std::puts("serving");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
