// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/answerer.hpp"

#include <algorithm>

#include "libsync/posix/mac.hpp"

namespace isletime::sntpd {

Bytes PendingReply::complete(WallTime now, Room& room) {
  if (!has_stamp_) stamp_transmit(reply_, now);
  if (key_ == nullptr) return reply_;
  const SentMac mac(*key_, reply_, asked_);
  auto end = std::copy(reply_.begin(), reply_.end(), room.begin());
  end = std::copy(mac.bytes().begin(), mac.bytes().end(), end);
  return {room.begin(), end};
}

Result<PendingReply, RequestRefusal> Answerer::Batch::answer(const Request& request) {
  log_.add(request);
  auto reply = decide(request);
  if (!reply) log_.refuse();
  return reply;
}

Allowance Answerer::Batch::limit(const Key* key) {
  if (!answerer_.demands_.limits_rates) return Allowance::kWithin;
  return key == nullptr ? log_.limit() : log_.limit_signed(key->id);
}

bool Answerer::Batch::is_allowed() {
  const Allowance allowance = limit(nullptr);
  return allowance == Allowance::kWithin || allowance == Allowance::kSpared;
}

Result<PendingReply, RequestRefusal> Answerer::Batch::decide(const Request& request) {
  const auto parsed = parse_request(request, rules_);
  if (!parsed) return Unexpected{parsed.error()};
  if (answerer_.demands_.own_queries != nullptr) answerer_.demands_.own_queries->on_request(parsed->transmit);
  const auto key = answerer_.key_of(request, *parsed);
  if (!key) return Unexpected{key.error()};
  if (*key != nullptr) {
    if (const auto fault = find_fault_of_mac(request, *parsed, **key)) return Unexpected{*fault};
  }
  // Only the signature shows whose limit applies: anybody can send in a client's name, but not sign.
  const Allowance allowance = limit(*key);
  if (allowance == Allowance::kNothing) return Unexpected{RequestRefusal::kLimited};

  const auto pending = [&](const Reply& reply) { return PendingReply{reply, *key, parsed->mac}; };
  if (allowance == Allowance::kKiss)
    return pending(kiss_rate(*parsed, request.received, RateLimit::kKissPoll));
  if (!may_be_interleaved(parsed->origin, parsed->receive, parsed->transmit))
    return pending(account_.answer(*parsed, request.received));
  return interleave(request, *parsed, *key);
}

std::optional<RequestRefusal> Answerer::Batch::find_fault_of_mac(const Request& request,
                                                                 const ParsedRequest& parsed,
                                                                 const Key& key) {
  const bool is_limited = answerer_.demands_.limits_rates;
  if (is_limited && !log_.may_check_mac(key.id)) return RequestRefusal::kLimited;
  if (is_signed_by(key, request.bytes, parsed.version, *parsed.mac)) return std::nullopt;
  if (is_limited) log_.on_wrong_mac(key.id);
  return RequestRefusal::kWrongMac;
}

PendingReply Answerer::Batch::interleave(const Request& request, const ParsedRequest& parsed,
                                         const Key* key) const {
  const auto left = answerer_.saved_->table().find(parsed.origin, request.from.address);
  PendingReply reply(left ? account_.interleaved_answer(parsed, request.received, *left)
                          : account_.answer(parsed, request.received),
                     key, parsed.mac);
  reply.has_stamp_ = left.has_value();
  reply.receive_ = to_ntp(request.received);
  return reply;
}

Result<const Key*, RequestRefusal> Answerer::key_of(const Request& request,
                                                    const ParsedRequest& parsed) const {
  if (!parsed.mac) {
    if (demands_.signed_only) return Unexpected{RequestRefusal::kUnsigned};
    return nullptr;
  }
  const Key* key = demands_.keys->find(parsed.mac->key_id);
  if (key == nullptr) return Unexpected{RequestRefusal::kUnknownKey};
  if (!may_use(demands_.bindings, key->id, request.from.address))
    return Unexpected{RequestRefusal::kKeyOfOthers};
  return key;
}

void Answerer::save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit) {
  saved_->table().save(receive, client, transmit);
}

void Answerer::correct(NtpTimestamp receive, NtpTimestamp transmit) {
  saved_->table().correct(receive, transmit);
}

}  // namespace isletime::sntpd
