// SPDX-License-Identifier: MIT
// Reports through a descriptor for poll(2) that interfaces or their addresses have changed (rtnetlink(7)).
// interface_addresses() then returns the current ones.
#pragma once

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

class InterfaceWatch {
 public:
  static Result<InterfaceWatch, SysError> open();

  // Returns whether anything has changed since the last call. Never blocks.
  bool take_changed();
  int descriptor() const { return socket_.get(); }

 private:
  explicit InterfaceWatch(Fd socket) : socket_(std::move(socket)) {}

  Fd socket_;
};

}  // namespace isletime
