// SPDX-License-Identifier: MIT
// For LD_PRELOAD: starting a thread fails, the disk hangs or send() is slow once it has sent, as the file
// named by FAILING_SYSTEM says.
#include "tests/fakes/failing_system.hpp"

#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using isletime::fakes::SystemFailures;

// The file is opened at start because the program may lose the right to open it later.
SystemFailures* const failures = [] {
  const char* path = std::getenv("FAILING_SYSTEM");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
  void* memory = file < 0
                     ? MAP_FAILED
                     : mmap(nullptr, sizeof(SystemFailures), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<SystemFailures*>(memory);
}();

}  // namespace

extern "C" {

int fsync(int file) {
  static auto* const real = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "fsync"));
  ++failures->hanging;
  while (failures->disk_hangs) usleep(1000);
  --failures->hanging;
  return real(file);
}

ssize_t send(int socket, const void* data, size_t size, int flags) {
  using Send = ssize_t(int, const void*, size_t, int);
  static auto* const real = reinterpret_cast<Send*>(dlsym(RTLD_NEXT, "send"));
  const ssize_t sent = real(socket, data, size, flags);
  if (failures->is_slow_after_send) usleep(500'000);
  return sent;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) noexcept {
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static auto* const real = reinterpret_cast<Create*>(dlsym(RTLD_NEXT, "pthread_create"));
  if (failures->threads_passed > 0) {
    --failures->threads_passed;
  } else if (failures->threads_left > 0) {
    --failures->threads_left;
    ++failures->thread_count;
    return EAGAIN;
  }
  return real(thread, attributes, body, argument);
}
}
