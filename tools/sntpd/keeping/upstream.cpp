// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/upstream.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "libsync/posix/signed_exchange.hpp"

namespace isletime::sntpd {

std::optional<QueryOutcome> Upstream::ask(MonoTime now, std::uint64_t nonce, OwnQueries* own_queries) {
  if (client_.expire(now)) return lose(trouble_.empty() ? no_reply() : std::exchange(trouble_, {}));
  const auto query = client_.poll(now, nonce);
  if (!query) return std::nullopt;
  query_ = NtpTimestamp::from_raw(load_be64(*query, field::kTransmit));
  if (own_queries != nullptr) own_queries->on_query(query_);
  trouble_.clear();
  auto socket = QuerySocket::open(server_);
  if (!socket) return lose(to_string(socket.error()));
  socket_ = *std::move(socket);
  const auto sent = send(*query);
  if (!sent) return lose(to_string(sent.error()));
  client_.on_sent(*sent);
  return std::nullopt;
}

std::optional<QueryOutcome> Upstream::read(short revents, MonoTime now) {
  if (!socket_) return std::nullopt;
  if ((revents & (POLLERR | POLLPRI)) != 0) take_report();
  if ((revents & ~(POLLERR | POLLPRI)) == 0) return std::nullopt;
  const auto reply = socket_->next_reply();
  if (!reply) return std::nullopt;
  Bytes datagram = reply->bytes;
  // A packet from another address is rejected by the client anyway.
  if (key_ != nullptr && reply->from == server_) {
    const auto header = check_signature(*key_, datagram);
    if (!header) {
      trouble_ = text_of(header.error(), *key_);
      return std::nullopt;
    }
    datagram = *header;
  }
  const auto measured = client_.on_datagram({datagram, reply->from, reply->received}, now);
  if (measured) {
    reach_.add(true);
    local_ = reply->local;
    socket_.reset();
    return *measured;
  }
  const RejectDescription fault = describe(measured.error());
  if (!is_final(measured.error())) {
    trouble_ = fault.text;
    return std::nullopt;
  }
  Lost lost = std::get<Lost>(lose(fault.text));
  lost.reject = measured.error();
  return lost;
}

void Upstream::take_report() {
  const auto report = socket_->next_report();
  if (!report) return;
  if (const auto* stamp = std::get_if<TransmitStamp>(&*report)) client_.on_sent(stamp->at);
  // An ICMP message may be forged, so keep waiting for the reply.
  if (const auto* unreachable = std::get_if<Unreachable>(&*report)) {
    trouble_ =
        unreachable->code == ECONNREFUSED ? "nobody listens on that port" : std::strerror(unreachable->code);
  }
}

void Upstream::forget_exchange() {
  client_.forget_exchange();
  socket_.reset();
  trouble_.clear();
}

pollfd Upstream::poll_entry() const {
  return {socket_ ? socket_->descriptor() : -1, POLLIN | POLLPRI, 0};
}

Result<WallTime, SysError> Upstream::send(const Query& query) {
  if (key_ == nullptr) return socket_->send(server_, query);
  return socket_->send(server_, signed_by(*key_, query));
}

std::string Upstream::no_reply() const {
  if (key_ == nullptr) return "no reply";
  return "no reply: " + text_of_silence(*key_);
}

QueryOutcome Upstream::lose(std::string why) {
  client_.give_up();  // has no effect if a reply has come and was rejected
  reach_.add(false);
  // The server told us to stop, so its earlier replies must not count as reachability.
  if (client_.is_stopped()) reach_ = {};
  socket_.reset();
  return Lost{std::move(why)};
}

}  // namespace isletime::sntpd
