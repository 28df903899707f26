// SPDX-License-Identifier: MIT
// The servers in a hub's life: at most one of three or more lies.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tests/hub/lives/life.hpp"

namespace isletime::hub_play {
namespace {

// A liar is only among those that the hub has had the time to hear.
constexpr nanoseconds kHeard = 20min;
constexpr std::uint32_t kOfName = 8;
constexpr nanoseconds kBeyondBounds = 1s;

}  // namespace

void Life::found_servers() {
  constexpr std::array<std::uint32_t, 7> kCounts{0, 1, 1, 2, 3, 3, 5};
  literal_ = chance_.one_of<std::uint32_t>(kCounts);
  if (chance_.one_in(4)) wanted_ = static_cast<std::size_t>(chance_.below(4)) + 1;
  const std::uint32_t count = literal_ + (wanted_ > 0 ? kOfName : 0);
  for (std::uint32_t number = 1; number <= count; ++number) {
    Server server{.index = 0, .number = number};
    server.delay = chance_.between(1ms, 200ms);
    server.root_dispersion = chance_.between(100us, 50ms);
    // Its clock is within its root dispersion, and its path as asymmetric as can be.
    server.off = chance_.within((server.root_dispersion + server.delay / 2) * 95 / 100);
    world_.push_back(server);
  }
  tell(fmt::format("{} servers, and {} of a name", literal_, wanted_));
}

void Life::ask_servers() {
  for (std::uint32_t i = 0; i < literal_; ++i) play_->add_server();
  if (wanted_ == 0) return;
  if (addresses_.empty()) name_addresses();
  play_->add_name(wanted_, addresses_);
}

void Life::name_addresses() {
  addresses_.clear();
  for (std::uint32_t number = literal_ + 1; number <= literal_ + kOfName; ++number) {
    if (chance_.one_in(2)) addresses_.push_back(number);
  }
  if (addresses_.empty()) addresses_.push_back(literal_ + 1);
}

void Life::follow_world() {
  for (Server& server : play_->servers) {
    const Server& as = of_world(server.number);
    server.off = as.off;
    server.backends = as.backends;
    server.leap = as.leap;
    server.stratum = as.stratum;
    server.root_dispersion = as.root_dispersion;
    server.delay = as.delay;
    server.is_silent = as.is_silent;
    server.denies = as.denies;
  }
}

Server* Life::pick_server() {
  return world_.empty() ? nullptr
                        : &world_[static_cast<std::size_t>(chance_.below(static_cast<int>(world_.size())))];
}

// While one server lies, the others stay, or the liar would be the majority.
void Life::fall_silent_or_speak() {
  Server* server = liar_ ? nullptr : pick_server();
  if (server == nullptr) return;
  server->is_silent = !server->is_silent;
  tell(fmt::format("server {} {}", server->number, server->is_silent ? "falls silent" : "speaks again"));
  follow_world();
}

void Life::change_stratum() {
  constexpr std::array<std::uint8_t, 5> kStrata{1, 2, 3, 14, 15};
  Server* server = liar_ ? nullptr : pick_server();
  if (server == nullptr) return;
  server->stratum = chance_.one_of<std::uint8_t>(kStrata);
  server->leap = chance_.one_in(5) ? Leap::kUnsynchronised : Leap::kNone;
  tell(fmt::format("server {} has stratum {}, leap {}", server->number, server->stratum,
                   static_cast<int>(server->leap)));
  follow_world();
}

void Life::lie_or_come_right() {
  if (literal_ < 3) return;
  const bool lied = liar_.has_value();
  if (lied) of_world(*liar_).off = 0s;
  liar_.reset();
  for (Server& server : world_) {
    server.is_silent = server.denies = false;
    server.stratum = 1;
    server.leap = Leap::kNone;
  }
  follow_world();
  if (lied) return tell("the liar comes right");
  tell("all servers are well");
  pass_in_parts(kHeard);
  const auto is_heard = [this](const Server& server) {
    return server.number <= literal_ && server.is_asked && server.stopped_until <= play_->machine.mono;
  };
  if (std::count_if(play_->servers.begin(), play_->servers.end(), is_heard) < 3) return;
  liar_ = static_cast<std::uint32_t>(chance_.below(static_cast<int>(literal_))) + 1;
  Server& liar = of_world(*liar_);
  liar.off = chance_.of_either_sign(1ms, 24h * 3650);
  tell(fmt::format("server {} lies by {:.6f} s", liar.number, Seconds{liar.off}.count()));
  follow_world();
}

// Those that have outvoted it fall silent. A lie within the bounds of some of them is not outvoted by all.
void Life::leave_liar_alone() {
  if (!liar_) return;
  const auto is_liar = [this](const Server& server) { return server.number == *liar_; };
  const auto liar = std::find_if(play_->servers.begin(), play_->servers.end(), is_liar);
  if (liar == play_->servers.end() || play_->standing_of(*liar) != "falseticker") return;
  if (magnitude(liar->off) < kBeyondBounds) return;
  for (Server& server : world_) server.is_silent = !is_liar(server);
  tell("all but the liar fall silent");
  follow_world();
}

void Life::deny() {
  Server* server = liar_ ? nullptr : pick_server();
  if (server == nullptr) return;
  server->denies = !server->denies;
  tell(fmt::format("server {} {}", server->number,
                   server->denies ? "denies us" : "does not deny us any more"));
  follow_world();
}

void Life::broadcast() {
  if (play_->servers.empty()) return;
  const Server& server =
      play_->servers[static_cast<std::size_t>(chance_.below(static_cast<int>(play_->servers.size())))];
  const bool is_usable = server.is_asked && !server.is_silent && !server.denies && server.stratum < 15 &&
                         server.leap != Leap::kUnsynchronised && server.queries > server.losses;
  if (!is_usable) return;
  tell(fmt::format("server {} broadcasts", server.number));
  play_->broadcast(server, 0s);
}

// They are behind one address, and each of them is as right as they all say. The estimate of their changing
// errors may lie a little beyond the furthest of them, so some room is left.
void Life::answer_by_several_machines() {
  Server* server = liar_ ? nullptr : pick_server();
  if (server == nullptr) return;
  server->backends.clear();
  const nanoseconds most = (server->root_dispersion + server->delay / 2) * 3 / 4;
  server->off = std::clamp(server->off, -most, most);
  const nanoseconds room = most - magnitude(server->off);
  for (int count = chance_.below(4); count > 0; --count) server->backends.push_back(chance_.within(room));
  tell(fmt::format("{} machines answer as server {}", server->backends.size(), server->number));
  follow_world();
}

// The name has other addresses when it is looked up again.
void Life::move_name() {
  if (wanted_ == 0) return;
  name_addresses();
  for (auto& [plan, addresses] : play_->addresses) {
    addresses.clear();
    for (const std::uint32_t number : addresses_) addresses.push_back(Server::address_of(number));
  }
  tell("the name has other addresses");
}

}  // namespace isletime::hub_play
