// SPDX-License-Identifier: MIT
// Events of the servers of hub_fuzz's hub, and of the network on the way of their replies.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_server.hpp"
#include "tests/fuzz/hub_simulation.hpp"
#include "tests/fuzz/hub_values.hpp"

namespace isletime::fuzz {

// Each event takes its operands from the input.
class ServerEvents {
 public:
  ServerEvents(Input& input, Simulation& simulation)
      : input_(input), simulation_(simulation), host_(simulation.host) {}

  // Null if there is none.
  Server* pick() {
    std::vector<Server>& servers = simulation_.servers;
    return servers.empty() ? nullptr : &servers[input_.u8() % servers.size()];
  }

  // Names one server to the hub: by its address, or by a name, which has none yet.
  void add() {
    const std::uint8_t flags = input_.u8();
    const std::uint8_t polls = input_.u8();
    ServerPlan plan{.text = "name " + std::to_string(flags / 4 % 16),
                    .wanted = flags / 64 % 2 + 1U,
                    .tier = static_cast<Tier>(flags % 4 % 3)};
    plan.poll = {static_cast<std::int8_t>(polls % 16 + 1), static_cast<std::int8_t>(polls / 16 + 2)};
    const bool has_name = flags / 128 == 1;
    const Server server = has_name ? Server{} : new_server(flags);
    if (!has_name) plan.literal = address_of(flags / 64 % 2 == 0 ? kOurNetwork : kStrangers, next_number_++);
    std::size_t number = 0;
    host_.report([&](Hub& hub) { number = hub.ask(plan, host_.now()); });
    if (has_name) simulation_.names.push_back(number);
    follow_changes(server);
  }

  // A name turns out to have some of a few addresses, or none, or the resolver fails.
  void resolve() {
    if (simulation_.names.empty()) return;
    const std::size_t plan = simulation_.names[input_.u8() % simulation_.names.size()];
    const std::uint8_t count = input_.u8() % 6;
    const std::uint8_t flags = input_.u8();
    const Server server = new_server(flags);
    std::vector<ServerAddress> addresses;
    for (int i = 0; i < count; ++i) {
      const std::uint8_t number = input_.u8() % 8;
      addresses.push_back(address_of(flags / 64 % 2 == 0 ? kOurNetwork : kStrangers, 200 + number));
      addresses.back().is_ourselves = number == 7;
    }
    host_.report([&](Hub& hub) {
      if (count == 5) return hub.on_no_address(plan, "no such name");
      hub.on_addresses(plan, addresses, host_.now());
    });
    follow_changes(server);
  }

  // From now on it lies, if it has anything to say that is wrong.
  void change(Server& server) {
    server.error = scaled(input_);
    server.lies = true;
  }

  // Some queries to a server, and its replies.
  void exchange(Server& server) {
    const int count = input_.u8() % 16 + 1;
    const nanoseconds wait = some_time(input_);
    const bool as_told = input_.u8() % 2 == 0;
    const microseconds there{input_.u16()};
    const microseconds back{input_.u16()};
    const microseconds mean{input_.u16()};
    Queue queue{input_.u8(), mean};
    for (int i = 0; i < count && !simulation_.is_worn_out(); ++i) {
      simulation_.pass(as_told ? host_.hub().interval(server.number, host_.now()) : wait);
      ask(server, there + queue.next(), back + queue.next());
    }
  }

  void lose_reply(Server& server) {
    const auto trouble = static_cast<Trouble>(input_.u8() % 4 + 1);
    const std::uint8_t flags = input_.u8();
    const bool is_reachable = flags % 2 == 0;
    Hub::NoReply why{.trouble = trouble, .is_reachable = is_reachable};
    if (flags / 128 == 1) why.stopped_until = host_.now().mono + std::chrono::hours{24};
    host_.report_server([&](Hub& hub) { hub.on_no_reply(server.number, why, host_.now()); });
    server.is_heard = trouble == Trouble::kNoReply && is_reachable;
  }

  // Its delay was measured before: what is known of it is its bound.
  void broadcast(const Server& server) {
    const microseconds delay{input_.u16()};
    const nanoseconds missed = part(delay / 2, share(input_));
    if (server.samples == 0) return;
    const WallTime told = shifted(host_.truth(), server.error + missed);
    const Measurement m{.time = host_.now().wall,
                        .offset = {elapsed(host_.now().wall, told)},
                        .delay = {delay},
                        .dispersion = {microseconds{2}},
                        .server = header_of(server)};
    host_.report_server([&](Hub& hub) { hub.on_broadcast(server.number, m, host_.now()); });
  }

  void hear_hostile_measurement(const Server& server) {
    simulation_.allowance.on_deception();
    Measurement m{
        .time = host_.now().wall, .offset = {scaled(input_)}, .delay = {scaled(input_)}, .dispersion = {}};
    const std::uint8_t flags = input_.u8();
    m.dispersion = {scaled(input_)};
    m.turnaround = scaled(input_);
    m.is_interleaved = flags % 2 == 1;
    if (flags / 4 % 2 == 1) m.time = input_.wall_time();
    m.server.leap = static_cast<Leap>(flags / 16 % 4);
    m.server.stratum = input_.u8();
    m.server.root_delay = ShortTime::from_raw(input_.u32());
    m.server.root_dispersion = ShortTime::from_raw(input_.u32());
    m.server.reference_id = {input_.u32()};
    m.server.reference = NtpTimestamp::from_raw(input_.u64());
    const bool is_broadcast = flags / 2 % 2 == 1;
    const bool came_to_us = flags / 8 % 2 == 1;
    host_.report_server([&](Hub& hub) {
      if (is_broadcast) return hub.on_broadcast(server.number, m, host_.now());
      hub.on_measurement(server.number, m, came_to_us, host_.now());
    });
  }

