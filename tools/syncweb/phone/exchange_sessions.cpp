// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/exchange_sessions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace isletime::syncweb {
namespace {

Refusal unknown_session() {
  return {Status::kNotFound, "unknown-session",
          "there is no such session of this address, or it is too old; begin a new one"};
}

}  // namespace

void ExchangeSessions::forget_old(MonoTime now) {
  while (!sessions_.empty() && elapsed(sessions_.front().begun, now) > kLongestSession) sessions_.pop_front();
}

void ExchangeSessions::begin(const std::string& id, const IpAddress& of, MonoTime now) {
  forget_old(now);
  const auto is_its = [&of](const Session& session) { return session.of == of; };
  const auto its = std::count_if(sessions_.begin(), sessions_.end(), is_its);
  if (its >= static_cast<std::ptrdiff_t>(kMostOfAnAddress)) {
    sessions_.erase(std::find_if(sessions_.begin(), sessions_.end(), is_its));
  } else if (sessions_.size() >= kMostSessions) {
    sessions_.pop_front();
  }
  sessions_.push_back({.id = id, .of = of, .begun = now, .stamps = {}});
}

ExchangeSessions::Session* ExchangeSessions::find(std::string_view id, const IpAddress& of, MonoTime now) {
  forget_old(now);
  const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const Session& session) {
    return session.id == id && session.of == of;
  });
  return found == sessions_.end() ? nullptr : &*found;
}

Result<std::uint32_t, Refusal> ExchangeSessions::stamp(std::string_view id, const IpAddress& of,
                                                       Instant now) {
  Session* session = find(id, of, now.mono);
  if (session == nullptr) return Unexpected{unknown_session()};
  if (session->stamps.size() >= kMostExchanges) {
    return Unexpected{Refusal{Status::kTooManyRequests, "too-many-exchanges",
                              fmt::format("a session has {} exchanges at most", kMostExchanges)}};
  }
  session->stamps.push_back(now);
  return static_cast<std::uint32_t>(session->stamps.size());
}

Result<std::vector<PhoneExchange>, Refusal> ExchangeSessions::join(std::string_view id, const IpAddress& of,
                                                                   const std::vector<PhoneStamps>& stamps,
                                                                   MonoTime now) {
  const Session* session = find(id, of, now);
  if (session == nullptr) return Unexpected{unknown_session()};
  std::vector<PhoneExchange> exchanges;
  std::set<std::uint32_t> seen;
  for (const PhoneStamps& x : stamps) {
    if (x.number == 0 || x.number > session->stamps.size()) {
      return Unexpected{Refusal{Status::kBadRequest, "unknown-exchange",
                                fmt::format("number: this session has no exchange {}", x.number)}};
    }
    if (!seen.insert(x.number).second) {
      return Unexpected{Refusal{Status::kBadRequest, "duplicate-exchange",
                                fmt::format("number: exchange {} is given twice", x.number)}};
    }
    exchanges.push_back({.number = x.number, .t1 = x.t1, .t4 = x.t4, .hub = session->stamps[x.number - 1]});
  }
  return exchanges;
}

}  // namespace isletime::syncweb
