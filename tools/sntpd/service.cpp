// SPDX-License-Identifier: MIT
#include "tools/sntpd/service.hpp"

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"

namespace isletime::sntpd {

void Service::serve(ServiceSocket::Wait wait) {
  const auto arrivals = socket_.receive(wait);
  if (arrivals.empty()) return;
  const auto rules = access_.current();
  const ServedTime time = time_->read();
  auto log = clients_.start_batch();
  for (const Arrival& arrival : arrivals) {
    auto reply =
        respond({arrival.bytes, arrival.from, arrival.to, time.map(arrival.received)}, rules, time.state);
    if (!reply) {
      ++counters_.refused[static_cast<std::size_t>(reply.error())];
      log.add(arrival, ClientLog::Outcome::kRefused);
      continue;
    }
    stamp_transmit(*reply, time.map(wall_now()));
    ++(socket_.reply(arrival, *reply) ? counters_.answered : counters_.unsent);
    log.add(arrival, ClientLog::Outcome::kAnswered);
  }
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
