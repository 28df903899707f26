// SPDX-License-Identifier: MIT
#include "tools/common/signals.hpp"

#include <csignal>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "tools/common/sanitizer.hpp"

namespace isletime {
namespace {

// A signal handler may write only variables of this type.
volatile std::sig_atomic_t stop_flag = 0;
volatile std::sig_atomic_t reload_flag = 0;

// A signal between the check of a flag and poll(2) would go unnoticed until the next event: the
// alarm interrupts that poll a second later.
void on_stop(int) {
  stop_flag = 1;
  alarm(1);
}
void on_reload(int) {
  reload_flag = 1;
  alarm(1);
}
void on_alarm(int) {}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_signals(Hangup hangup) {
  // ThreadSanitizer loses a signal that arrives during the first call that can block.
  if constexpr (kIsSanitized) poll(nullptr, 0, 0);
  handle(SIGINT, on_stop);
  handle(SIGTERM, on_stop);
  handle(SIGHUP, hangup == Hangup::kReloads ? on_reload : on_stop);
  handle(SIGALRM, on_alarm);
}

bool stop_requested() {
  return stop_flag != 0;
}

bool take_reload_request() {
  if (reload_flag == 0) return false;
  reload_flag = 0;
  return true;
}

SignalsBlocked::SignalsBlocked() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace isletime
