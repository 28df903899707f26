// SPDX-License-Identifier: MIT
// A listening TCP socket of one address family, whose connections have bounded buffers and give up a peer
// that does not acknowledge.
#pragma once

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime::syncweb {

struct Listener {
  Fd socket;
  Endpoint local;  // with the port that the system chose, if none was given
};

Result<Listener, SysError> open_listener(const Endpoint& local);

}  // namespace isletime::syncweb
