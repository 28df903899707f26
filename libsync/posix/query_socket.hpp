// SPDX-License-Identifier: MIT
// A client's socket for one query: a new socket has a new random source port (RFC 9109). It stays
// unconnected, so that a reply from the wrong address is seen and can be reported. The kernel's transmit
// timestamps and ICMP errors come through the error queue.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

struct TransmitStamp {
  WallTime at;
};
// An ICMP error reports that nobody listens there, or that there is no route.
struct Unreachable {
  int code;  // errno
};
struct ReceivedReply {
  Bytes bytes;  // valid until the next call
  Endpoint from;
  IpAddress local;
  WallTime received;
};
using QueryReport = std::variant<TransmitStamp, Unreachable>;
using QueryEvent = std::variant<TransmitStamp, Unreachable, ReceivedReply>;

class QuerySocket {
 public:
  static Result<QuerySocket, SysError> open(const Endpoint& server);

  // Returns the clock's reading just before sending; a TransmitStamp event may follow.
  Result<WallTime, SysError> send(const Endpoint& server, Bytes bytes);
  // Never blocks: poll descriptor() for POLLIN. Transmit timestamps come before the replies to their queries.
  // Returns nothing if there is nothing more at present.
  std::optional<QueryEvent> next_event();

  // The two queues behind next_event(), for a loop that polls for POLLIN and POLLPRI. In clock simulators,
  // reading an error queue that has reported neither POLLPRI nor POLLERR drops a reply.
  std::optional<QueryReport> next_report();
  std::optional<ReceivedReply> next_reply();

  int descriptor() const { return socket_.get(); }

 private:
  struct Message;

  explicit QuerySocket(Fd socket) : socket_(std::move(socket)) {}
  std::optional<Message> read_queue(int flags);

  Fd socket_;
  std::array<std::uint8_t, 1024> buffer_{};
};

}  // namespace isletime
