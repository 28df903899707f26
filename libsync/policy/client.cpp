// SPDX-License-Identifier: MIT
#include "libsync/policy/client.hpp"

#include <algorithm>

#include "libsync/policy/leap_second.hpp"

namespace isletime {
namespace {

// A server that compensates for its send path sets its transmit timestamp ahead, at times too far.
constexpr nanoseconds kAheadOfSending = std::chrono::microseconds{50};

// The origin of an interleaved reply to the query. It is as unpredictable as the nonce and always differs
// from it, by which the server tells the modes (RFC 9769, section 2).
NtpTimestamp receive_nonce(NtpTimestamp nonce) {
  const std::uint64_t inverse = ~nonce.raw();
  return NtpTimestamp::from_raw(inverse == 0 ? 1 : inverse);
}

bool is_of_query(NtpTimestamp nonce, NtpTimestamp origin) {
  return origin == nonce || (!nonce.is_unset() && origin == receive_nonce(nonce));
}

Reject kiss_of(ReferenceId code) {
  if (code == kiss::kRate) return Reject::kKissRate;
  if (code == kiss::kDeny || code == kiss::kRestrict) return Reject::kKissDeny;
  return Reject::kKissOther;
}

// Names a reply to no outstanding query. `answered` and `expired` are the nonces of the last queries that got
// a reply and that got none.
Reject name_of_stranger(NtpTimestamp origin, NtpTimestamp answered, NtpTimestamp expired) {
  if (origin.is_unset()) return Reject::kWrongOrigin;
  if (is_of_query(answered, origin)) return Reject::kDuplicate;
  if (is_of_query(expired, origin)) return Reject::kLate;
  return Reject::kWrongOrigin;
}

std::optional<Reject> find_fault_of_server(const Header& header, const ClientConfig& config) {
  if (header.stratum == 0 && header.leap == Leap::kUnsynchronised && is_ascii_code(header.reference_id)) {
    return kiss_of(header.reference_id);
  }
  if (header.leap == Leap::kUnsynchronised) return Reject::kUnsynchronised;
  if (header.stratum == 0) return Reject::kStratumZero;
  if (header.stratum > kMaxStratum) return Reject::kBadStratum;
  if (header.receive.is_unset() || header.transmit.is_unset()) return Reject::kZeroStamp;
  if (root_distance(header) >= config.max_root_distance.value) return Reject::kRootDistance;
  if (header.stratum == 1) return std::nullopt;
  for (const ReferenceId& own : config.own_ids) {
    if (header.reference_id == own) return Reject::kLoop;
  }
  return std::nullopt;
}

std::optional<Reject> find_fault_of_exchange(const Measurement& m, const ClientConfig& config) {
  const nanoseconds server_tick = precision_of(m.server.precision);
  const nanoseconds own_tick = precision_of(config.precision);
  const nanoseconds round_trip = m.delay.value + m.turnaround;
  if (m.turnaround < -server_tick || m.turnaround > config.timeout) return Reject::kBadTurnaround;
  if (round_trip < nanoseconds::zero() || round_trip > config.timeout) return Reject::kBadDelay;
  if (m.delay.value < -(server_tick + own_tick + kAheadOfSending)) return Reject::kBadDelay;
  // The server had sent that reply when it received this query; otherwise its clock was set back.
  if (m.is_interleaved && m.server.receive - m.server.transmit < -server_tick) return Reject::kBadTurnaround;
  return std::nullopt;
}

}  // namespace

Client::Client(const ClientConfig& config)
    : interval_(config.shortest_interval), wanted_interval_(config.shortest_interval), config_(config) {}

std::optional<Query> Client::poll(MonoTime now, std::uint64_t nonce) {
  expire(now);
  if (outstanding_ || (last_query_ && now < next_query())) return std::nullopt;
  // A nonce of zero would match a reply whose origin was never filled in.
  const auto stamp = NtpTimestamp::from_raw(nonce == 0 ? 1 : nonce);
  if (previous_ && ++previous_->queries > ClientConfig::kMostInterleavedQueries) previous_.reset();
  outstanding_.emplace(Outstanding{stamp, now + config_.timeout, std::nullopt});
  last_query_ = now;
  wait(interval_);
  if (stopped_until_) stopped_until_ = now + ClientConfig::kStopLasts;
  return make_query(stamp);
}

// All other fields are zero: they would tell strangers about us, and servers ignore them.
Query Client::make_query(NtpTimestamp nonce) const {
  Query query{};
  query[field::kLeapVersionMode] = first_byte(Leap::kNone, config_.version, Mode::kClient);
  store_be64(query, field::kTransmit, nonce.raw());
  if (previous_) {
    // The server finds the reply whose T3 it is to send by this timestamp.
    store_be64(query, field::kOrigin, previous_->t2.raw());
    store_be64(query, field::kReceive, receive_nonce(nonce).raw());
  }
  return query;
}

void Client::set_interval(nanoseconds interval) {
  wanted_interval_ = shorter(longer(interval, nanoseconds::zero()), seconds{1 << kMaxPoll});
  interval_ = shortest_interval();
  if (last_query_) next_query_ = *last_query_ + interval_;
}

bool Client::expire(MonoTime now) {
  if (!outstanding_ || now < outstanding_->deadline) return false;
  give_up();
  return true;
}

void Client::give_up() {
  if (drop_outstanding()) back_off();
}

bool Client::drop_outstanding() {
  if (!outstanding_) return false;
  expired_ = outstanding_->nonce;
  outstanding_.reset();
  return true;
}

void Client::forget_exchange() {
  previous_.reset();
  if (!drop_outstanding()) return;
  next_query_ = *last_query_ + longer(rate_limit_, shorter(interval_, config_.shortest_interval));
}

void Client::on_sent(WallTime t1) {
  if (outstanding_) outstanding_->t1 = t1;
}

Result<Measurement, Reject> Client::on_datagram(const Datagram& datagram, MonoTime now) {
  const auto packet = parse(datagram.bytes);
  if (!packet) return Unexpected{as<Reject>(packet.error())};
  auto result = validate(*packet, datagram, now);
  if (!result && !is_final(result.error())) return result;
  const Incomplete present{*outstanding_->t1, packet->header.receive, datagram.received};
  answered_ = outstanding_->nonce;
  outstanding_.reset();
  previous_.reset();
  stopped_until_.reset();
  if (!result) {
    if (result.error() == Reject::kKissDeny) stopped_until_ = *last_query_ + ClientConfig::kStopLasts;
    if (result.error() == Reject::kKissRate) slow_down(now);
    return result;
  }
  if (config_.interleaved) previous_.emplace(present);
  const auto announced = announced_leap_second(packet->header.leap, present.t2, pivot(datagram.received));
  // Kept after the announcement ends, because then the leap second has just happened.
  if (announced) leap_second_ = announced;
  ease_rate_limit(now);
  wait(shortest_interval());
  return result;
}

Result<Measurement, Reject> Client::validate(const Packet& packet, const Datagram& datagram,
                                             MonoTime now) const {
  if (const auto fault = find_fault(packet, datagram, now)) return Unexpected{*fault};
  const Measurement m = measured(packet.header, datagram.received);
  if (const auto fault = find_fault_of_exchange(m, config_)) return Unexpected{*fault};
  return m;
}

WallTime Client::pivot(WallTime local) const {
  return config_.era_pivot ? *config_.era_pivot : local;
}

MonoTime Client::next_query() const {
  return stopped_until_ ? later(next_query_, *stopped_until_) : next_query_;
}

MonoTime Client::next_wakeup() const {
  return outstanding_ ? outstanding_->deadline : next_query();
}

// The checks are in this order: the sender, whether it answers our query, whether it is a kiss, whether it is
// usable.
std::optional<Reject> Client::find_fault(const Packet& packet, const Datagram& datagram, MonoTime now) const {
  const Header& header = packet.header;
  if (datagram.from != config_.server) return Reject::kWrongAddress;
  if (header.mode != Mode::kServer) return Reject::kNotAReply;
  if (answered_by(header) == Answered::kNothingOfOurs)
    return name_of_stranger(header.origin, answered_, expired_);
  if (now >= outstanding_->deadline) return Reject::kLate;
  if (packet.mac) return Reject::kUnexpectedMac;
  if (const auto fault = find_fault_of_server(header, config_)) return fault;
  const WallTime near = pivot(datagram.received);
  const auto server_time = unfold(header.receive, near);
  const auto announced = announced_leap_second(header.leap, header.receive, near);
  if (server_time &&
      (is_near_leap_second(announced, *server_time) || is_near_leap_second(leap_second_, *server_time))) {
    return Reject::kLeapSecond;
  }
  return std::nullopt;
}

Client::Answered Client::answered_by(const Header& reply) const {
  if (!outstanding_ || !outstanding_->t1) return Answered::kNothingOfOurs;
  if (reply.origin == outstanding_->nonce) return Answered::kQuery;
  // If there is no exchange to complete, interleaved mode was not requested.
  if (previous_ && reply.origin == receive_nonce(outstanding_->nonce)) return Answered::kInterleavedQuery;
  return Answered::kNothingOfOurs;
}

Measurement Client::measured(const Header& header, WallTime t4) const {
  // RFC 9769, section 2: only T3 comes from an interleaved reply, the rest from the exchange before.
  const bool is_interleaved = answered_by(header) == Answered::kInterleavedQuery;
  const Incomplete begun = is_interleaved ? *previous_ : Incomplete{*outstanding_->t1, header.receive, t4};
  const Exchange exchange{to_ntp(begun.t1), begun.t2, header.transmit, to_ntp(begun.t4)};
  const auto [offset, delay] = measure(exchange);
  // RFC 5905, section 8: the dispersion is both precisions and the drift of the local clock during the
  // exchange.
  const nanoseconds turnaround = exchange.t3 - exchange.t2;
  const nanoseconds round_trip = delay.value + turnaround;
  const nanoseconds dispersion = precision_of(header.precision) + precision_of(config_.precision) +
                                 drift(round_trip + std::chrono::milliseconds{1}, kFrequencyTolerance);
  return {.time = begun.t4,
          .offset = unfold(offset, {elapsed(begun.t4, pivot(begun.t4))}),
          .delay = delay,
          .dispersion = {dispersion},
          .server = header,
          .is_interleaved = is_interleaved,
          .turnaround = turnaround};
}

void Client::slow_down(MonoTime now) {
  const nanoseconds present = shortest_interval();
  // A RATE must not make a client poll faster that already polls more slowly.
  const nanoseconds longest = longer(config_.longest_after_rate, present);
  rate_limit_ = shorter(longer(present, seconds{1}) * 2, longest);
  rate_limit_since_ = now;
  answers_to_rate_limit_ = 0;
  wait(longer(interval_, shortest_interval()));
}

// A flood in our name may have caused the RATE.
void Client::ease_rate_limit(MonoTime now) {
  if (rate_limit_ == nanoseconds::zero()) return;
  ++answers_to_rate_limit_;
  if (answers_to_rate_limit_ < ClientConfig::kAnswersToEase) return;
  if (elapsed(rate_limit_since_, now) < ClientConfig::kTimeToEase) return;
  const bool is_over = rate_limit_ / 2 <= longer(config_.shortest_interval, seconds{1});
  rate_limit_ = is_over ? nanoseconds::zero() : rate_limit_ / 2;
  rate_limit_since_ = now;
  answers_to_rate_limit_ = 0;
}

void Client::back_off() {
  const nanoseconds longest = longer(config_.longest_interval, shortest_interval());
  wait(shorter(interval_ * 2, longest));
}

// Sets the interval, and the time of the next query by it.
void Client::wait(nanoseconds interval) {
  interval_ = interval;
  next_query_ = *last_query_ + interval;
}

}  // namespace isletime
