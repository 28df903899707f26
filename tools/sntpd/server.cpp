// SPDX-License-Identifier: MIT
#include "tools/sntpd/server.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/announcing_socket.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/group_socket.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/build_time.hpp"
#include "tools/common/paths.hpp"
#include "tools/common/poll_timeout.hpp"
#include "tools/common/signals.hpp"
#include "tools/sntpd/keeping/rtc_open.hpp"
#include "tools/sntpd/shrink.hpp"

namespace isletime::sntpd {
namespace {

std::string text_of(WallTime time) {
  const auto written = format_rfc3339(time);
  return {written.data(), written.size()};
}

}  // namespace

Server::Server(const Options& options, const Log& log, Reread reread)
    : options_(options),
      log_(log),
      precision_(measure_precision()),
      reread_(std::move(reread)),
      access_(options.access_rules),
      background_(log),
      memory_(log, background_, options.workers == 0),
      time_(ServedTime{unsynchronised(precision_), {}}),
      monitor_(options.monitors),
      workers_(services_, options.workers > 0, log),
      manager_([](const char* name) { return std::getenv(name); }) {}

std::optional<Server::Failure> Server::open() {
  const auto chosen = choose_user(options_.user, kDefaultUser);
  if (!chosen) return chosen.error();
  const std::optional<User>& user = chosen->user;
  if (auto failure = open_keys()) return failure;
  if (auto failure = open_services()) return failure;
  if (auto failure = open_broadcaster()) return failure;
  if (auto failure = open_memory(chosen->id())) return failure;
  hub_.emplace(options_, keys_, log_, memory_, precision_, own_queries_);
  if (auto failure = open_battery_clock()) return failure;
  time_.publish(hub_->served());
  monitor_.publish(hub_->monitored());
  if (auto failure = open_control(user)) return failure;
  if (auto failure = give_up_rights(user)) return failure;
  if (chosen->is_nobody) {
    log_.notice(
        fmt::format("runs as nobody: there is no user {0}: make one (useradd --system {0}), or give --user",
                    chosen->name));
  }
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_keys() {
  if (!options_.keys) return std::nullopt;
  auto keys = read_key_file(*options_.keys);
  if (!keys) return Failure{ExitStatus::kUsage, keys.error()};
  keys_ = *std::move(keys);
  std::vector<std::uint32_t> named;
  for (const auto* hosts : {&options_.servers, &options_.pools}) {
    for (const ServerOption& server : *hosts) {
      if (server.key) named.push_back(*server.key);
    }
  }
  for (const KeyBinding& binding : options_.key_bindings) named.push_back(binding.key_id);
  for (const BroadcastOption& broadcast : options_.broadcasts) {
    if (broadcast.key) named.push_back(*broadcast.key);
  }
  for (const std::uint32_t id : named) {
    if (keys_.find(id) != nullptr) continue;
    return Failure{ExitStatus::kUsage, fmt::format("{}: there is no key {}", *options_.keys, id)};
  }
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_memory(uid_t owner) {
  const std::string folder = options_.state_folder.value_or(default_paths(surroundings()).state_folder);
  const auto failure = memory_.open(folder, owner, options_.state_folder.has_value());
  if (!failure) return std::nullopt;
  if (options_.state_folder) return Failure{ExitStatus::kSystemFailed, *failure};
  memory_.go_without(*failure);
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_battery_clock() {
  if (!options_.rtc) return std::nullopt;
  auto device = open_rtc(*options_.rtc);
  if (!device) {
    return Failure{ExitStatus::kUsage, fmt::format("--rtc {}: {}", options_.rtc->device, device.error())};
  }
  hub_->use_rtc(source_name(*options_.rtc), *std::move(device));
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_services() {
  if (options_.port == 0) return std::nullopt;
  clock_watch_.emplace();
  return open_sockets(options_.bind, options_.port, "--port",
                      [this](const Endpoint& local) { return open_one(local); });
}

std::optional<Server::Failure> Server::open_broadcaster() {
  if (options_.broadcasts.empty() && !takes_broadcasts(options_)) return std::nullopt;
  for (const Service& service : services_) {
    const ServiceSocket& socket = service.socket();
    const auto error = ignore_groups(socket.descriptor(), socket.local().address.is_v4());
    if (!error) continue;
    return Failure{ExitStatus::kSystemFailed,
                   fmt::format("{}: cannot broadcast: {}", to_string(socket.local()), to_string(*error))};
  }
  if (options_.broadcasts.empty()) return std::nullopt;
  broadcaster_.emplace(
      Broadcaster::Config{
          .options = options_.broadcasts, .bind = options_.bind, .port = options_.port, .keys = keys_},
      log_);
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_control(const std::optional<User>& user) {
  if (options_.no_control) return std::nullopt;
  const std::string path = options_.control_socket.value_or(default_paths(surroundings()).control_socket);
  auto server = ControlServer::open(path, user ? std::optional{user->id} : std::nullopt);
  if (server) {
    control_.emplace(*std::move(server),
                     Control::Daemon{.hub = *hub_,
                                     .memory = memory_,
                                     .background = background_,
                                     .publish_time = [this] { time_.publish(hub_->served()); },
                                     .status = [this] { return status(); },
                                     .clients = [this] { return clients(); },
                                     .reload = [this](auto report) { reload(report); }});
    return std::nullopt;
  }
  if (options_.control_socket) return Failure{ExitStatus::kSystemFailed, server.error().text};
  log_.detail("sntpctl cannot be served: " + server.error().text);
  return std::nullopt;
}

std::optional<Server::Failure> Server::give_up_rights(const std::optional<User>& user) {
  if (user && (!options_.broadcasts.empty() || takes_broadcasts(options_))) {
    for (const Service& service : services_) {
      if (const auto error = share_port_with(user->id, service.socket().descriptor())) {
        return Failure{ExitStatus::kSystemFailed, fmt::format("broadcasts: {}", to_string(*error))};
      }
    }
  }
  return isletime::give_up_rights(user, Rights::kKeepTime,
                                  options_.no_sandbox ? std::nullopt : std::optional{Sandbox::kTimeServer},
                                  log_);
}

std::optional<SysError> Server::open_one(const Endpoint& local) {
  for (unsigned i = 0; i < std::max(1U, options_.workers); ++i) {
    using Sharing = ServiceSocket::Sharing;
    auto socket = ServiceSocket::open(local, i == 0 ? Sharing::kFirst : Sharing::kFurther);
    if (!socket) return socket.error();
    services_.emplace_back(*std::move(socket), access_, time_, demands(), monitor_, saved_, random_u64());
  }
  return std::nullopt;
}

Demands Server::demands() {
  return {.keys = &keys_,
          .bindings = options_.key_bindings,
          .signed_only = options_.signed_only,
          .limits_rates = !options_.no_rate_limit,
          .own_queries = &own_queries_};
}

void Server::announce() const {
  std::string endpoints;
  for (const Service& service : services_) {
    const std::string endpoint = to_string(service.socket().local());
    if (endpoints.find(endpoint) == std::string::npos)
      endpoints += (endpoints.empty() ? "" : ", ") + endpoint;
  }
  log_.notice(fmt::format("serving {} as {}", endpoints, quality()));
}

std::string Server::quality() const {
  const ServedTime time = time_.read();
  const WallTime now = time.map(wall_now());
  if (is_synchronised(time.state, now)) return fmt::format("stratum {}", time.state.stratum);
  if (now < build_time())
    return fmt::format("unsynchronised: the clock reads {}, before this program was made ({})", text_of(now),
                       text_of(build_time()));
  if (!options_.servers.empty() || !options_.pools.empty())
    return "unsynchronised, until a server has told the time";
  return fmt::format("unsynchronised: {}", Hub::kHowToSet);
}

void Server::run() {
  catch_signals(Hangup::kReloads);
  workers_.step(mono_now());
  memory_.start_writing();
  memory_.note(wall_now(), Event::kStarted, "sntpd " ISLETIME_VERSION " started");
  hub_->step({});
  if (broadcaster_) broadcaster_->step(0, hub_->served(), mono_now());
  shrink();
  if (!services_.empty()) announce();
  manager_.ready();
  show_life();
  while (!stop_requested()) {
    wait_for_events();
    if (take_reload_request()) reload([](const auto&) {});
  }
  manager_.stopping();
  hub_->stop();
  memory_.note(wall_now(), Event::kStopped, "sntpd ended as it was told");
  workers_.stop();
  Counters total;
  for (const Service& service : services_) total += service.counters();
  log_.detail(to_string(total));
}

std::optional<MonoTime> Server::next_wakeup() const {
  std::optional<MonoTime> next = hub_->next_wakeup();
  const auto broadcast = broadcaster_ ? broadcaster_->next_wakeup() : std::nullopt;
  for (const auto& other : {control_ ? control_->next_wakeup() : std::nullopt, next_sign_of_life_, broadcast,
                            workers_.next_wakeup()}) {
    if (other && (!next || *other < *next)) next = other;
  }
  return next;
}

void Server::wait_for_events() {
  std::vector<pollfd> polled;
  hub_->append_polled(polled);
  const std::size_t of_hub = polled.size();
  if (clock_watch_) polled.push_back({clock_watch_->descriptor(), POLLIN, 0});
  const std::size_t of_watch = polled.size();
  workers_.step(mono_now());
  workers_.append_polled(polled);
  const std::size_t of_services = polled.size();
  if (broadcaster_) polled.push_back(broadcaster_->poll_entry());
  const std::size_t of_broadcaster = polled.size();
  if (background_.descriptor() != -1) polled.push_back({background_.descriptor(), POLLIN, 0});
  if (control_) control_->append_polled(polled);
  if (poll(polled.data(), polled.size(), poll_timeout(next_wakeup(), std::chrono::milliseconds{1})) < 0)
    return;
  const std::span all{polled};
  hub_->step(all.first(of_hub));
  background_.step();
  // The time is published before followers are told of a change, so that who asks at once is served that
  // time.
  time_.publish(hub_->served());
  if (control_) control_->step(all.subspan(of_broadcaster));
  if (hub_->has_changed()) monitor_.publish(hub_->monitored());
  if (control_) {
    control_->publish();
  } else {
    hub_->take_changed();
  }
  if (broadcaster_) broadcaster_->step(polled[of_services].revents, time_.read(), mono_now());
  show_life();
  if (of_watch > of_hub && polled[of_hub].revents != 0 && clock_watch_->take_set()) announce();
  workers_.serve(all.subspan(of_watch, of_services - of_watch));
  memory_.step();
}

void Server::show_life() {
  const auto interval = manager_.watchdog_interval();
  if (!interval || (next_sign_of_life_ && mono_now() < *next_sign_of_life_)) return;
  manager_.alive();
  next_sign_of_life_ = mono_now() + *interval;
}

void Server::reload(const ReloadReport& report) {
  const auto fresh = std::make_shared<std::optional<Options>>();
  background_.run([this, fresh] { *fresh = reread_(); }, [this, fresh, report] { report(use(*fresh)); });
}

std::optional<std::string> Server::use(const std::optional<Options>& fresh) {
  if (!fresh) {
    log_.error("reload: keeping the access rules as they were");
    return "the configuration is wrong: everything stays as it was";
  }
  access_.replace(fresh->access_rules);
  log_.notice("reload: access rules replaced");
  memory_.note(wall_now(), Event::kReloaded, "access rules replaced");
  return std::nullopt;
}

StatusView Server::status() const {
  StatusView view = hub_->status();
  view.version = ISLETIME_VERSION;
  for (const Service& service : services_) {
    const auto totals = service.clients().totals();
    view.answered += totals.requests - totals.refused;
    view.refused += totals.refused;
    view.limited += totals.limited;
  }
  return view;
}

std::vector<ClientView> Server::clients() const {
  std::vector<ClientRecord> records;
  for (const Service& service : services_) {
    for (ClientRecord& record : service.clients().records()) records.push_back(record);
  }
  std::vector<ClientView> views;
  const WallTime now = wall_now();
  for (const ClientRecord& record : merge(std::move(records))) {
    ClientView view{.address = address_text({record.address, 0, 0}),
                    .requests = record.requests,
                    .refused = record.refused,
                    .limited = record.limited,
                    .last_seen = std::max(elapsed(record.last, now), nanoseconds::zero()),
                    .interval = {},
                    .version = record.version,
                    .versions = record.versions};
    if (record.previous) view.interval = elapsed(*record.previous, record.last);
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace isletime::sntpd
