// SPDX-License-Identifier: MIT
// A TCP connection that the device opens, on lwIP. It is given up if it is not established, or what was sent
// is not acknowledged, within kPatience. Silence of the peer is for the user to judge, in on_second.
#pragma once

#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

struct tcp_pcb;

namespace isletime::net {

class TcpStream {
 public:
  static constexpr seconds kPatience{10};

  // They may call connect(), send() and close().
  struct Events {
    void (*on_connected)(void* context);
    void (*on_bytes)(void* context, Bytes bytes);
    void (*on_closed)(void* context);  // refused, reset, closed by the peer or given up; not after close()
    void (*on_second)(void* context) = nullptr;  // about every second while it is open
  };

  TcpStream() = default;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  // A connection that is open is closed first. Returns false if there is no memory or no route.
  bool connect(const Endpoint& to, const Events& events, void* context);
  // Returns false, and sends nothing, unless the whole fits into the send buffer (1072 bytes when empty).
  bool send(Bytes bytes);
  void close();
  bool is_open() const { return pcb_ != nullptr; }  // connected or connecting

 private:
  struct Callbacks;  // what lwIP calls

  bool has_stalled();
  void lose();

  tcp_pcb* pcb_ = nullptr;
  tcp_pcb* aborted_ = nullptr;  // lwIP must be told if its callback has aborted the connection
  std::uint32_t unacknowledged_ = 0;
  std::uint8_t stalled_seconds_ = 0;
  Events events_{};
  void* context_ = nullptr;
};

}  // namespace isletime::net
