// SPDX-License-Identifier: MIT
// A server's socket: requests come in batches, each with the kernel's receive stamp and the address
// that was asked; replies leave one by one from that address. After the first batch nothing allocates.
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

  // `local`: an address of this machine or "any", and a port. The first socket of an endpoint fails
  // if anybody else has it; further ones share it with the first, and the kernel spreads the requests.
  static Result<ServiceSocket, SysError> open(const Endpoint& local, Sharing sharing);

  ServiceSocket(ServiceSocket&&) noexcept;
  ServiceSocket& operator=(ServiceSocket&&) noexcept;
  ~ServiceSocket();

  static constexpr std::size_t kBatchSize = 32;
  // Returns at most kBatchSize requests, valid until the next call. Empty: nothing came, a signal did, or
  // shut_down() was called.
  std::span<const Arrival> receive(Wait wait);
  // False if the system could not send it; a client asks again.
  bool reply(const Arrival& request, Bytes bytes);
  struct Reply {
    const Arrival* request;
    Bytes bytes;
    bool is_stamped = false;  // by the kernel, when it leaves
  };
  struct Sent {
    std::size_t count;  // one that cannot be sent does not stop the others
    // The number by which next_transmit_stamp() names the reply that is stamped. Absent: none is.
    std::optional<std::uint32_t> number;
  };
  static constexpr std::size_t kMostReplies = 3;
  // The same for at most kMostReplies, one right behind another; at most one of them is stamped.
  Sent reply(std::span<const Reply> replies);

  // Both prepare the first reply after a rest, so that it takes more nearly the time of those behind others.
  // This one finds the route to the client, and sends nothing.
  void find_way(const Arrival& request);
  // This one sends a whole datagram to ourselves.
  void rehearse() { rehearsal_.play(); }

  struct TransmitStamp {
    std::uint32_t number;
    WallTime at;
  };
  // Absent: there is no further stamp.
  std::optional<TransmitStamp> next_transmit_stamp();
  // Wakes a thread that waits in receive(), now and for ever. It may be called from any thread.
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
