// SPDX-License-Identifier: MIT
// A server's socket: requests come in batches, each with the kernel's receive timestamp and its destination
// address; replies leave one by one from that address. After the first batch it allocates no memory.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/rehearsal.hpp"
#include "libsync/posix/sys_error.hpp"
#include "libsync/posix/udp_socket.hpp"

namespace isletime {

struct Arrival {
  Bytes bytes;
  Endpoint from;
  Endpoint to;
  WallTime received;
  std::size_t slot = 0;  // the request's place in the batch
};

class ServiceSocket {
 public:
  enum class Sharing : std::uint8_t { kFirst, kFurther };
  enum class Wait : std::uint8_t { kForOne, kNot };

  // `local` is an address of this machine or "any", and a port. The first socket of an endpoint fails if
  // another program has it; further ones share it with the first, and the kernel spreads requests over them.
  static Result<ServiceSocket, SysError> open(const Endpoint& local, Sharing sharing);

  ServiceSocket(ServiceSocket&&) noexcept;
  ServiceSocket& operator=(ServiceSocket&&) noexcept;
  ~ServiceSocket();

  static constexpr std::size_t kBatchSize = 32;
  // Returns at most kBatchSize requests, valid until the next call. The result is empty if nothing arrived, a
  // signal did, or shut_down() was called.
  std::span<const Arrival> receive(Wait wait);
  // Returns false if the system could not send it; the client will ask again.
  bool reply(const Arrival& request, Bytes bytes);
  struct Reply {
    const Arrival* request;
    Bytes bytes;
    bool is_stamped = false;  // by the kernel, as it leaves
  };
  struct Sent {
    std::size_t count;  // a reply that cannot be sent does not stop the others
    // The number by which next_transmit_stamp() identifies the stamped reply, if there is one.
    std::optional<std::uint32_t> number;
  };
  static constexpr std::size_t kMostReplies = 3;
  // Sends at most kMostReplies in one go; at most one of them is stamped.
  Sent reply(std::span<const Reply> replies);

  // This and rehearse() prepare the first reply after a rest, so that it takes about as long as the ones that
  // follow. This one finds the route to the client without sending anything.
  void find_way(const Arrival& request);
  // This one sends a whole datagram to this process.
  void rehearse() { rehearsal_.play(); }

  struct TransmitStamp {
    std::uint32_t number;
    WallTime at;
  };
  // Returns nothing if there is no further timestamp.
  std::optional<TransmitStamp> next_transmit_stamp();
  // Wakes a thread that waits in receive(), now and whenever it waits again. May be called from any thread.
  void shut_down();

  const Endpoint& local() const { return local_; }
  int descriptor() const { return socket_.get(); }

 private:
  struct Batch;
  ServiceSocket(Fd socket, const Endpoint& local);
  void fill(msghdr& message, iovec& vector, ControlBuffer& control, const Reply& reply) const;
  bool send(const Reply& reply, int flags);
  using WasSent = std::bitset<kMostReplies>;
  WasSent send_all(std::span<const Reply> replies);

  Fd socket_;
  Endpoint local_;
  Rehearsal rehearsal_;
  std::uint32_t next_number_ = 0;
  std::unique_ptr<Batch> batch_;
};

}  // namespace isletime
