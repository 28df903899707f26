// SPDX-License-Identifier: MIT
// Replaces libc's clock functions and everything else through which the real machine would be visible. No
// call that sets a clock reaches the kernel, which would refuse it too, as the process drops CAP_SYS_TIME
// before it starts.
#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "tests/clocksim/libc.hpp"

// libc has these functions, but none of its headers declares them.
extern "C" int capget(__user_cap_header_struct*, __user_cap_data_struct*);
extern "C" int capset(__user_cap_header_struct*, const __user_cap_data_struct*);

namespace isletime::clocksim {

Simulation& simulation() {
  static Simulation one;
  static const pthread_t kOwner = pthread_self();
  if (pthread_equal(kOwner, pthread_self()) == 0) refuse("a second thread");
  return one;
}

namespace {

__attribute__((constructor)) void give_up_the_right_to_set_clocks() {
  constexpr unsigned kBit = 1U << CAP_SYS_TIME;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  if (capget(&header, sets) != 0) refuse("capget");
  if (((sets[0].permitted | sets[0].effective) & kBit) == 0) return;
  for (auto* set : {&sets[0].permitted, &sets[0].effective, &sets[0].inheritable}) *set &= ~kBit;
  prctl(PR_CAPBSET_DROP, CAP_SYS_TIME);
  if (capset(&header, sets) != 0) refuse("a program that may set the real clock");
}

// Opens a file descriptor from which this text can be read.
int file_of(const std::string& text) {
  const int fd = memfd_create("clocksim", 0);
  if (fd < 0 || write(fd, text.data(), text.size()) < 0 || lseek(fd, 0, SEEK_SET) < 0) refuse("memfd_create");
  return fd;
}

}  // namespace
}  // namespace isletime::clocksim

using namespace isletime::clocksim;

// libc's declarations use reserved names for the parameters.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
#pragma GCC visibility push(default)
extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const bool is_raw = clock == CLOCK_MONOTONIC_RAW;
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && !is_raw)
    refuse("clock_gettime of another clock");
  *time = is_raw ? simulation().read_raw() : simulation().read(clock == CLOCK_REALTIME);
  return 0;
}

int gettimeofday(timeval* time, void*) noexcept {
  const timespec now = simulation().read(true);
  *time = {now.tv_sec, now.tv_nsec / 1'000};
  return 0;
}

time_t time(time_t* time) noexcept {
  const time_t now = simulation().read(true).tv_sec;
  if (time != nullptr) *time = now;
  return now;
}

int clock_adjtime(clockid_t clock, timex* request) noexcept {
  if (clock != CLOCK_REALTIME) refuse("clock_adjtime of another clock");
  return simulation().clock().adjust(*request);
}

int adjtimex(timex* request) noexcept {
  return simulation().clock().adjust(*request);
}

int ntp_adjtime(timex* request) noexcept {
  return simulation().clock().adjust(*request);
}

int settimeofday(const timeval* time, const struct timezone*) noexcept {
  if (time == nullptr) refuse("settimeofday of a time zone");
  simulation().set(static_cast<double>(time->tv_sec) + static_cast<double>(time->tv_usec) * 1e-6);
  return 0;
}

int clock_settime(clockid_t, const timespec*) noexcept {
  refuse("clock_settime");
}

int adjtime(const timeval*, timeval*) noexcept {
  refuse("adjtime");
}

int nanosleep(const timespec*, timespec*) {
  refuse("nanosleep");
}

// Other system calls that change a clock are refused; programs must use the functions above.
long syscall(long number, ...) noexcept {
  if (number == SYS_adjtimex || number == SYS_clock_adjtime || number == SYS_settimeofday ||
      number == SYS_clock_settime) {
    refuse("syscall(2) that sets a clock");
  }
  va_list arguments;
  va_start(arguments, number);
  long words[6];
  for (long& word : words) word = va_arg(arguments, long);
  va_end(arguments);
  return libc<long (*)(long, ...)>("syscall")(number, words[0], words[1], words[2], words[3], words[4],
                                              words[5]);
}

// This is a function of libcap: chronyd does not touch the clock without CAP_SYS_TIME.
int cap_get_bound(int) {
  return 1;
}

// The bytes come from the seed, so that a program behaves the same in each run.
ssize_t getrandom(void* bytes, size_t size, unsigned) {
  auto* out = static_cast<std::uint8_t*>(bytes);
  std::generate_n(out, size, [] { return simulation().random().byte(); });
  return static_cast<ssize_t>(size);
}

// The timer is for noticing steps of the clock, and here it never expires.
int timerfd_create(int, int) noexcept {
  return simulation().open(false);
}

int timerfd_settime(int fd, int, const itimerspec*, itimerspec*) noexcept {
  simulation().get(fd);
  return 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : mode_t{0};
  va_end(arguments);
  if (std::strcmp(path, "/proc/uptime") == 0) return file_of(simulation().uptime_text());
  if (std::strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) return file_of(simulation().boot_id());
  return libc<int (*)(const char*, int, ...)>("open")(path, flags, mode);
}

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
