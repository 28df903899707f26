// SPDX-License-Identifier: MIT
#include "tests/sim/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "libsync/core/exchange.hpp"
#include "libsync/core/ntp_timestamp.hpp"
#include "tests/sim/device_machine.hpp"
#include "tests/sim/hub_machine.hpp"
#include "tests/sim/tally.hpp"

namespace isletime::sim {
namespace {

constexpr nanoseconds kTimeout = seconds{2};
constexpr nanoseconds kTurnaround = std::chrono::microseconds{20};
constexpr TrueTime kNever = TrueTime::max();

// One server, and the packets that are under way to and from it.
struct Association {
  Association(const LinkModel& path, const ServerClock& its, std::uint64_t seed, TrueTime first)
      : link(path, Random{seed}), clock(its), garbling(~seed), next_query(first) {}

  TrueTime next() const { return std::min({next_query, arrival, timeout}); }

  Link link;
  ServerClock clock;
  Random garbling;
  TrueTime next_query;
  TrueTime arrival = kNever;
  TrueTime timeout = kNever;
  TrueTime sent{};
  TrueTime last_asked{};  // when the query of the latest reply was sent
  Exchange exchange{};
};

template <class Machine>
class Simulation {
 public:
  Simulation(const Scenario& scenario, std::uint64_t seed)
      : scenario_(scenario), epoch_(scenario.start), machine_(scenario, seed), tally_(scenario) {
    if (scenario.fed) return;
    constexpr std::uint64_t kSeedsApart = 1'000'000;
    constexpr nanoseconds kQueriesApart = std::chrono::milliseconds{250};
    associations_.emplace_back(scenario.link, scenario.server, seed * 3, seconds{1});
    for (const FurtherServer& server : scenario.further) {
      const auto n = associations_.size();
      associations_.emplace_back(server.link, server.clock, seed * 3 + n * kSeedsApart,
                                 seconds{1} + kQueriesApart * n);
    }
  }

  Outcomes run() {
    while (now_ < scenario_.duration) {
      now_ = std::min(next_second_, machine_.next_event());
      for (const Association& association : associations_) now_ = std::min(now_, association.next());
      for (std::size_t i = 0; i < associations_.size(); ++i) {
        if (associations_[i].next() == now_) on_association(i);
      }
      if (machine_.next_event() == now_) machine_.on_event(now_);
      if (next_second_ == now_) on_second();
    }
    return tally_.sum(packets_);
  }

 private:
  void on_association(std::size_t i) {
    Association& a = associations_[i];
    if (a.arrival == now_) {
      a.arrival = kNever;
      a.exchange.t4 = machine_.stamp(now_);
      machine_.on_reply(
          i, now_,
          {.sent = a.sent, .exchange = a.exchange, .precision = a.clock.precision(), .leap = announced()});
      a.last_asked = a.sent;
    } else if (a.timeout == now_) {
      a.timeout = kNever;
      machine_.on_loss(i, now_);
    } else {
      query(a);
      return;
    }
    // One server's reply may shorten the poll intervals of the others.
    for (std::size_t k = 0; k < associations_.size(); ++k) {
      Association& other = associations_[k];
      if (k == i || (other.next_query != kNever && other.sent > TrueTime{})) other.next_query = next_query(k);
    }
  }

  TrueTime next_query(std::size_t i) {
    return std::max(associations_[i].sent + machine_.interval(i, now_), now_);
  }

  void query(Association& a) {
    a.next_query = kNever;
    if (is_asleep()) return;
    ++packets_;
    a.sent = now_;
    a.exchange.t1 = machine_.stamp(now_);
    const TrueTime there = now_ + a.link.outward(now_);
    const TrueTime back = there + kTurnaround;
    const TrueTime home = back + a.link.homeward(now_);
    if (!a.link.is_up(now_) || a.link.loses() || home - now_ >= kTimeout) {
      a.timeout = now_ + kTimeout;
      return;
    }
    const nanoseconds garbled = a.clock.garbling(now_, a.garbling);
    a.exchange.t2 = to_ntp(a.clock.shown(epoch_ + there + a.clock.error(there) + garbled));
    a.exchange.t3 = to_ntp(a.clock.shown(epoch_ + back + a.clock.error(back) + garbled));
    a.arrival = home;
  }

  void on_second() {
    next_second_ += seconds{1};
    if (scenario_.leap_second_at == now_) {
      epoch_ -= seconds{1};
      machine_.on_leap_second();
    }
    if (scenario_.asleep && now_ == scenario_.asleep->period) {
      machine_.on_resume(scenario_.asleep->period - scenario_.asleep->up);
      for (Association& association : associations_) association.next_query = now_;
    }
    const Seconds expected = scenario_.judged_by_server ? scenario_.server.error(now_) : nanoseconds{};
    tally_.add(machine_.error(now_) - expected);
    if (!Tally::is_judged(now_)) return;
    JudgedClock judged = machine_.judge(now_);
    judged.error -= expected;
    tally_.judge(now_, judged, !is_surprised());
  }

  // A leap second is announced a day before it.
  Leap announced() const {
    constexpr nanoseconds kDay = std::chrono::hours{24};
    const auto& at = scenario_.leap_second_at;
    return at && now_ < *at && *at - now_ < kDay ? Leap::kInsert : Leap::kNone;
  }

  bool is_asleep() const {
    return scenario_.asleep && now_ >= scenario_.asleep->up && now_ < scenario_.asleep->period;
  }

  // The machine cannot know of a surprise before more than half of the servers were asked.
  bool is_surprised() const {
    const auto& surprises = scenario_.surprises;
    return std::any_of(surprises.begin(), surprises.end(), [this](const Surprise& surprise) {
      const auto asked = std::count_if(associations_.begin(), associations_.end(), [&](const Association& a) {
        return a.last_asked >= surprise.at + surprise.lasting;
      });
      return now_ >= surprise.at && static_cast<std::size_t>(asked) * 2 <= associations_.size();
    });
  }

  const Scenario& scenario_;
  WallTime epoch_;  // the wall time at TrueTime zero
  Machine machine_;
  Tally tally_;
  std::vector<Association> associations_;
  double packets_ = 0.0;
  TrueTime now_{};
  TrueTime next_second_{};
};

}  // namespace

Outcomes run(const Scenario& scenario, MachineKind kind, std::uint64_t seed) {
  switch (kind) {
    case MachineKind::kHub:
      return Simulation<HubMachine>{scenario, seed}.run();
    case MachineKind::kDevice:
      return Simulation<DeviceMachine>{scenario, seed}.run();
  }
  return {};
}

}  // namespace isletime::sim
