// SPDX-License-Identifier: MIT
// A stranger's program that needs the libraries behind libsync::posix.
#include "libsync/posix/random.hpp"

int main() {
  return isletime::random_u64() == isletime::random_u64() ? 1 : 0;
}
