// SPDX-License-Identifier: MIT
// A datagram that this process sends to itself on loopback: what the kernel needs for sending is then in
// the processor's caches, and the next one that leaves takes a small part of the time that it would take
// after a rest.
#pragma once

#include "libsync/posix/fd.hpp"

namespace isletime {

class Rehearsal {
 public:
  // Rehearses for one family. Without a loopback address of that family it does nothing.
  explicit Rehearsal(bool is_v4);

  void play();

 private:
  Fd socket_;
};

}  // namespace isletime
