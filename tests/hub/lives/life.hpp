// SPDX-License-Identifier: MIT
// A hub's life of random events: servers answer, lie or are silent, programs and people tell the time, a
// battery clock is read, the machine sleeps, its clock is set by others or refuses to be, and the program is
// killed at any moment. Nobody but a minority of the servers is ever wrong by more than they say, so the
// hub's time must always be within the bounds that it states.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/hub/hub_play.hpp"
#include "tests/hub/lives/chance.hpp"

namespace isletime::hub_play {

class Life {
 public:
  explicit Life(std::uint64_t seed);

  // Lives it. Returns what was wrong with the hub's time, or nothing.
  std::optional<std::string> run();
  // What happened, a line each.
  const std::vector<std::string>& story() const { return story_; }

 private:
  struct Event {
    int weight;
    void (Life::*happen)();
  };
  static const std::vector<Event>& events();

  // Below the tolerance of RFC 5905, of which one part is left to the error of the kernel's rate.
  static constexpr double kMostCrystal = 14.5e-6;

  // What the battery clock is like.
  struct Chip {
    WallTime set_at;    // the true time when it was right but for `off`
    nanoseconds off{};  // its error then
    double frequency = 0.0;
    bool is_vouched = true;
    bool has_lost_power = false;
    bool is_mute = false;

    WallTime reading(WallTime truth) const;
  };

  // life.cpp
  WallTime choose_beginning();
  HubConfig choose_config();
  Machine choose_machine();
  void tell(std::string text);
  void check();
  // Lets time pass, and checks in between.
  void pass_in_parts(nanoseconds time);
  void live_on();
  void wait_a_little();
  // After each start of the program.
  void begin();

  // server_events.cpp
  void found_servers();
  void ask_servers();
  void name_addresses();
  Server& of_world(std::uint32_t number) { return world_[number - 1]; }
  // Makes the servers that are asked behave as those of the world.
  void follow_world();
  Server* pick_server();
  void fall_silent_or_speak();
  void change_stratum();
  void lie_or_come_right();
  void leave_liar_alone();
  void deny();
  void broadcast();
  void answer_by_several_machines();
  void move_name();

  // feeding_events.cpp
  void be_fed();
  void be_fed_late();
  void be_set();
  void be_set_wrongly_at_first();

  // machine_events.cpp
  void jump();
  void sleep();
  void be_steered();
  void be_vouched_for();
  void learn_rate_error();
  void refuse_or_obey();
  void slow_disk_down();
  void stop_or_be_killed();
  void be_killed_between_actions();
  void reboot();
  void use_chip();
  void read_chip();
  void change_chip();
  void do_rtc_job(const RtcJob& job);

  Chance chance_;
  WallTime began_;
  HubConfig config_;
  std::unique_ptr<HubPlay> play_;
  std::vector<Server> world_;  // by number - 1: what the servers are like, whether or not they are asked
  std::uint32_t literal_ = 0;  // the number of servers that are named by their addresses
  std::size_t wanted_ = 0;     // of the addresses of a name; 0 without a name
  std::vector<std::uint32_t> addresses_;  // of that name, as numbers of servers
  std::optional<std::uint32_t> liar_;
  std::optional<Chip> chip_;
  bool is_unsteerable_ = false;  // the machine's clock refuses to be steered
  std::vector<std::string> story_;
  std::optional<std::string> fault_;
};

}  // namespace isletime::hub_play
