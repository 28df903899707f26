// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/control.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include <unistd.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/privileges.hpp"
#include "tools/common/groups.hpp"
#include "tools/sntpd/control/view_json.hpp"

namespace isletime::sntpd {
namespace {

// How often the clients are compared while a control client follows them.
constexpr nanoseconds kClientsInterval = seconds{1};

// Followers of the status get a line at least this often, so that its bound and its age are fresh, and
// silence shows a fault.
constexpr nanoseconds kStatusInterval = seconds{60};

std::string to_json(const char* request, const Hub::Reply& answer) {
  return answer.is_accepted ? done_json(request, answer.name, answer.text)
                            : error_json(answer.name, answer.text);
}

}  // namespace

Control::Control(ControlServer server, Daemon daemon)
    : server_(std::move(server)),
      daemon_(std::move(daemon)),
      control_group_(find_group(kControlGroup)),
      feed_group_(find_group(kFeedGroup)) {}

void Control::step(std::span<const pollfd> polled) {
  if (const auto request = server_.on_poll(polled)) take(*request);
}

void Control::take(const ControlServer::Request& request) {
  const auto parsed = parse_control_request(request.line);
  if (!parsed) {
    server_.reply(request.from, error_json(parsed.error().name, parsed.error().message));
    return;
  }
  const Accounts accounts{.own = geteuid(), .control = control_group_, .feed = feed_group_};
  if (!is_permitted(*parsed, request.peer, accounts)) {
    server_.reply(request.from, error_json("not-permitted", who_may(*parsed)));
    return;
  }
  std::visit([&](const auto& asked) { answer(request.from, asked); }, *parsed);
}

void Control::answer(ClientId to, const Show& asked) {
  if (asked.topic == Topic::kClients) {
    show_clients(to, asked.follow);
    return;
  }
  if (asked.follow) {
    if (!server_.is_followed(to_string(asked.topic))) next_status_ = mono_now() + kStatusInterval;
    server_.follow(to, to_string(asked.topic));
  }
  server_.reply(to, show(asked));
}

void Control::answer(ClientId to, const Feed& feed) {
  const Hub::Reply answer = daemon_.hub.feed(feed.sample);
  daemon_.publish_time();
  server_.reply(to, to_json("feed", answer));
}

void Control::answer(ClientId to, const SetTime& set) {
  const Hub::Reply answer = daemon_.hub.set(set);
  daemon_.publish_time();
  server_.reply(to, to_json("set", answer));
}

// Replies once the value is on the disk, or writing has failed.
void Control::answer(ClientId to, const SetRateError& request) {
  auto view = daemon_.hub.set_rate_error(request);
  daemon_.publish_time();
  daemon_.memory.when_written([this, to, view = std::move(view)]() mutable {
    const std::string warning = daemon_.memory.warning();
    if (!warning.empty()) view.message += "; " + warning;
    server_.reply(to, rate_error_json(view));
  });
}

void Control::answer(ClientId to, const Reload&) {
  daemon_.reload([this, to](const std::optional<std::string>& failure) {
    server_.reply(to, failure ? error_json("bad-configuration", *failure)
                              : done_json("reload", "done", "the configuration was read again"));
  });
}

std::string Control::show(const Show& show) const {
  switch (show.topic) {
    case Topic::kStatus:
      return status_json(daemon_.status());
    case Topic::kSources:
      return sources_json(daemon_.status().time, daemon_.hub.sources());
    case Topic::kActivity:
      return activity_json(daemon_.memory.activity(show.lines));
    case Topic::kClients:
      break;
  }
  return "";
}

// There may be thousands of clients, so the reply is composed in the background.
void Control::show_clients(ClientId to, bool follow) {
  const auto line = std::make_shared<std::string>();
  daemon_.background.run(
      [this, line, time = daemon_.status().time] { *line = clients_json(time, daemon_.clients()); },
      [this, line, to, follow] {
        if (follow) server_.follow(to, to_string(Topic::kClients));
        server_.reply(to, *line);
      });
}

void Control::look_for_clients() {
  struct Seen {
    std::string counts;  // without the ages, which change all the time
    std::string line;
  };
  const auto seen = std::make_shared<Seen>();
  is_looking_ = true;
  daemon_.background.run(
      [this, seen, time = daemon_.status().time] {
        const std::vector<ClientView> clients = daemon_.clients();
        for (const ClientView& client : clients)
          seen->counts += client.address + ' ' + std::to_string(client.requests) + '\n';
        seen->line = clients_json(time, clients);
      },
      [this, seen] {
        is_looking_ = false;
        if (std::exchange(last_clients_, seen->counts) != seen->counts)
          server_.publish(to_string(Topic::kClients), seen->line);
      });
}

void Control::publish() {
  const auto is_followed = [this](Topic topic) { return server_.is_followed(to_string(topic)); };
  const auto tell = [this](Topic topic, const std::string& line) { server_.publish(to_string(topic), line); };
  const MonoTime now = mono_now();
  const bool has_changed = daemon_.hub.take_changed();
  if ((has_changed || now >= next_status_) && is_followed(Topic::kStatus)) {
    next_status_ = now + kStatusInterval;
    tell(Topic::kStatus, show({.topic = Topic::kStatus}));
  }
  if (has_changed && is_followed(Topic::kSources)) tell(Topic::kSources, show({.topic = Topic::kSources}));
  const auto news = daemon_.memory.take_news();
  if (!news.empty() && is_followed(Topic::kActivity)) tell(Topic::kActivity, activity_json(news));
  if (!is_followed(Topic::kClients) || is_looking_ || now < next_look_) return;
  next_look_ = now + kClientsInterval;
  look_for_clients();
}

std::optional<MonoTime> Control::next_wakeup() const {
  std::optional<MonoTime> next;
  if (server_.is_followed(to_string(Topic::kStatus))) next = next_status_;
  if (!is_looking_ && server_.is_followed(to_string(Topic::kClients)))
    next = next ? std::min(*next, next_look_) : next_look_;
  return next;
}

}  // namespace isletime::sntpd
