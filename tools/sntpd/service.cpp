// SPDX-License-Identifier: MIT
#include "tools/sntpd/service.hpp"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::sntpd {

namespace {

// Each key of another type takes another time; replies that nobody signs leave together, in their places.
SendPath::Work work_of(SendPath::Pause pause, const Key* key, std::size_t place) {
  const auto kind =
      key == nullptr ? place : ServiceSocket::kMostReplies + static_cast<std::size_t>(key->type);
  return {pause, kind};
}

}  // namespace

void Service::serve(ServiceSocket::Wait wait) {
  const auto arrivals = socket_.receive(wait);
  if (arrivals.empty()) return;
  const MonoTime now = mono_now();
  auto pause = SendPath::pause_of(now - std::exchange(last_batch_, now));
  const ServedTime time = time_->read();
  const Account account(time.state, time.map(arrivals[0].received));
  auto batch = answerer_.start_batch(access_.current(), account, now);
  Group group;
  const auto send_all = [&] {
    if (group.size == 0) return;
    if (pause > SendPath::Pause::kShort && wait == ServiceSocket::Wait::kForOne)
      socket_.find_way(*group.arrivals[0]);
    send(group, std::exchange(pause, SendPath::Pause::kShort), time, now);
    group.size = 0;
  };
  for (const Arrival& arrival : arrivals) {
    const Request request{arrival.bytes, arrival.from, arrival.to, time.map(arrival.received)};
    if (is_control_message(arrival.bytes)) {
      answer_control(arrival, request, batch, time);
      continue;
    }
    auto answer = batch.answer(request);
    if (!answer) {
      ++counters_.refused[static_cast<std::size_t>(answer.error())];
      continue;
    }
    const bool leaves_alone =
        wait == ServiceSocket::Wait::kNot || answer->key() != nullptr || answer->is_to_be_saved();
    if (leaves_alone) send_all();
    group.arrivals[group.size] = &arrival;
    group.answers[group.size++] = *answer;
    if (leaves_alone || group.size == group.answers.size()) send_all();
  }
  send_all();
  if (!awaited_.empty() && wait == ServiceSocket::Wait::kForOne) take_stamps();
}

void Service::send(Group& group, SendPath::Pause pause, const ServedTime& time, MonoTime now) {
  const SendPath::Work last = work_of(pause, group.answers[0]->key(), group.size - 1);
  const bool is_sampled = awaited_.empty() && send_path_.wants_sample(last, now);
  if (is_sampled) send_path_.on_sample_sent(last, now);
  const bool is_stamped = is_sampled || group.answers[0]->is_to_be_saved();
  send(group, pause, time, is_stamped ? Stamping::kByKernel : Stamping::kNone);
}

void Service::send(Group& group, SendPath::Pause pause, const ServedTime& time, Stamping stamping) {
  std::array<ServiceSocket::Reply, ServiceSocket::kMostReplies> replies;
  const auto sending = std::span{replies}.first(group.size);
  Answer::Room room;
  if (stamping == Stamping::kByKernel) socket_.start_stamping();
  const WallTime completed = wall_now();
  for (std::size_t i = 0; i < group.size; ++i) {
    Answer& answer = *group.answers[i];
    const nanoseconds advance = send_path_.advance(work_of(pause, answer.key(), i));
    replies[i] = {group.arrivals[i], answer.complete(time.map(completed + advance), room)};
  }
  const std::size_t sent = socket_.reply(sending);
  counters_.answered += sent;
  counters_.unsent += group.size - sent;
  if (stamping == Stamping::kNone) return;

  const std::uint32_t number = socket_.stop_stamping(sent, group.size);
  for (std::size_t i = 0; i < sent; ++i) {
    const Answer& answer = *group.answers[i];
    const SendPath::Work work = work_of(pause, answer.key(), i);
    awaited_.push_back({number + static_cast<std::uint32_t>(i), work, completed, answer.receive()});
    if (!answer.is_to_be_saved()) continue;
    const WallTime leaves = time.map(completed + send_path_.advance(work));
    answerer_.save(answer.receive(), group.arrivals[i]->from.address, to_ntp(leaves));
  }
}

void Service::take_stamps() {
  const ServedTime time = time_->read();
  while (const auto stamp = socket_.next_transmit_stamp()) {
    for (const Awaited& awaited : awaited_) {
      if (awaited.number != stamp->number) continue;
      send_path_.learn(awaited.work, elapsed(awaited.completed, stamp->at));
      answerer_.correct(awaited.receive, to_ntp(time.map(stamp->at)));
    }
  }
  awaited_.clear();
}

void Service::answer_control(const Arrival& arrival, const Request& request, Answerer::Batch& batch,
                             const ServedTime& time) {
  batch.add(request);
  auto reply = monitor_->answer(request, access_.current(), time.state);
  if (reply && !batch.is_allowed()) reply = Unexpected{Refusal::kLimited};
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
  for (std::size_t i = 0; i < kRefusals; ++i) refused[i] += other.refused[i];
  return *this;
}

std::string to_string(const Counters& counters) {
  std::string text = fmt::format("answered {}", counters.answered);
  if (counters.unsent > 0) text += fmt::format("; could not send {}", counters.unsent);
  for (std::size_t i = 0; i < kRefusals; ++i) {
    if (counters.refused[i] == 0) continue;
    text += fmt::format("; refused {} {}", counters.refused[i], to_string(static_cast<Refusal>(i)));
  }
  return text;
}

}  // namespace isletime::sntpd
