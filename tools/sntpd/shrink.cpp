// SPDX-License-Identifier: MIT
#include "tools/sntpd/shrink.hpp"

#include <cstddef>

#include <malloc.h>
#include <sys/mman.h>

// The linker defines these: the start of the program in memory, and the end of its code.
extern "C" char __executable_start;  // NOLINT(readability-identifier-naming)
extern "C" char etext;

namespace isletime::sntpd {

void shrink() {
  malloc_trim(0);
  madvise(&__executable_start, static_cast<std::size_t>(&etext - &__executable_start), MADV_DONTNEED);
}

}  // namespace isletime::sntpd
