// SPDX-License-Identifier: MIT
// For LD_PRELOAD: moves the machine's clock, and the kernel's timestamps of datagrams sent and received, as
// the file JUMPING_CLOCK says. The monotonic clock is left alone.
#include "tests/fakes/jumping_clock.hpp"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

#include <fcntl.h>
#include <linux/errqueue.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace {

using isletime::fakes::ClockJump;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

ClockJump* jump() {
  static ClockJump* const shared = [] {
    const char* path = std::getenv("JUMPING_CLOCK");
    const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void* memory =
        file < 0 ? MAP_FAILED : mmap(nullptr, sizeof(ClockJump), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    if (memory == MAP_FAILED) std::abort();
    return static_cast<ClockJump*>(memory);
  }();
  return shared;
}

// How far the clock was moved when the program last sent: the kernel stamped that datagram with the clock of
// that time.
std::int64_t by_when_sent = 0;

void set_forward(timespec& time, std::int64_t by) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t sum = time.tv_nsec + by;
  const std::int64_t fraction = (sum % kSecond + kSecond) % kSecond;
  time.tv_sec += (sum - fraction) / kSecond;
  time.tv_nsec = fraction;
}

void set_stamps_forward(msghdr& message, std::int64_t by) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps{};
    std::memcpy(&stamps, CMSG_DATA(control), sizeof stamps);
    set_forward(stamps.ts[0], by);
    std::memcpy(CMSG_DATA(control), &stamps, sizeof stamps);
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) set_forward(*time, jump()->by);
  return result;
}

ssize_t recvmsg(int socket, msghdr* message, int flags) {
  static auto* const real = next<ssize_t(int, msghdr*, int)>("recvmsg");
  const ssize_t size = real(socket, message, flags);
  if (size < 0) return size;
  const bool has_arrived = (flags & MSG_ERRQUEUE) == 0;
  if (has_arrived) jump()->by += jump()->by_before_next_arrival.exchange(0);
  set_stamps_forward(*message, has_arrived ? jump()->by.load() : by_when_sent);
  return size;
}

ssize_t sendto(int socket, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  static auto* const real =
      next<ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  by_when_sent = jump()->by;
  return real(socket, bytes, size, flags, to, length);
}
}
