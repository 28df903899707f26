// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/ocpp_link.hpp"

#include <algorithm>

#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/network.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::firmware {
namespace {

constexpr std::string_view kProtocol = "ocpp1.6";

std::uint32_t random_word() {
  return static_cast<std::uint32_t>(board::random());
}

WebSocketNonce random_nonce() {
  WebSocketNonce nonce{};
  store_be64(nonce, 0, board::random());
  store_be64(nonce, 8, board::random());
  return nonce;
}

}  // namespace

struct OcppLink::Callbacks {
  static OcppLink& link(void* context) { return *static_cast<OcppLink*>(context); }
  static void connected(void* context) { link(context).on_connected(); }
  static void bytes(void* context, Bytes bytes) { link(context).on_bytes(bytes); }
  static void closed(void* context) { link(context).give_up(uptime()); }
};

OcppLink::OcppLink(std::string_view name, DeviceClock& clock)
    : name_(name), clock_(clock), backend_(parse_backend(setting("backend"))), client_(name) {
  if (!backend_ && !setting("backend").empty())
    board::write("ocpp: the setting backend is not ADDRESS:PORT/PATH: no back end is used\n");
}

void OcppLink::turn(MonoTime now) {
  if (!backend_) return;
  if (generation_ != net::generation()) {
    generation_ = net::generation();
    if (stream_.is_open()) give_up(now);
    next_try_ = now;
  }
  if (!stream_.is_open()) {
    if (net::is_up() && now >= next_try_) connect(now);
    return;
  }
  if (!socket_.is_open()) {
    if (elapsed(began_, now) > kPatience) give_up(now);
    return;
  }
  if (client_.is_stalled(now)) {
    board::write("ocpp: the back end does not reply\n");
    give_up(now);
    return;
  }
  const std::string_view message = client_.next_message(text_, clock_.at(now), now);
  if (!message.empty() && !send(Opcode::kText, message)) give_up(now);
}

MonoTime OcppLink::next_wakeup(MonoTime now) const {
  if (!backend_ || (!stream_.is_open() && !net::is_up())) return MonoTime::max();
  if (!stream_.is_open()) return next_try_;
  if (!socket_.is_open()) return began_ + kPatience;
  return client_.next_wakeup(clock_.at(now));
}

void OcppLink::connect(MonoTime now) {
  began_ = now;
  const net::TcpStream::Events events{
      .on_connected = Callbacks::connected, .on_bytes = Callbacks::bytes, .on_closed = Callbacks::closed};
  if (!stream_.connect(backend_->endpoint, events, this)) give_up(now);
}

// Many chargers lose one back end at the same time, so they do not come back at the same time.
void OcppLink::give_up(MonoTime now) {
  stream_.close();
  socket_ = {};
  if (client_.is_accepted()) pause_ = {};
  client_.on_closed();
  pause_ = std::clamp(2 * pause_, kFirstPause, kLongestPause);
  next_try_ =
      now + pause_ / 2 + nanoseconds{static_cast<std::int64_t>(board::random() >> 1) % (pause_ / 2).count()};
}

void OcppLink::on_connected() {
  std::array<char, 128> path{};
  TextWriter writer{path};
  writer.text(backend_->path);
  if (backend_->path.back() == '/') writer.text(name_);
  const WebSocket::Target target{.host = backend_->host, .path = writer.view(), .protocol = kProtocol};
  const std::size_t size = writer.is_whole() ? socket_.write_request(text_, target, random_nonce()) : 0;
  if (size == 0 || !stream_.send({reinterpret_cast<const std::uint8_t*>(text_.data()), size}))
    give_up(uptime());
}

bool OcppLink::send(Opcode opcode, std::string_view payload) {
  const std::size_t size = WebSocket::write_frame(frame_, opcode, payload, random_word());
  return size > 0 && stream_.send(Bytes{frame_}.first(size));
}

void OcppLink::on_bytes(Bytes bytes) {
  const MonoTime now = uptime();
  while (!bytes.empty() && stream_.is_open()) {
    switch (socket_.take(bytes)) {
      case WebSocket::Event::kNone:
        break;
      case WebSocket::Event::kOpened:
        client_.on_opened(now);
        break;
      case WebSocket::Event::kMessage:
        on_message(now);
        break;
      case WebSocket::Event::kPing:
        if (!send(Opcode::kPong, socket_.message())) give_up(now);
        break;
      case WebSocket::Event::kRefused:
        board::write("ocpp: the back end refuses a WebSocket with OCPP 1.6\n");
        give_up(now);
        break;
      case WebSocket::Event::kClosed:
      case WebSocket::Event::kBroken:
        board::write("ocpp: the WebSocket was closed\n");
        if (const std::size_t size = WebSocket::write_close(frame_, socket_.close_code(), random_word()))
          stream_.send(Bytes{frame_}.first(size));
        give_up(now);
        break;
    }
  }
}

void OcppLink::on_message(MonoTime now) {
  const auto outcome = client_.on_message(socket_.message(), text_, now);
  if (outcome.time) take_time(*outcome.time);
  if (!outcome.reply.empty() && !send(Opcode::kText, outcome.reply)) give_up(now);
}

void OcppLink::take_time(const BackendTime& time) {
  const auto before = clock_.wall(time.at);
  const Judgement judgement = clock_.on_report(SourceKind::kOcpp, time.claimed, time.bound, true, time.at);
  last_verdict_ = judgement.verdict;
  std::array<char, 128> line{};
  TextWriter text{line};
  text.text("ocpp: time +/- ").seconds(time.bound.value).text(" s");
  if (before) text.text(", ahead by ").seconds(elapsed(*before, time.claimed)).text(" s");
  text.text(": ").text(describe(judgement.verdict).name).text("\n");
  board::write(text.view());
  if (!judgement.warn) return;
  ++warnings_;
  board::write("ocpp: warning: its time was more than an hour off\n");
}

}  // namespace isletime::firmware
