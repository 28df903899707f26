// SPDX-License-Identifier: MIT
// Tells that interfaces or their addresses came, went or changed (rtnetlink(7)), by a descriptor for poll(2).
// interface_addresses() then shows what did.
#pragma once

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

class InterfaceWatch {
 public:
  static Result<InterfaceWatch, SysError> open();

  // Whether anything has happened since the last call. It never waits.
  bool take_changed();
  int descriptor() const { return socket_.get(); }

 private:
  explicit InterfaceWatch(Fd socket) : socket_(std::move(socket)) {}

  Fd socket_;
};

}  // namespace isletime