  void set_own_addresses() {
    const std::uint8_t byte = input_.u8();
    host_.hub().set_own_addresses({{.reference_id = {0x0a00'0000U + byte % 8U},
                                    .is_loopback = byte / 128 == 1,
                                    .source = name_of(byte % 16) + ":123",
                                    .address = name_of(byte % 16)}});
  }

 private:
  static constexpr std::uint32_t kOurNetwork = 0x0a00'0000;
  static constexpr std::uint32_t kStrangers = 0xc000'0200;

  static std::string name_of(std::uint8_t number) { return "ntp:192.0.2." + std::to_string(number); }
  static ServerAddress address_of(std::uint32_t network, std::uint8_t number) {
    return {.endpoint = {IpAddress::v4(network + number), 123},
            .source = name_of(number),
            .reference_id = {kStrangers + number}};
  }

  Server new_server(std::uint8_t flags) {
    const std::vector<Server>& servers = simulation_.servers;
    Server server;
    server.stratum = static_cast<std::uint8_t>(flags / 4 % 4 + 1);
    server.root_dispersion = microseconds{15} * (1 << input_.u8() % 16);
    server.root_delay = microseconds{15} * (1 << input_.u8() % 16);
    server.error = part(server.root_dispersion + server.root_delay / 2, share(input_));
    server.is_copy = flags / 16 % 4 == 3 && !servers.empty();
    if (server.is_copy) {
      const Server& original = servers.front();
      server.stratum = original.stratum;
      server.root_delay = original.root_delay;
      server.root_dispersion = original.root_dispersion;
      server.error = original.error;
      server.lies = original.lies;
    }
    server.heard_at.fill(host_.truth());
    return server;
  }

  // `fresh` is what those are that are asked from now on.
  void follow_changes(const Server& fresh) {
    std::vector<Server>& servers = simulation_.servers;
    const Hub& hub = host_.hub();
    for (const Host::Change& change : host_.take_changes()) {
      std::erase_if(servers, [&](const Server& server) { return server.number == change.index; });
      if (!change.is_asked || hub.server(change.index)->address.is_ourselves) continue;
      servers.push_back(fresh);
      servers.back().number = static_cast<std::uint8_t>(change.index);
      require(!hub.source(change.index).estimator.at(hub.clock().free_at(host_.now().wall)),
              "a new source knows nothing");
    }
  }

  Header header_of(const Server& server) const {
    Header header;
    header.leap = simulation_.leap.value_or(Leap::kNone);
    header.mode = Mode::kServer;
    header.stratum = server.stratum;
    header.precision = -20;
    header.root_delay = ShortTime::round_up(server.root_delay);
    header.root_dispersion = ShortTime::round_up(server.root_dispersion);
    // Copies follow the same clock.
    const std::uint32_t followed = server.is_copy ? simulation_.servers.front().number : server.number;
    header.reference_id = {0x0a00'0000U + followed};
    const WallTime whole = std::chrono::floor<seconds>(host_.truth());
    header.reference = to_ntp(shifted(whole, -(seconds{20} - nanoseconds{123'456'789} * (followed % 8 + 1))));
    return header;
  }

  void ask(Server& server, nanoseconds there, nanoseconds back) {
    ++simulation_.work;
    host_.begin_exchange();
    constexpr nanoseconds kTurnaround = microseconds{50};
    const WallTime t1 = host_.now().wall;
    simulation_.pass(there);
    const WallTime t2 = shifted(host_.truth(), server.error);
    simulation_.pass_unwatched(kTurnaround);
    const WallTime t3 = shifted(host_.truth(), server.error);
    simulation_.pass(back);
    const WallTime t4 = host_.now().wall;
    if (host_.is_exchange_lost()) return host_.hub().forgive_losses(server.number);
    const nanoseconds first = elapsed(t1, t2);
    const nanoseconds second = elapsed(t4, t3);
    const Delay delay{saturated_difference(elapsed(t1, t4), kTurnaround)};
    trace("  server %u: offset %.9f s, delay %.9f s, its clock %.9f s off, clean %d shown %d\n",
          server.number, in_seconds(first / 2 + second / 2), in_seconds(delay.value),
          in_seconds(server.error), simulation_.allowance.is_clean(), simulation_.allowance.is_shown());
    const Measurement m{.time = t4,
                        .offset = {first / 2 + second / 2},
                        .delay = delay,
                        .dispersion = {2 * precision_of(-20) + drift(elapsed(t1, t4), kFrequencyTolerance)},
                        .server = header_of(server),
                        .turnaround = kTurnaround};
    hear(server, m);
  }

  void hear(Server& server, const Measurement& m) {
    host_.report_server([&](Hub& hub) { hub.on_measurement(server.number, m, false, host_.now()); });
    server.on_sample(m, host_.truth());
    Allowance& allowance = simulation_.allowance;
    allowance.on_sample(server);
    const ClockStanding standing = host_.hub().standing(host_.now().mono);
    if (standing.kind == SourceKind::kNtp && standing.age == nanoseconds::zero())
      allowance.on_frequency_shown();
    allowance.look_at(simulation_.servers);
    simulation_.check_heart();
    check_server(host_.hub(), server.number, host_.now());
  }

  Input& input_;
  Simulation& simulation_;
  Host& host_;
  std::uint8_t next_number_ = 0;
};

}  // namespace isletime::fuzz
