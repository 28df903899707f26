// SPDX-License-Identifier: MIT
// Tells when interfaces or their addresses come, go or change (rtnetlink(7)): for poll(2), and only
// that something did, which interface_addresses() then shows.
#pragma once

#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

class InterfaceWatch {
 public:
  static Result<InterfaceWatch, SysError> open();

  // Whether anything has happened since the last call. Never waits.
  bool take_changed();
  int descriptor() const { return socket_.get(); }

 private:
  explicit InterfaceWatch(Fd socket) : socket_(std::move(socket)) {}

  Fd socket_;
};

}  // namespace isletime
