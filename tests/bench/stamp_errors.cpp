// SPDX-License-Identifier: MIT
#include "tests/bench/stamp_errors.hpp"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "libsync/core/exchange.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/query_socket.hpp"
#include "tests/bench/load_socket.hpp"
#include "tests/bench/statistics.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/reply_maker.hpp"

namespace isletime::bench {
namespace {

// Makes one exchange at a time; an unanswered one is given up when the next begins.
class Meter {
 public:
  explicit Meter(const Endpoint& server) : server_(server), socket_(open(server)) {}

  void ask() {
    take();
    sent_.reset();
    nonce_ = NtpTimestamp::from_raw(nonce_.raw() + 1);
    const auto query = fakes::bytes_of(fakes::query(kNewestVersion, Mode::kClient, nonce_.raw()));
    if (const auto sent = socket_.send(server_, query); !sent) {
      throw std::runtime_error(to_string(sent.error()));
    }
  }

  // Reads the replies that have arrived.
  void take() {
    while (const auto event = socket_.next_event()) {
      std::visit([this](const auto& e) { handle(e); }, *event);
    }
  }

  const std::vector<double>& errors_ns() const { return errors_ns_; }

 private:
  static QuerySocket open(const Endpoint& server) {
    auto socket = QuerySocket::open(server);
    if (!socket) throw std::runtime_error(to_string(socket.error()));
    return *std::move(socket);
  }

  void handle(const TransmitStamp& stamp) { sent_ = stamp.at; }
  void handle(const Unreachable& /*unreachable*/) { throw std::runtime_error("the server has gone"); }
  void handle(const ReceivedReply& reply) {
    const auto packet = parse(reply.bytes);
    if (!packet || packet->header.origin != nonce_ || !sent_) return;
    const auto& header = packet->header;
    const auto offset =
        measure({to_ntp(*sent_), header.receive, header.transmit, to_ntp(reply.received)}).offset;
    errors_ns_.push_back(std::abs(static_cast<double>(offset.value.count())));
  }

  Endpoint server_;
  QuerySocket socket_;
  NtpTimestamp nonce_;
  std::optional<WallTime> sent_;
  std::vector<double> errors_ns_;
};

}  // namespace

StampErrors measure_stamps(const Server& server, const Pace& pace, nanoseconds duration) {
  const LoadSocket load(server.endpoint, nullptr);
  Meter meter(server.endpoint);
  const nanoseconds interval = nanoseconds{seconds{1}} * pace.burst / pace.requests_per_second;
  const MonoTime start = mono_now();
  std::uint64_t sent = 0;
  for (MonoTime due = start; due < start + duration; due += interval, ++sent) {
    while (mono_now() < due) {
    }
    if (sent % pace.sample_every == 0) {
      meter.ask();
    } else {
      load.send(pace.burst);
    }
  }
  const double wall = std::chrono::duration<double>{mono_now() - start}.count();
  if (meter.errors_ns().empty()) throw std::runtime_error("no exchange was answered");
  return {
      .median_ns = median(meter.errors_ns()),
      .p99_ns = quantile(meter.errors_ns(), 0.99),
      .requests_per_second = static_cast<double>(sent * pace.burst) / wall,
      .replies_per_second = load.replies() / wall,
  };
}

}  // namespace isletime::bench
