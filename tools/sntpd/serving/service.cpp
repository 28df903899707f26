// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/service.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::sntpd {

bool Service::Group::takes(const PendingReply& reply) const {
  const auto type_of = [](const PendingReply& one) {
    return one.key() == nullptr ? std::nullopt : std::optional{one.key()->type};
  };
  return size == 0 || type_of(*pending[0]) == type_of(reply);
}

SendPath::Work Service::Group::work(std::size_t place) const {
  constexpr std::size_t kPlaces = 1 + ServiceSocket::kMostReplies;  // alone, or one of several
  constexpr std::size_t kSignings = 2 + static_cast<std::size_t>(KeyType::kAes256);
  static_assert(kPlaces * kSignings == SendPath::kKinds);
  const Key* key = pending[place]->key();
  const std::size_t signing = key == nullptr ? 0 : 1 + static_cast<std::size_t>(key->type);
  return {pause, signing * kPlaces + (size == 1 ? 0 : 1 + place)};
}

void Service::serve(ServiceSocket::Wait wait) {
  const auto arrivals = socket_.receive(wait);
  if (arrivals.empty()) return;
  const MonoTime now = mono_now();
  const ServedTime time = time_->read();
  const Account account(time.state, time.map(arrivals[0].received));
  auto batch = answerer_.start_batch(access_.current(), account, now);
  const bool waits = wait == ServiceSocket::Wait::kForOne;
  // If more are waiting, replies leave in groups: that gives the highest rate, though each reply waits for
  // the others.
  const bool more_are_waiting = waits && arrivals.size() == ServiceSocket::kBatchSize;
  Group group{SendPath::pause_of(elapsed(last_completed_, arrivals[0].received))};
  for (const Arrival& arrival : arrivals) {
    const Request request{arrival.bytes, arrival.from, arrival.to, time.map(arrival.received)};
    if (is_control_message(arrival.bytes)) {
      answer_control(arrival, request, batch, time);
      continue;
    }
    auto reply = batch.answer(request);
    if (!reply) {
      ++counters_.refused[static_cast<std::size_t>(reply.error())];
      continue;
    }
    const bool leaves_alone = !more_are_waiting || reply->is_to_be_saved();
    if (leaves_alone || !group.takes(*reply)) send(group, time, now);
    group.add(arrival, *reply);
    if (leaves_alone && waits) warm_up(arrival, group.pause);
    if (leaves_alone || group.is_full()) send(group, time, now);
  }
  send(group, time, now);
  if (!awaited_.empty() && waits) take_stamps();
}

void Service::warm_up(const Arrival& request, SendPath::Pause pause) {
  if (pause > SendPath::Pause::kShort) socket_.rehearse();
  if (pause > SendPath::Pause::kNone) socket_.find_way(request);
}

std::optional<std::size_t> Service::place_to_stamp(const Group& group, MonoTime now) {
  if (group.pending[0]->is_to_be_saved()) return 0;
  if (!awaited_.empty()) return std::nullopt;
  for (std::size_t i = 0; i < group.size; ++i) {
    if (!send_path_.wants_sample(group.work(i), now)) continue;
    send_path_.on_sample_sent(group.work(i), now);
    return i;
  }
  return std::nullopt;
}

nanoseconds Service::pace_of(const Group& group, WallTime completed) {
  const nanoseconds since_last = elapsed(std::exchange(last_completed_, completed), completed);
  if (group.size == 1) return SendPath::kNoPace;
  const bool is_behind_another = group.pause == SendPath::Pause::kNone;
  if (is_behind_another && since_last > nanoseconds::zero()) paces_ = {paces_[1], since_last};
  // Another process may have run between two of them, so the shorter one counts.
  return std::min(paces_[0], paces_[1]);
}

void Service::send(Group& group, const ServedTime& time, MonoTime now) {
  if (group.size == 0) return;
  std::array<ServiceSocket::Reply, ServiceSocket::kMostReplies> replies;
  std::array<PendingReply::Room, ServiceSocket::kMostReplies> rooms;
  const auto stamped = place_to_stamp(group, now);
  const WallTime completed = wall_now();
  const nanoseconds pace = pace_of(group, completed);
  for (std::size_t i = 0; i < group.size; ++i) {
    const WallTime leaves = time.map(completed + send_path_.advance(group.work(i), pace));
    replies[i] = {group.arrivals[i], group.pending[i]->complete(leaves, rooms[i]), i == stamped};
  }
  const bool is_to_be_saved = stamped && group.pending[*stamped]->is_to_be_saved();
  // This must happen before it leaves, because another thread may get its client's next request at once.
  if (is_to_be_saved) {
    const WallTime leaves = time.map(completed + send_path_.advance(group.work(*stamped), pace));
    answerer_.save(group.pending[*stamped]->receive(), group.arrivals[*stamped]->from.address,
                   to_ntp(leaves));
  }
  const auto sent = socket_.reply(std::span{replies}.first(group.size));
  counters_.answered += sent.count;
  counters_.unsent += group.size - sent.count;
  if (sent.number) {
    const NtpTimestamp receive = group.pending[*stamped]->receive();
    awaited_.push_back({*sent.number, group.work(*stamped), pace, completed, receive});
  }
  group.size = 0;
  group.pause = SendPath::Pause::kNone;
}

void Service::take_stamps() {
  const ServedTime time = time_->read();
  while (const auto stamp = socket_.next_transmit_stamp()) {
    for (const Awaited& awaited : awaited_) {
      if (awaited.number != stamp->number) continue;
      send_path_.learn(awaited.work, elapsed(awaited.completed, stamp->at), awaited.pace);
      if (!awaited.receive.is_unset()) answerer_.correct(awaited.receive, to_ntp(time.map(stamp->at)));
    }
  }
  awaited_.clear();
}

void Service::answer_control(const Arrival& arrival, const Request& request, Answerer::Batch& batch,
                             const ServedTime& time) {
  batch.add(request);
  auto reply = monitor_->answer(request, batch.rules(), time.state);
  if (reply && !batch.is_allowed()) reply = Unexpected{RequestRefusal::kLimited};
  if (!reply) {
    ++counters_.refused[static_cast<std::size_t>(reply.error())];
    batch.refuse();
    return;
  }
  bool is_sent = true;
  for (std::size_t i = 0; i < reply->fragments() && is_sent; ++i) {
    is_sent = socket_.reply(arrival, reply->fragment(i).bytes());
  }
  ++(is_sent ? counters_.answered : counters_.unsent);
}

Counters& Counters::operator+=(const Counters& other) {
  answered += other.answered;
  unsent += other.unsent;
  for (std::size_t i = 0; i < kRequestRefusals; ++i) refused[i] += other.refused[i];
  return *this;
}

std::string to_string(const Counters& counters) {
  std::string text = fmt::format("answered {}", counters.answered);
  if (counters.unsent > 0) text += fmt::format("; could not send {}", counters.unsent);
  for (std::size_t i = 0; i < kRequestRefusals; ++i) {
    if (counters.refused[i] == 0) continue;
    text += fmt::format("; refused {} {}", counters.refused[i], to_string(static_cast<RequestRefusal>(i)));
  }
  return text;
}

}  // namespace isletime::sntpd
