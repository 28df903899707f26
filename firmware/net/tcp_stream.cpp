// SPDX-License-Identifier: MIT
#include "firmware/net/tcp_stream.hpp"

#include <lwip/pbuf.h>
#include <lwip/tcp.h>

#include "firmware/net/lwip_address.hpp"

namespace isletime::net {

struct TcpStream::Callbacks {
  static TcpStream& stream(void* argument) { return *static_cast<TcpStream*>(argument); }

  static err_t outcome(TcpStream& self, const tcp_pcb* pcb) {
    const bool is_aborted = self.aborted_ == pcb;
    self.aborted_ = nullptr;
    return is_aborted ? ERR_ABRT : ERR_OK;
  }

  static err_t connected(void* argument, tcp_pcb* pcb, err_t) {
    TcpStream& self = stream(argument);
    self.stalled_seconds_ = 0;
    self.events_.on_connected(self.context_);
    return outcome(self, pcb);
  }

  static err_t received(void* argument, tcp_pcb* pcb, pbuf* packet, err_t) {
    TcpStream& self = stream(argument);
    if (packet == nullptr) {
      self.lose();
      return outcome(self, pcb);
    }
    tcp_recved(pcb, packet->tot_len);
    for (const pbuf* part = packet; part != nullptr && self.pcb_ == pcb; part = part->next) {
      self.events_.on_bytes(self.context_, {static_cast<const std::uint8_t*>(part->payload), part->len});
    }
    pbuf_free(packet);
    return outcome(self, pcb);
  }

  static err_t polled(void* argument, tcp_pcb* pcb) {
    TcpStream& self = stream(argument);
    if (self.has_stalled()) {
      tcp_abort(pcb);  // calls failed()
      return ERR_ABRT;
    }
    if (self.events_.on_second != nullptr) self.events_.on_second(self.context_);
    return outcome(self, pcb);
  }

  // lwIP has already freed the connection.
  static void failed(void* argument, err_t) {
    TcpStream& self = stream(argument);
    self.pcb_ = nullptr;
    self.events_.on_closed(self.context_);
  }
};

bool TcpStream::connect(const Endpoint& to, const Events& events, void* context) {
  constexpr u8_t kEverySecond = 2;  // in lwIP's slow ticks of 500 ms
  close();
  const auto address = to_lwip(to.address);
  if (!address) return false;
  pcb_ = tcp_new();
  if (pcb_ == nullptr) return false;
  events_ = events;
  context_ = context;
  unacknowledged_ = 0;
  stalled_seconds_ = 0;
  tcp_arg(pcb_, this);
  tcp_err(pcb_, Callbacks::failed);
  tcp_recv(pcb_, Callbacks::received);
  tcp_poll(pcb_, Callbacks::polled, kEverySecond);
  tcp_nagle_disable(pcb_);
  if (tcp_connect(pcb_, &*address, to.port, Callbacks::connected) == ERR_OK) return true;
  close();
  return false;
}

bool TcpStream::send(Bytes bytes) {
  if (pcb_ == nullptr || pcb_->state != ESTABLISHED || bytes.size() > tcp_sndbuf(pcb_)) return false;
  if (tcp_write(pcb_, bytes.data(), static_cast<u16_t>(bytes.size()), TCP_WRITE_FLAG_COPY) != ERR_OK)
    return false;
  tcp_output(pcb_);
  return true;
}

void TcpStream::close() {
  if (pcb_ == nullptr) return;
  tcp_pcb* const pcb = pcb_;
  pcb_ = nullptr;
  tcp_arg(pcb, nullptr);
  tcp_err(pcb, nullptr);
  tcp_recv(pcb, nullptr);
  tcp_poll(pcb, nullptr, 0);
  if (tcp_close(pcb) == ERR_OK) return;
  tcp_abort(pcb);
  aborted_ = pcb;
}

// Called about every second.
bool TcpStream::has_stalled() {
  const bool is_waiting = pcb_->state != ESTABLISHED || pcb_->unacked != nullptr || pcb_->unsent != nullptr;
  if (!is_waiting || pcb_->lastack != unacknowledged_) stalled_seconds_ = 0;
  unacknowledged_ = pcb_->lastack;
  return is_waiting && ++stalled_seconds_ > kPatience.count();
}

void TcpStream::lose() {
  close();
  events_.on_closed(context_);
}

}  // namespace isletime::net
