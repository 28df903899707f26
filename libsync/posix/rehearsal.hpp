// SPDX-License-Identifier: MIT
// Sends a datagram to this process on loopback. It brings the kernel's send path into the processor's caches,
// so that the next real datagram leaves much faster than it would after a rest.
#pragma once

#include "libsync/posix/fd.hpp"

namespace isletime {

class Rehearsal {
 public:
  // Rehearses for one family. Does nothing without a loopback address of that family.
  explicit Rehearsal(bool is_v4);

  void play();

 private:
  Fd socket_;
};

}  // namespace isletime
