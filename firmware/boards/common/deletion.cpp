// SPDX-License-Identifier: MIT
// Objects live as long as the program, so nothing is ever deleted or destroyed at its end; only tables of
// virtual functions name these.
#include <cstddef>

void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}

extern "C" {
void* __dso_handle = nullptr;
int __aeabi_atexit(void*, void (*)(void*), void*) {
  return 0;
}
int __cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}
}
