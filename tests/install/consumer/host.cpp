// SPDX-License-Identifier: MIT
// A user's program that needs the libraries behind libsync::posix.
#include "libsync/posix/privileges.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/sandbox.hpp"

int main() {
  if (!isletime::find_user("root")) return 1;
  // It works without seccomp too.
  isletime::enter_sandbox();
  return isletime::random_u64() == isletime::random_u64() ? 1 : 0;
}
