// SPDX-License-Identifier: MIT
// A UDP socket on lwIP.
#pragma once

#include <cstdint>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"

struct udp_pcb;

namespace isletime::net {

struct Arrival {
  Bytes bytes;  // at most the first 512
  Endpoint from;
  IpAddress to;  // the address it was sent to: ours, a broadcast address or a group
  MonoTime at;   // when its frame arrived, by uptime()
};

class UdpPort {
 public:
  using Handler = void (*)(void* context, const Arrival& arrival);

  UdpPort() = default;
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  // `port` 0 chooses an unpredictable one. Returns false if the port or memory is taken. An open port is
  // closed first; a handler may do so.
  bool open(std::uint16_t port, Handler handler, void* context);
  void close();
  // Returns false if it was not sent, for example because the address of the next hop is still being looked
  // up; departed() tells when it was. is_next_hop_known() tells beforehand, and begins the lookup.
  bool send(const Endpoint& to, Bytes bytes);
  std::uint16_t port() const;

 private:
  struct Receiver;

  udp_pcb* pcb_ = nullptr;
  Handler handler_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace isletime::net
