// SPDX-License-Identifier: MIT
// A TCP connection that the device opens, on lwIP. One that stalls is given up: `timeout` without progress
// ends it.
#pragma once

#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

struct tcp_pcb;

namespace isletime::net {

class TcpStream {
 public:
  struct Events {
    void (*on_connected)(void* context);
    void (*on_bytes)(void* context, Bytes bytes);
    void (*on_closed)(void* context);  // refused, reset, closed by the peer or timed out; not after close()
  };

  TcpStream() = default;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  bool connect(const Endpoint& to, const Events& events, void* context);
  // Returns false, and sends nothing, unless the whole fits into the send buffer.
  bool send(Bytes bytes);
  void close();
  bool is_open() const { return pcb_ != nullptr; }  // connected or connecting

 private:
  tcp_pcb* pcb_ = nullptr;
  Events events_{};
  void* context_ = nullptr;
};

}  // namespace isletime::net
