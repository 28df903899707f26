// SPDX-License-Identifier: MIT
// A machine with a hub in simulated time. It knows the true time, its clock may be wrong, and its oscillator
// drifts. As on a real host, all actions of the hub are performed in order before the next fact is reported.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::hub_play {

using namespace std::chrono_literals;

inline constexpr WallTime kMade{1'780'000'000s};
// Not a whole second, so that two clocks do not agree by chance.
inline constexpr WallTime kStart = kMade + 24h * 30 + 123'456'789ns;
inline constexpr auto kYear = 24h * 365;

inline HubConfig ordinary() {
  return {.precision = -20, .made = kMade, .latest = kMade + 20 * kYear};
}
inline HubConfig of_island() {
  HubConfig config = ordinary();
  config.is_island_reference = true;
  config.local_stratum = 7;
  return config;
}
inline HubConfig without_steps() {
  HubConfig config = ordinary();
  config.limits.step.threshold.reset();
  return config;
}

struct Machine {
  WallTime truth = kStart;
  WallTime wall = kStart;
  MonoTime mono{1000s};
  nanoseconds raw = 1000s;  // by the oscillator alone
  nanoseconds asleep{};
  double crystal = 0.0;  // what the oscillator gains, a fraction
  double rate = 0.0;     // what the kernel adds, a fraction
  std::optional<double> foreign_rate{};
  std::string refusal{};  // if not empty, each call that would change the clock fails with it
  std::string refusal_of_steps{};
  ClockQuality told{};
  MonoTime told_at{};
  nanoseconds told_apart{};  // the clock less the monotonic one then; a step or a sleep untells the kernel
  int boots = 1;
  std::optional<Dispersion> others_word{};  // the maximum error that another program has told the kernel

  // Returns what anybody has told the kernel last, or nothing if the clock was stepped since.
  std::optional<KernelClock> kernel_clock() const {
    if (others_word) return KernelClock{*others_word, to_ppm(rate)};
    const bool was_set = wall - WallTime{mono.time_since_epoch()} != told_apart;
    if (told.leap == Leap::kUnsynchronised || was_set) return std::nullopt;
    const nanoseconds error = told.max_error + elapsed(told_at, mono) / kKernelGrowth;
    return error < kKernelLimit ? std::optional{KernelClock{{error}, to_ppm(rate)}} : std::nullopt;
  }
  void step(nanoseconds by) {
    wall += by;
    told = {};
  }
  void pass(nanoseconds time) {
    const double gain = (1 + crystal) * (1 + rate) - 1;
    if (gain != gain_now) {
      gain_before = gain_now;
      gain_now = gain;
      gained_since = truth;
    }
    const nanoseconds gained = rounded(Seconds{time} * gain);
    truth += time;
    wall += time + gained;
    mono += time + gained;
    raw += time + rounded(Seconds{time} * crystal);
  }
  // Returns what the clock has gained, other than by being set, within the last short time.
  nanoseconds gained_within(nanoseconds time) const {
    const nanoseconds since = std::min(elapsed(gained_since, truth), time);
    return rounded(Seconds{since} * gain_now + Seconds{time - since} * gain_before);
  }
  // The kernel sets the clock by a battery clock afterwards.
  void sleep(nanoseconds time) {
    truth += time;
    wall += time;
    asleep += time;
  }
  ClockReading reading() const {
    return {.instant = now(), .asleep = asleep, .foreign_rate = foreign_rate, .raw = raw};
  }
  SavedBoot boot(bool has_set_clock) const {
    return {std::to_string(boots), mono.time_since_epoch(), has_set_clock, asleep, raw};
  }
  Instant now() const { return {mono, wall, 0ns}; }

  // These are the clock's rates when time last passed and before that, as fractions.
  double gain_now = 0.0;
  double gain_before = 0.0;
  WallTime gained_since{};
};

// The server's error, and what it states of itself.
struct Server {
  std::size_t index;
  std::uint32_t number;
  nanoseconds off{};
  std::vector<nanoseconds> backends{};  // their errors beside `off`, if several machines answer in turn
  Leap leap = Leap::kNone;
  std::uint8_t stratum = 1;
  ReferenceId reference_id = ReferenceId::ascii("GPS ");
  nanoseconds root_dispersion = 1ms;
  nanoseconds delay = 2ms;
  std::optional<NtpTimestamp> reference{};  // nothing means at most a minute ago
  bool is_asked = true;
  bool is_silent = false;
  bool denies = false;          // it tells the hub to stop asking
  bool asks_for_fewer = false;  // it answers by RATE
  bool is_forwarder = false;    // it sends our queries back to us
  int losses = 0;
  int queries = 0;
  std::optional<MonoTime> asked{};
  std::optional<MonoTime> stopped_until{};

  // Returns the error of the machine that answers the next query.
  nanoseconds error() const {
    return backends.empty() ? off : off + backends[static_cast<std::size_t>(queries) % backends.size()];
  }
  std::string source() const { return source_of(number); }
  static std::string source_of(std::uint32_t number) { return "ntp:10.0.0." + std::to_string(number); }
  static ServerAddress address_of(std::uint32_t number) {
    return {.endpoint = {IpAddress::v4(0x0a00'0000 + number), 123},
            .source = source_of(number),
            .reference_id = {0x0a00'0000 + number}};
  }
  // Its address in the other family would be told by a name only.
  static ServerAddress v6_address_of(std::uint32_t number) {
    return {.endpoint = {IpAddress{0xfd00'0000'0000'0000, number}, 123},
            .source = "ntp:[fd00::" + std::to_string(number) + "]",
            .reference_id = {0xf000'0000 + number}};
  }
};

inline bool is_in(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class HubPlay {
 public:
  explicit HubPlay(const HubConfig& config = ordinary(), Machine machine_at_start = {})
      : machine(std::move(machine_at_start)), config_(config) {
    start(std::nullopt);
  }

  // --- Time passes ---
  // Wakes the hub and polls its servers at the times that it has asked for.
  void pass(nanoseconds time) {
    const WallTime end = machine.truth + time;
    for (int idle = 0; idle < 50;) {
      step();
      if (machine.truth >= end) return;
      const nanoseconds wait = std::min(elapsed(machine.truth, end), until_wakeup());
      idle = wait == 0ns ? idle + 1 : 0;
      machine.pass(wait);
    }
    ADD_FAILURE() << "the hub wakes again and again, and does nothing";
  }
  // Another program steps the machine's clock.
  void jump(nanoseconds by) {
    machine.step(by);
    notice();
  }
  void sleep(nanoseconds time) {
    machine.sleep(time);
    notice();
  }
  // Another program sets the rate of the machine's clock.
  void steer_by_others(double rate) {
    machine.rate = rate;
    machine.foreign_rate = rate;
    notice();
  }
  bool notice() {
    const bool was_set = hub->notice(machine.reading());
    machine.foreign_rate.reset();
    execute();
    return was_set;
  }

  // --- Starts and stops ---
  void stop() {
    hub->stop(machine.reading());
    machine.foreign_rate.reset();
    execute();
  }
  // Restarts the program in the same boot, with the state that was last saved.
  void start_again() {
    const bool is_of_this_boot = saved && saved->boot && saved->boot->id == std::to_string(machine.boots);
    start(saved ? std::optional{LastRun{*saved, is_of_this_boot}} : std::nullopt);
  }
  // The program will be killed after that many actions: no further one is performed.
  void kill_after(std::optional<int> actions) { actions_left_ = actions; }
  bool is_killed() const { return actions_left_ == 0; }
  // Restarts the program, which ignores the state that was saved: it was torn, or from the future.
  void start_without_state() { start(std::nullopt); }
  // Restarts the machine, whose clock then reads this.
  void reboot(WallTime wall) {
    machine = {.truth = machine.truth,
               .wall = wall,
               .mono = MonoTime{20s},
               .raw = 20s,
               .crystal = machine.crystal,
               .boots = machine.boots + 1};
    start_again();
  }

  // --- Sources ---
  Server& add_server(Tier tier = Tier::kNormal) {
    take_clock();
    const auto number = static_cast<std::uint32_t>(servers.size() + 1);
    hub->ask({.text = Server::source_of(number), .literal = Server::address_of(number), .tier = tier}, now());
    execute();
    return servers.back();
  }
  // Names servers by a name that has these addresses, as numbers of the servers; see `addresses`.
  std::size_t add_name(std::size_t wanted, const std::vector<std::uint32_t>& numbers) {
    std::vector<ServerAddress> its;
    for (const std::uint32_t number : numbers) its.push_back(Server::address_of(number));
    return add_name("time.example", wanted, its);
  }
  std::size_t add_name(const std::string& name, std::size_t wanted, const std::vector<ServerAddress>& its) {
    take_clock();
    const std::size_t plan = hub->ask({.text = name, .wanted = wanted}, now());
    addresses[plan] = its;
    execute();
    return plan;
  }
  // Returns the numbers of the servers that are asked, in the order in which that began.
  std::vector<std::uint32_t> asked() const {
    std::vector<std::uint32_t> numbers;
    for (const Server& server : servers) {
      if (server.is_asked) numbers.push_back(server.number);
    }
    return numbers;
  }
  Header header(const Server& server) const {
    const auto stated =
        std::chrono::floor<std::chrono::minutes>(machine.truth) + server.number * 137'234'567ns;
    Header header;
    header.leap = server.leap;
    header.mode = Mode::kServer;
    header.stratum = server.stratum;
    header.root_dispersion = ShortTime::round_up(server.root_dispersion);
    header.reference_id = server.reference_id;
    header.reference = server.reference.value_or(to_ntp(stated));
    return header;
  }
  bool ask(Server& server) {
    notice();
    server.asked = machine.mono;
    ++server.queries;
    bool is_good = false;
    if (server.denies) {
      server.stopped_until = machine.mono + 24h;
      hub->on_no_reply(server.index, {.stopped_until = server.stopped_until}, now());
    } else if (server.asks_for_fewer) {
      hub->on_no_reply(server.index, {.is_reachable = ++server.losses < 8, .asks_for_fewer = true}, now());
    } else if (server.is_silent) {
      hub->on_no_reply(server.index, {.is_reachable = ++server.losses < 8}, now());
    } else if (server.leap == Leap::kUnsynchronised || server.stratum == 0) {
      hub->on_no_reply(server.index, {.trouble = Trouble::kUnsynchronised, .is_reachable = true}, now());
    } else {
      server.losses = 0;
      // The clock may have been slewed since the query was sent.
      const nanoseconds gained = machine.gained_within(server.delay);
      const Measurement m{.time = machine.wall,
                          .offset = {elapsed(machine.wall, machine.truth) + server.error() + gained / 2},
                          .delay = {server.delay + gained},
                          .dispersion = {1us},
                          .server = header(server)};
      is_good = hub->on_measurement(server.index, m, server.is_forwarder, now());
    }
    execute();
    return is_good;
  }
  // `missed` is by how much its delay, which was measured before, differs from that of this packet.
  void broadcast(const Server& server, nanoseconds missed) {
    notice();
    const Measurement m{.time = machine.wall,
                        .offset = {elapsed(machine.wall, machine.truth) + server.error() + missed},
                        .delay = {server.delay},
                        .dispersion = {1us},
                        .server = header(server)};
    hub->on_broadcast(server.index, m, now());
    execute();
  }
  void ask_often(Server& server, int times) {
    for (; times > 0; --times) {
      ask(server);
      machine.pass(2s);
    }
  }
  // Returns a sample that another program measures now.
  SampleRecord sample(const std::string& source, nanoseconds off = 0s, nanoseconds uncertainty = 20ms) const {
    SampleRecord sample;
    sample.time = machine.wall;
    sample.source = source;
    sample.offset = elapsed(machine.wall, machine.truth) + off;
    sample.uncertainty = uncertainty;
    return sample;
  }
  Hub::Reply feed(const SampleRecord& sample, bool is_on_access_point = false) {
    notice();
    take_clock();
    hub->feed(sample, is_on_access_point, now());
    execute();
    return hub->reply();
  }
  Hub::Reply feed(const std::string& source, nanoseconds off = 0s, nanoseconds uncertainty = 20ms) {
    return feed(sample(source, off, uncertainty));
  }
  Hub::Reply set(nanoseconds off = 0s, nanoseconds uncertainty = 500ms) {
    notice();
    take_clock();
    hub->set(machine.truth + off, {uncertainty}, now());
    execute();
    return hub->reply();
  }

  // --- The hub's state ---
  Instant now() const { return machine.now(); }
  StatusView status() const { return hub->status(now()); }
  bool is_reliable() const { return status().reliable; }
  ServerState served() const { return hub->served(machine.wall).state; }
  WallTime hub_time() const { return hub->hub_time(machine.wall); }
  bool is_synchronised() const { return isletime::is_synchronised(served(), hub_time()); }
  nanoseconds error() const { return elapsed(machine.truth, hub_time()); }
  // Returns the root distance, within which clients assume the true time to be.
  nanoseconds root_distance() const {
    return saturated_sum(served().root_delay.value / 2, root_dispersion_at(served(), hub_time()).value);
  }
  bool is_bound_honest() const { return magnitude(error()) <= root_distance(); }
  std::string standing_of(const Server& server) const {
    return hub->server_view(server.index, now()).standing;
  }
  std::string warnings() const {
    std::string all;
    for (const std::string& warning : status().warnings) all += warning + "\n";
    return all;
  }
  bool warns(const std::string& part) const { return is_in(warnings(), part); }
  // Returns how many notes contain the text.
  std::ptrdiff_t said(const std::string& part) const {
    return std::count_if(done.begin(), done.end(), [&](const Action& action) {
      const auto* note = std::get_if<action::Note>(&action);
      return note != nullptr && is_in(note->text, part);
    });
  }
  template <class Kind>
  std::ptrdiff_t count() const {
    return std::count_if(done.begin(), done.end(),
                         [](const Action& action) { return std::holds_alternative<Kind>(action); });
  }
  bool is_kernel_told() const { return machine.told.leap != Leap::kUnsynchronised; }

  void take_clock() {
    if (!steers_machine || is_taken_) return;
    is_taken_ = true;
    hub->take_clock(machine.rate, now());
    execute();
  }
  void tick() {
    hub->tick(now());
    execute();
  }
  void execute() {
    while (auto action = hub->take_action()) {
      if (is_killed()) continue;
      if (actions_left_) --*actions_left_;
      done.push_back(*action);
      std::visit([this](const auto& order) { perform(order); }, *action);
    }
  }

  Machine machine;
  std::unique_ptr<Hub> hub;
  std::deque<Server> servers;                                   // with those that are not asked any more
  std::map<std::size_t, std::vector<ServerAddress>> addresses;  // of the names, by their plans
  int lookups = 0;
  std::function<void(Server&)> on_asked;  // may say how a server behaves that is asked from now on
  std::vector<Action> done;               // all actions, in their order
  std::optional<SavedState> saved;
  bool is_disk_slow = false;      // what is saved is still to be written, and lost if the program is killed
  std::optional<RtcJob> rtc_job;  // the last one
  std::function<void(const RtcJob&)> on_rtc_job;  // does it, if it is set
  bool steers_machine = true;                     // false means --no-clock

 private:
  void start(const std::optional<LastRun>& last_run) {
    servers.clear();
    addresses.clear();
    looked_up_.clear();
    is_taken_ = false;
    actions_left_.reset();
    rtc_job.reset();
    to_write_ = saved;
    hub = std::make_unique<Hub>(config_, last_run, machine.reading());
    if (hub->has_steered()) take_clock();
    hub->resume(now());
    execute();
  }

  void step() {
    notice();
    if (on_rtc_job && rtc_job) on_rtc_job(*std::exchange(rtc_job, std::nullopt));
    for (const std::size_t plan : std::exchange(looked_up_, {})) {
      if (addresses.contains(plan)) {
        hub->on_addresses(plan, addresses[plan], now());
      } else {
        hub->on_no_address(plan, "no such name");
      }
      execute();
    }
    for (Server& server : servers) {
      if (server.is_asked && (!server.asked || machine.mono >= due(server))) ask(server);
    }
    tick();
  }
  MonoTime due(const Server& server) const {
    if (!server.asked) return machine.mono;
    return std::max(*server.asked + hub->interval(server.index, now()),
                    server.stopped_until.value_or(*server.asked));
  }
  nanoseconds until_wakeup() const {
    std::optional<MonoTime> next = hub->next_wakeup(now());
    for (const Server& server : servers) {
      if (server.is_asked) next = std::min(next.value_or(due(server)), due(server));
    }
    if (!looked_up_.empty() || (on_rtc_job && rtc_job)) next = machine.mono;
    if (!next) return nanoseconds::max();
    const nanoseconds wait = std::max(elapsed(machine.mono, *next), 0ns);
    return std::chrono::ceil<std::chrono::microseconds>(Seconds{wait} /
                                                        ((1 + machine.crystal) * (1 + machine.rate)));
  }

  void perform(const action::Steer& order) {
    Hub::Steered steered{.at = machine.wall, .rate = {}, .failure = machine.refusal};
    if (steered.failure.empty()) {
      steered.rate = machine.rate = order.rate;
      if (order.step) steered.failure = machine.refusal_of_steps;
      steered.is_stepped = order.step && steered.failure.empty();
    }
    if (steered.is_stepped) machine.step(order.step->value);
    hub->on_steered(steered, now());
  }
  void perform(const action::TellKernel& order) {
    if (machine.refusal.empty()) {
      machine.told = order.quality;
      machine.told_at = machine.mono;
      machine.told_apart = machine.wall - WallTime{machine.mono.time_since_epoch()};
    }
    hub->on_told(machine.refusal);
  }
  void perform(const action::AskKernel&) const { hub->on_kernel(machine.kernel_clock(), now()); }
  void perform(const action::LookUp& order) {
    ++lookups;
    looked_up_.push_back(order.plan);
  }
  void perform(const action::Ask& order) {
    const ServerAddress& address = hub->server(order.index)->address;
    servers.push_back({.index = order.index, .number = address.endpoint.address.v4_value() & 0xff});
    servers.back().is_asked = !address.is_ourselves;
    if (on_asked) on_asked(servers.back());
  }
  void perform(const action::StopAsking& order) {
    for (Server& server : servers) {
      if (server.index == order.index) server.is_asked = false;
    }
  }
  void perform(const action::GiveUpExchanges&) const {}
  void perform(const action::Note&) const {}
  void perform(const action::Save&) {
    auto state = hub->state_to_save(now());
    if (!state) return;
    to_write_ = *std::move(state);
    to_write_->boot = machine.boot(is_taken_);
    write();
  }
  void perform(const action::ForgetSync&) {
    if (to_write_) to_write_->sync.reset();
    write();
  }
  void write() {
    if (!is_disk_slow) saved = to_write_;
  }
  void perform(const action::RunRtcJob& order) {
    if (order.once_saved) saved = to_write_;
    rtc_job = order.job;
  }

  HubConfig config_;
  bool is_taken_ = false;
  std::optional<SavedState> to_write_;
  std::optional<int> actions_left_;     // until the program is killed
  std::vector<std::size_t> looked_up_;  // plans whose names are being looked up
};

}  // namespace isletime::hub_play
