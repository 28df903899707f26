// SPDX-License-Identifier: MIT
#include "tests/fakes/control_daemon.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "tools/sntpd/control/view_json.hpp"

namespace isletime::fakes {
namespace {

using namespace std::chrono_literals;
using sntpd::ClientView;

constexpr WallTime kNow{1'770'091'506s + 7ns};  // 2026-02-03T04:05:06Z, by date(1)

StatusView status() {
  StatusView view;
  view.time = kNow;
  view.synchronised = true;
  view.reliable = true;
  view.source = "ntp:192.0.2.1";
  view.kind = "ntp";
  view.age = 64s;
  view.bound = Dispersion{1'234'567ns};
  view.offset = Offset{-123ns};
  view.frequency_ppm = -12.5;
  view.frequency_error_ppm = 0.01;
  view.stratum = 3;
  view.leap = Leap::kNone;
  view.refid = "192.0.2.1";
  view.root_delay = Delay{2ms};
  view.root_dispersion = Dispersion{3ms};
  view.warnings = {"the clock was stepped by 2 s"};
  view.uptime = 3h + 20min;
  view.answered = 12;
  view.refused = 3;
  view.version = "0.1.0";
  return view;
}

std::array<SourceView, 2> sources() {
  SourceView good;
  good.source = "ntp:192.0.2.1";
  good.kind = "ntp";
  good.tier = "normal";
  good.standing = "system-peer";
  good.standing_text = "the best of those that agree";
  good.tally = '*';
  good.reach = 0377;
  good.poll = 64s;
  good.age = 12s;
  good.offset = Offset{-123ns};
  good.uncertainty = Dispersion{1ms};
  good.delay = Delay{2ms};
  good.stratum = 2;
  SourceView dead;
  dead.source = "ntp:192.0.2.2";
  dead.kind = "ntp";
  dead.tier = "fallback";
  dead.standing = "unreachable";
  dead.standing_text = "it has not answered the last eight polls";
  dead.reach = 0;
  dead.poll = 1024s;
  dead.last_error = "no-reply";
  return {good, dead};
}

std::array<ClientView, 2> clients() {
  return {ClientView{"192.0.2.9", 1234, 0, 34, 5s, 64s, 4, 0b11000},
          ClientView{"2001:db8::9", 1, 1, 0, 3h, {}, {}}};
}

std::vector<std::string> activity(std::size_t count) {
  std::vector<std::string> lines{
      R"({"time":"2026-02-03T04:05:05.000000000Z","event":"start","text":"sntpd 0.1.0 serves port 123"})",
      R"({"time":"2026-02-03T04:05:06.000000000Z","event":"source","text":"follows ntp:192.0.2.1"})",
  };
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

ControlServer open_at(const std::string& path) {
  auto server = ControlServer::open(path);
  if (!server) throw std::runtime_error(server.error().text);
  return std::move(*server);
}

}  // namespace

ControlDaemon::ControlDaemon(const std::string& path, Manner manner)
    : path_(path), manner_(manner), server_(open_at(path)), thread_([this] { work(); }) {}

ControlDaemon::~ControlDaemon() {
  stopping_ = true;
  thread_.join();
}

void ControlDaemon::work() {
  constexpr int kPauseMs = 20;
  while (!stopping_) {
    std::vector<pollfd> polled;
    server_.append_pollfds(polled);
    const bool is_idle = poll(polled.data(), polled.size(), kPauseMs) <= 0;
    if (const auto request = server_.on_poll(polled)) answer(*request);
    if (is_idle) publish_status();
  }
}

void ControlDaemon::publish_status() {
  for (const auto topic : {sntpd::Topic::kStatus, sntpd::Topic::kActivity}) {
    if (server_.is_followed(to_string(topic))) {
      server_.publish(to_string(topic), reply_to(sntpd::Show{.topic = topic, .lines = 1}));
    }
  }
}

void ControlDaemon::answer(const ControlServer::Request& request) {
  switch (manner_) {
    case Manner::kMute:
      return;
    case Manner::kNoJson:
      server_.reply(request.from, "hello");
      return;
    case Manner::kHostile:
      server_.reply(
          request.from,
          R"({"reply":"status","synchronised":true,"source":"ntp:\u001b[2J\u009b2J","version":"\u0007"})");
      return;
    case Manner::kProper:
    case Manner::kForbidding:
      break;
  }
  const auto parsed = sntpd::parse_control_request(request.line);
  if (!parsed) {
    server_.reply(request.from, sntpd::error_json(parsed.error().name, parsed.error().message));
    return;
  }
  if (manner_ == Manner::kForbidding && is_change(*parsed)) {
    server_.reply(request.from, sntpd::error_json("not-permitted", "only root and the group isletime may"));
    return;
  }
  const auto* show = std::get_if<sntpd::Show>(&*parsed);
  if (show != nullptr && show->follow) server_.follow(request.from, to_string(show->topic));
  server_.reply(request.from, reply_to(*parsed));
}

std::string ControlDaemon::reply_to(const sntpd::ControlRequest& request) {
  if (const auto* feed = std::get_if<sntpd::Feed>(&request)) return reply_to_feed(*feed);
  if (const auto* set = std::get_if<sntpd::SetTime>(&request)) {
    if (set->time < kNow) return sntpd::error_json("below-floor", "the time was later already");
    return sntpd::done_json("set", "adopt", "the clock is set");
  }
  if (const auto* set = std::get_if<sntpd::SetRateError>(&request)) {
    return sntpd::rate_error_json({.rate_error = {set->rate_error, false},
                                   .tolerance = {std::chrono::seconds{1}},
                                   .window = std::chrono::minutes{160},
                                   .message = "a phone's sync now counts for up to 2 h 40 min"});
  }
  if (std::holds_alternative<sntpd::Reload>(request)) {
    return sntpd::done_json("reload", "done", "access rules replaced");
  }
  const auto& show = std::get<sntpd::Show>(request);
  switch (show.topic) {
    case sntpd::Topic::kStatus:
      return sntpd::status_json(status());
    case sntpd::Topic::kSources:
      return sntpd::sources_json(kNow, sources());
    case sntpd::Topic::kClients:
      return clients_json(kNow, clients());
    case sntpd::Topic::kActivity:
      return sntpd::activity_json(activity(show.lines));
  }
  return "";
}

std::string ControlDaemon::reply_to_feed(const sntpd::Feed& feed) {
  if (feed.sample.source.starts_with("camera:")) {
    return sntpd::error_json("outranked", "a better source was heard within its window");
  }
  const std::lock_guard lock(mutex_);
  taken_.push_back(feed.sample.source);
  return sntpd::done_json("feed", "agree", "within the threshold");
}

}  // namespace isletime::fakes
