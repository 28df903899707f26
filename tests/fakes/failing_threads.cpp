// SPDX-License-Identifier: MIT
// For LD_PRELOAD: a system that has no room for another thread, as the file FAILING_THREADS says.
#include "tests/fakes/failing_threads.hpp"

#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using isletime::fakes::ThreadFailures;

// Opened as the program starts: later it may not be permitted to.
ThreadFailures* const failures = [] {
  const char* path = std::getenv("FAILING_THREADS");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
  void* memory = file < 0
                     ? MAP_FAILED
                     : mmap(nullptr, sizeof(ThreadFailures), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<ThreadFailures*>(memory);
}();

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                              void* argument) noexcept {
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static auto* const real = reinterpret_cast<Create*>(dlsym(RTLD_NEXT, "pthread_create"));
  if (failures->passed > 0) {
    --failures->passed;
  } else if (failures->left > 0) {
    --failures->left;
    ++failures->count;
    return EAGAIN;
  }
  return real(thread, attributes, body, argument);
}
