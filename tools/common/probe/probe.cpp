// SPDX-License-Identifier: MIT
#include "tools/common/probe/probe.hpp"

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "libsync/policy/clock_filter.hpp"
#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/signed_exchange.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/duration_text.hpp"

namespace isletime::probe {
namespace {

ClientConfig config_of(const Endpoint& server, const Settings& settings, std::int8_t precision) {
  ClientConfig config;
  config.server = server;
  config.precision = precision;
  config.timeout = settings.timeout;
  config.shortest_interval = settings.interval;
  config.longest_interval = config.shortest_interval;
  config.interleaved = settings.interleaved;
  config.era_pivot = settings.era_pivot;
  return config;
}

}  // namespace

Probe::Probe(const Host& host, const Endpoint& server, const Settings& settings, std::int8_t precision,
             const Key* key, const Log& log)
    : log_(log),
      host_(host.text),
      server_(server),
      samples_(settings.samples),
      timeout_(settings.timeout),
      precision_(precision),
      key_(key),
      client_(config_of(server, settings, precision)) {}

void Probe::start_round() {
  samples_left_ = samples_;
  measurements_.clear();
  failure_.reset();
  last_ignored_.reset();
  named_.clear();
}

std::optional<Finding> Probe::step(MonoTime now) {
  if (previous_) read_socket(*previous_);
  if (current_) read_socket(*current_);
  if (client_.expire(now)) {
    const std::string waited = "within " + duration_text(timeout_);
    if (last_ignored_) {
      end_sample({last_ignored_->name, fmt::format("no valid reply {}: {}", waited, last_ignored_->text)});
    } else {
      end_sample({"no-reply", "no reply " + waited + (key_ == nullptr ? "" : ": " + text_of_silence(*key_))});
    }
  }
  if (samples_left_ > 0 && is_to_stop(now)) {
    const RejectDescription denied = describe(Reject::kKissDeny);
    if (!failure_) failure_ = Failure{denied.name, denied.text};
    samples_left_ = 0;
  }
  if (samples_left_ == 0) return make_finding();
  if (const auto query = client_.poll(now, random_u64())) send_query(*query);
  if (samples_left_ == 0) return make_finding();
  return std::nullopt;
}

bool Probe::is_to_stop(MonoTime now) const {
  const auto until = client_.stopped_until();
  return until && now < *until && !client_.is_awaiting();
}

void Probe::add_descriptors(std::vector<pollfd>& polled) const {
  for (const auto* socket : {&previous_, &current_}) {
    if (*socket) polled.push_back({(*socket)->descriptor(), POLLIN, 0});
  }
}

void Probe::send_query(const Query& query) {
  last_ignored_.reset();
  auto socket = QuerySocket::open(server_);
  if (!socket) {
    handle(Unreachable{socket.error().code});
    return;
  }
  previous_ = std::move(current_);
  current_ = *std::move(socket);
  const auto sent =
      key_ == nullptr ? current_->send(server_, query) : current_->send(server_, signed_by(*key_, query));
  if (!sent) {
    handle(Unreachable{sent.error().code});
    return;
  }
  client_.on_sent(*sent);
}

void Probe::read_socket(QuerySocket& socket) {
  while (const auto event = socket.next_event()) {
    // A timestamp or an error of the previous query is no longer needed.
    if (&socket != &*current_ && !std::holds_alternative<ReceivedReply>(*event)) continue;
    std::visit([this](const auto& e) { handle(e); }, *event);
  }
}

void Probe::handle(const TransmitStamp& stamp) {
  client_.on_sent(stamp.at);
}

void Probe::handle(const Unreachable& unreachable) {
  if (!client_.is_awaiting()) return;
  client_.give_up();
  const char* why =
      unreachable.code == ECONNREFUSED ? "nobody listens on that port" : std::strerror(unreachable.code);
  end_sample({"unreachable", fmt::format("cannot be asked: {}", why)});
  samples_left_ = 0;  // the others would fail in the same way
}

void Probe::handle(const ReceivedReply& reply) {
  Bytes datagram = reply.bytes;
  // A packet from another address is refused anyway.
  if (key_ != nullptr && reply.from == server_) {
    const auto header = check_signature(*key_, datagram);
    if (!header) {
      ignore({name_of(header.error()), text_of(header.error(), *key_)});
      return;
    }
    datagram = *header;
  }
  auto measured = client_.on_datagram({datagram, reply.from, reply.received}, mono_now());
  if (!measured) {
    reject(measured.error());
    return;
  }
  log_.detail(fmt::format("{}: offset {} s, delay {} s{}", host_, seconds_text(measured->offset.value),
                          seconds_text(measured->delay.value),
                          measured->is_interleaved ? ", interleaved" : ""));
  local_ = reply.local;
  measurements_.push_back(*measured);
  --samples_left_;
}

void Probe::reject(Reject reason) {
  const auto [name, text] = describe(reason);
  if (is_final(reason)) {
    end_sample({name, text});
  } else {
    ignore({name, text});
  }
}

void Probe::ignore(Failure why) {
  // A flood of forgeries must not become a flood of messages.
  if (named_.insert(why.name).second) log_.notice(fmt::format("{}: ignored a packet: {}", host_, why.text));
  last_ignored_ = std::move(why);
}

void Probe::end_sample(Failure failure) {
  failure_ = std::move(failure);
  if (samples_left_ > 0) --samples_left_;
}

Finding Probe::make_finding() {
  const auto best = best_by_delay(measurements_, precision_);
  if (!best) return {host_, wall_now(), failure_.value_or(Failure{"no-reply", "was not asked"})};
  const bool follows_us = best->server.stratum > 1 && best->server.reference_id == reference_id_of(local_);
  return {host_, best->time, Measured{*best, follows_us}};
}

}  // namespace isletime::probe
