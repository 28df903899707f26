// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/answerer.hpp"

#include <algorithm>

#include "libsync/posix/mac.hpp"

namespace isletime::sntpd {

Bytes Answer::complete(WallTime now, Room& room) {
  if (!has_stamp_) stamp_transmit(reply_, now);
  if (key_ == nullptr) return reply_;
  const SentMac mac(*key_, reply_, asked_);
  auto end = std::copy(reply_.begin(), reply_.end(), room.begin());
  end = std::copy(mac.bytes().begin(), mac.bytes().end(), end);
  return {room.begin(), end};
}

Result<Answer, Refusal> Answerer::Batch::answer(const Request& request) {
  log_.add(request);
  auto answer = decide(request);
  if (!answer) log_.refuse();
  return answer;
}

Allowance Answerer::Batch::limit(const Key* key) {
  if (!answerer_.demands_.limits_rates) return Allowance::kWithin;
  return key == nullptr ? log_.limit() : log_.limit_signed(key->id);
}

bool Answerer::Batch::is_allowed() {
  const Allowance allowance = limit(nullptr);
  return allowance == Allowance::kWithin || allowance == Allowance::kSpared;
}

Result<Answer, Refusal> Answerer::Batch::decide(const Request& request) {
  const auto question = judge(request, rules_);
  if (!question) return Unexpected{question.error()};
  if (answerer_.demands_.own_queries != nullptr)
    answerer_.demands_.own_queries->on_request(question->transmit);
  const auto key = answerer_.key_of(request, *question);
  if (!key) return Unexpected{key.error()};
  if (*key != nullptr) {
    if (const auto fault = find_fault_of_mac(request, *question, **key)) return Unexpected{*fault};
  }
  // Only the signature shows whose limit applies: anybody can send in a client's name, but not sign.
  const Allowance allowance = limit(*key);
  if (allowance == Allowance::kNothing) return Unexpected{Refusal::kLimited};

  const auto answer_by = [&](const Reply& reply) { return Answer{reply, *key, question->mac}; };
  if (allowance == Allowance::kKiss)
    return answer_by(kiss_rate(*question, request.received, RateLimit::kKissPoll));
  if (!may_be_interleaved(question->origin, question->receive, question->transmit))
    return answer_by(account_.answer(*question, request.received));
  return interleave(request, *question, *key);
}

std::optional<Refusal> Answerer::Batch::find_fault_of_mac(const Request& request, const Question& question,
                                                          const Key& key) {
  const bool is_limited = answerer_.demands_.limits_rates;
  if (is_limited && !log_.may_check_mac(key.id)) return Refusal::kLimited;
  if (is_signed_by(key, request.bytes, question.version, *question.mac)) return std::nullopt;
  if (is_limited) log_.on_wrong_mac(key.id);
  return Refusal::kWrongMac;
}

Answer Answerer::Batch::interleave(const Request& request, const Question& question, const Key* key) const {
  const auto left = answerer_.saved_->table().find(question.origin, request.from.address);
  Answer answer(left ? account_.interleaved_answer(question, request.received, *left)
                     : account_.answer(question, request.received),
                key, question.mac);
  answer.has_stamp_ = left.has_value();
  answer.receive_ = to_ntp(request.received);
  return answer;
}

Result<const Key*, Refusal> Answerer::key_of(const Request& request, const Question& question) const {
  if (!question.mac) {
    if (demands_.signed_only) return Unexpected{Refusal::kUnsigned};
    return nullptr;
  }
  const Key* key = demands_.keys->find(question.mac->key_id);
  if (key == nullptr) return Unexpected{Refusal::kUnknownKey};
  if (!may_use(demands_.bindings, key->id, request.from.address)) return Unexpected{Refusal::kKeyOfOthers};
  return key;
}

void Answerer::save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit) {
  saved_->table().save(receive, client, transmit);
}

void Answerer::correct(NtpTimestamp receive, NtpTimestamp transmit) {
  saved_->table().correct(receive, transmit);
}

}  // namespace isletime::sntpd
