// SPDX-License-Identifier: MIT
#include "tools/sntpd/control.hpp"

#include <utility>

#include <unistd.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/privileges.hpp"
#include "tools/sntpd/view_json.hpp"

namespace isletime::sntpd {
namespace {

// How often the clients are compared while somebody follows them.
constexpr nanoseconds kLookInterval = seconds{1};

std::string to_json(const char* request, const Hub::Answer& answer) {
  return answer.is_accepted ? done_json(request, answer.name, answer.text)
                            : error_json(answer.name, answer.text);
}

}  // namespace

Control::Control(ControlServer server, Daemon daemon)
    : server_(std::move(server)), daemon_(std::move(daemon)), group_(find_group(kControlGroup)) {}

void Control::step(std::span<const pollfd> polled) {
  for (const ControlServer::Request& request : server_.on_poll(polled)) take(request);
}

bool Control::may_change(const Peer& peer) const {
  return peer.uid == 0 || peer.uid == geteuid() || (group_ && is_member(peer, *group_));
}

void Control::take(const ControlServer::Request& request) {
  const auto parsed = parse_control_request(request.line);
  if (!parsed) {
    server_.reply(request.from, error_json(parsed.error().name, parsed.error().message));
    return;
  }
  if (is_change(*parsed) && !may_change(request.peer)) {
    server_.reply(request.from,
                  error_json("not-permitted", "only root, sntpd's own user and the group isletime may"));
    return;
  }
  const auto* looked = std::get_if<Show>(&*parsed);
  if (looked == nullptr) {
    server_.reply(request.from, change(*parsed));
    return;
  }
  if (looked->follow) server_.follow(request.from, to_string(looked->topic));
  server_.reply(request.from, show(*looked));
}

std::string Control::show(const Show& show) const {
  switch (show.topic) {
    case Topic::kStatus:
      return status_json(daemon_.status());
    case Topic::kSources:
      return sources_json(daemon_.status().time, daemon_.hub.sources());
    case Topic::kClients:
      return clients_json(daemon_.status().time, daemon_.clients());
    case Topic::kActivity:
      return activity_json(daemon_.memory.activity(show.lines));
  }
  return "";
}

std::string Control::change(const ControlRequest& request) {
  if (const auto* feed = std::get_if<Feed>(&request)) return to_json("feed", daemon_.hub.feed(feed->sample));
  if (const auto* set = std::get_if<SetTime>(&request)) return to_json("set", daemon_.hub.set(*set));
  if (const auto* set_rate = std::get_if<SetRateError>(&request))
    return rate_error_json(daemon_.hub.set_rate_error(*set_rate));
  if (const auto failure = daemon_.reload()) return error_json("bad-configuration", *failure);
  return done_json("reload", "done", "the configuration was read again");
}

void Control::publish() {
  const auto is_followed = [this](Topic topic) { return server_.is_followed(to_string(topic)); };
  const auto tell = [this](Topic topic, const std::string& line) { server_.publish(to_string(topic), line); };
  if (daemon_.hub.take_changed()) {
    for (const Topic topic : {Topic::kStatus, Topic::kSources}) {
      if (is_followed(topic)) tell(topic, show({.topic = topic}));
    }
  }
  const auto news = daemon_.memory.take_news();
  if (!news.empty() && is_followed(Topic::kActivity)) tell(Topic::kActivity, activity_json(news));
  const MonoTime now = mono_now();
  if (!is_followed(Topic::kClients) || now < next_look_) return;
  next_look_ = now + kLookInterval;
  // Without the ages, which always change.
  std::string clients;
  for (const ClientView& client : daemon_.clients()) {
    clients += client.address + ' ' + std::to_string(client.requests) + '\n';
  }
  if (std::exchange(last_clients_, clients) != clients)
    tell(Topic::kClients, show({.topic = Topic::kClients}));
}

std::optional<MonoTime> Control::next_wakeup() const {
  if (!server_.is_followed(to_string(Topic::kClients))) return std::nullopt;
  return next_look_;
}

}  // namespace isletime::sntpd
