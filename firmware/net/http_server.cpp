// SPDX-License-Identifier: MIT
#include "firmware/net/http_server.hpp"

#include <algorithm>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>

#include "firmware/net/frame_times.hpp"
#include "firmware/net/lwip_address.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::net {
namespace {

constexpr int kNoContent = 204;
constexpr std::uint8_t kClosingSeconds = 2;  // for the last bytes of a client that was refused

struct Reason {
  int status;
  std::string_view words;
};
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{kNoContent, "No Content"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{409, "Conflict"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{421, "Misdirected Request"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{505, "HTTP Version Not Supported"},
};

std::string_view reason(int status) {
  const auto* const found = std::find_if(kReasons.begin(), kReasons.end(),
                                         [status](const Reason& reason) { return reason.status == status; });
  return found == kReasons.end() ? std::string_view{} : found->words;
}

bool write(tcp_pcb& pcb, std::string_view text) {
  return text.empty() || tcp_write(&pcb, text.data(), static_cast<u16_t>(text.size()),
                                   TCP_WRITE_FLAG_COPY | TCP_WRITE_FLAG_MORE) == ERR_OK;
}

}  // namespace

struct HttpServer::Callbacks {
  static err_t accepted(void* argument, tcp_pcb* pcb, err_t error) {
    if (pcb == nullptr || error != ERR_OK) return ERR_VAL;
    auto& self = *static_cast<HttpServer*>(argument);
    Connection* const place = self.place_for_new();
    if (place == nullptr) {
      tcp_abort(pcb);
      return ERR_ABRT;
    }
    constexpr u8_t kEverySecond = 2;  // in lwIP's slow ticks of 500 ms
    place->server = &self;
    place->pcb = pcb;
    place->idle_seconds = 0;
    place->is_closing = false;
    place->request.restart();
    tcp_arg(pcb, place);
    tcp_err(pcb, failed);
    tcp_recv(pcb, received);
    tcp_poll(pcb, polled, kEverySecond);
    tcp_nagle_disable(pcb);
    return ERR_OK;
  }

  static err_t received(void* argument, tcp_pcb* pcb, pbuf* packet, err_t) {
    auto& connection = *static_cast<Connection*>(argument);
    if (packet == nullptr) return close(connection, pcb);
    tcp_recved(pcb, packet->tot_len);
    bool is_good = true;
    for (const pbuf* part = packet; part != nullptr && is_good; part = part->next) {
      is_good = take(connection, {static_cast<const std::uint8_t*>(part->payload), part->len});
    }
    pbuf_free(packet);
    if (is_good) return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
  }

  // Returns false if there is no memory for a reply.
  static bool take(Connection& connection, Bytes bytes) {
    while (!bytes.empty() && !connection.is_closing) {
      const HttpRequestParser::State state = connection.request.take(bytes);
      const bool must_go_on = connection.request.take_continue();
      if (must_go_on && !write(*connection.pcb, "HTTP/1.1 100 Continue\r\n\r\n")) return false;
      if (must_go_on) tcp_output(connection.pcb);
      if (state == HttpRequestParser::State::kIncomplete) return true;
      if (!connection.server->serve(connection, from_lwip(connection.pcb->remote_ip))) return false;
    }
    return true;
  }

  // Only complete requests count as activity: a client that sends a byte a second is silent.
  static err_t polled(void* argument, tcp_pcb* pcb) {
    auto& connection = *static_cast<Connection*>(argument);
    const auto patience = connection.is_closing ? std::int64_t{kClosingSeconds} : kPatience.count();
    if (++connection.idle_seconds <= patience) return ERR_OK;
    tcp_abort(pcb);  // calls failed()
    return ERR_ABRT;
  }

  static void failed(void* argument, err_t) { static_cast<Connection*>(argument)->pcb = nullptr; }

  static err_t close(Connection& connection, tcp_pcb* pcb) {
    connection.pcb = nullptr;
    tcp_arg(pcb, nullptr);
    tcp_err(pcb, nullptr);
    tcp_recv(pcb, nullptr);
    tcp_poll(pcb, nullptr, 0);
    if (tcp_close(pcb) == ERR_OK) return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
  }
};

bool HttpServer::listen(std::uint16_t port, Handler handler, void* context) {
  handler_ = handler;
  context_ = context;
  tcp_pcb* const pcb = tcp_new();
  if (pcb == nullptr) return false;
  tcp_setprio(pcb, TCP_PRIO_MIN);  // a connection that the device opens itself may take the place of one
  ip_set_option(pcb, SOF_REUSEADDR);
  const bool is_bound = tcp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK;
  listener_ = is_bound ? tcp_listen(pcb) : nullptr;  // on success it frees the first one
  if (listener_ == nullptr) {
    tcp_abort(pcb);
    return false;
  }
  tcp_arg(listener_, this);
  tcp_accept(listener_, Callbacks::accepted);
  return true;
}

HttpServer::Connection* HttpServer::place_for_new() {
  const auto idleness = [](const Connection& connection) {
    return connection.is_closing ? kPatience.count() : std::int64_t{connection.idle_seconds};
  };
  Connection* idlest = nullptr;
  for (Connection& connection : connections_) {
    if (connection.pcb == nullptr) return &connection;
    if (idlest == nullptr || idleness(connection) > idleness(*idlest)) idlest = &connection;
  }
  if (idleness(*idlest) == 0) return nullptr;
  tcp_abort(idlest->pcb);  // calls failed()
  return idlest;
}

bool HttpServer::serve(Connection& connection, IpAddress from) {
  const HttpRequestParser& request = connection.request;
  connection.idle_seconds = 0;
  if (request.state() == HttpRequestParser::State::kBad) {
    connection.is_closing = true;
    return reply(connection, {.status = request.status()});
  }
  connection.is_closing = request.is_last();
  const HttpReply answer = handler_(context_, {.method = request.method(),
                                               .path = request.path(),
                                               .query = request.query(),
                                               .body = request.body(),
                                               .from = from,
                                               .at = arrived(),
                                               .host = request.host(),
                                               .is_json = request.is_json()});
  const bool is_sent = reply(connection, answer);
  connection.request.restart();
  return is_sent;
}

bool HttpServer::reply(Connection& connection, const HttpReply& reply) {
  tcp_pcb& pcb = *connection.pcb;
  std::array<char, 384> buffer;
  TextWriter head{buffer};
  head.text("HTTP/1.1 ").number(static_cast<std::uint64_t>(reply.status)).text(" ");
  head.text(reason(reply.status)).text("\r\n");
  if (reply.status != kNoContent) {  // whose length is never stated (RFC 9110, section 8.6)
    head.text("Content-Type: ").text(reply.type);
    head.text("\r\nContent-Length: ").number(reply.body.size()).text("\r\n");
  }
  head.text("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n").text(reply.fields);
  head.text(connection.is_closing ? "Connection: close\r\n\r\n" : "\r\n");
  if (!head.is_whole() || head.view().size() + reply.body.size() > tcp_sndbuf(&pcb)) return false;
  const bool has_body = reply.status != kNoContent && connection.request.method() != "HEAD";
  if (!write(pcb, head.view()) || (has_body && !write(pcb, reply.body))) return false;
  tcp_output(&pcb);
  // Our side is closed at once, the client's when it has seen that: otherwise bytes that are still under way
  // would reset the connection before it has read the reply (RFC 9112, section 9.6).
  return !connection.is_closing || tcp_shutdown(&pcb, 0, 1) == ERR_OK;
}

}  // namespace isletime::net
