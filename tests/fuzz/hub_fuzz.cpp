// SPDX-License-Identifier: MIT
// A whole hub in a small world: the input is a sequence of what may happen to it, each an operation's number
// and operands. Servers, feeders, people, a battery clock and the machine say what they like; the hub's
// orders are done to the machine's clock. The world knows the true time. As long as nobody has lied, beyond
// a minority of the servers, what is served is within its root distance of it.
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "libsync/hub/hub.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_world.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr int kMostSteps = 400;
constexpr int kMostWork = 3000;  // samples and wake-ups: some tens of milliseconds
constexpr WallTime kBuilt{seconds{1'770'000'000}};
constexpr WallTime kLatest{seconds{4'000'000'000}};
constexpr nanoseconds kLongestInterval = seconds{1 << 17};
// Leap seconds are inserted at the end of that day.
constexpr WallTime kMidnight{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::July / 1}.time_since_epoch()};
constexpr WallTime kStart = kMidnight - hours{4};
// Of stamps, and of the books' roundings.
constexpr nanoseconds kRounding = microseconds{5};

// A duration of any size.
nanoseconds scaled(fuzz::Input& input) {
  const auto mantissa = static_cast<std::int16_t>(input.u16());
  return nanoseconds{mantissa * (std::int64_t{1} << input.u8() % 49)};
}

// A duration of up to two days, and not negative.
nanoseconds some_time(fuzz::Input& input) {
  const std::uint8_t byte = input.u8();
  return milliseconds{(byte % 16 + 1) << (byte / 16)} * (byte / 128 + 1) * 5;
}

// How far off a machine's clock may be set: it holds some centuries.
constexpr nanoseconds kMostError = hours{24 * 365 * 60};
nanoseconds jump(fuzz::Input& input) {
  return std::clamp(scaled(input), -kMostError, kMostError);
}

// A part of the whole, of either sign.
double share(fuzz::Input& input) {
  return static_cast<std::int8_t>(input.u8()) / 128.0;
}

nanoseconds part(nanoseconds whole, double share) {
  return rounded(Seconds{whole} * share);
}

bool is_finite(const Estimate& e) {
  return std::isfinite(e.frequency) && std::isfinite(e.var_phase) && std::isfinite(e.covariance) &&
         std::isfinite(e.var_frequency);
}

// Set ISLETIME_TRACE to be told what happens while an input is read.
template <class... Values>
void trace(const char* format, Values... values) {
  static const bool is_wanted = std::getenv("ISLETIME_TRACE") != nullptr;
  if (is_wanted) std::fprintf(stderr, format, values...);
}

double in_seconds(nanoseconds time) {
  return Seconds{time}.count();
}

// A path's queues, the same for the same seed: mostly short, sometimes long.
class Queue {
 public:
  Queue(std::uint8_t seed, nanoseconds mean) : state_(seed), mean_(mean) {}

  nanoseconds next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const auto uniform = static_cast<double>(state_ >> 11) / 9007199254740992.0;
    return rounded(Seconds{mean_} * -std::log1p(-uniform));
  }

 private:
  std::uint64_t state_;
  nanoseconds mean_;
};

// A server that is asked. Its clock is as far off as it says at most, unless it lies.
struct Server {
  std::uint8_t number = 0;
  std::uint8_t stratum = 2;
  nanoseconds root_delay{};
  nanoseconds root_dispersion{};
  nanoseconds error{};  // of its clock
  nanoseconds reach{};  // the greatest error that one of its samples may have had
  nanoseconds least_delay = nanoseconds::max();
  nanoseconds largest_delay{};
  bool lies = false;                   // or did
  bool is_copy = false;                // of another one, with which it has one vote
  bool is_heard = false;               // its last query was answered
  int samples = 0;                     // since all phases were forgotten
  int since_change = 0;                // samples since something happened that only samples can show
  std::array<WallTime, 4> heard_at{};  // the last samples, the latest first
  WallTime counted_at{};
};

class Play {
 public:
  explicit Play(fuzz::Input& input)
      : input_(input),
        config_(config_of(input)),
        steers_machine_(input.u8() % 4 != 0),
        machine_(kStart, jump(input), static_cast<std::int8_t>(input.u8()) / 127.0 * 100e-6) {
    start(std::nullopt);
  }

  void run() {
    for (int step = 0; step < kMostSteps && work_ < kMostWork && !input_.at_end(); ++step) {
      const int operation = input_.u8() % kOperations;
      trace("operation %d\n", operation);
      perform(operation);
      settle();
    }
  }

 private:
  static HubConfig config_of(fuzz::Input& input) {
    constexpr std::array<nanoseconds, 4> kThresholds{100ms, 1ms, 1s, 0ms};
    constexpr std::array<nanoseconds, 4> kWithin{1s, 100ms, 10s, 1h};
    const std::uint8_t a = input.u8();
    const std::uint8_t b = input.u8();
    HubConfig config{.is_island_reference = a % 8 == 7,
                     .local_stratum = static_cast<std::uint8_t>(b % 15 + 1),
                     .precision = -20,
                     .serves = a / 8 % 4 != 3,
                     .reliable_within = {kWithin[a / 32 % 4]},
                     .made = kBuilt,
                     .latest = kLatest};
    config.limits.step = {.threshold = kThresholds[b / 16 % 4], .at_any_time = b / 64 % 2 == 1};
    if (b / 128 == 1) config.limits.step.threshold.reset();
    if (a / 128 == 1) config.limits.panic = seconds{1};
    return config;
  }

  void perform(int operation) {
    switch (operation) {
      case 0:
        return add_server();
      case 1:
        if (const auto server = pick()) remove(*server);
        return;
      case 2:
      case 3:
        if (const auto server = pick()) exchange(*server);
        return;
      case 4:
        if (const auto server = pick()) change_server(*server);
        return;
      case 5:
        if (const auto server = pick()) lose_reply(*server);
        return;
      case 6:
        if (const auto server = pick()) broadcast(*server);
        return;
      case 7:
        if (const auto server = pick()) hear_hostile_measurement(*server);
        return;
      case 8:
        return be_fed();
      case 9:
        return be_fed_lies();
      case 10:
        return be_fed_anything();
      case 11:
        return be_set_by_a_person();
      case 12:
        return use_rtc();
      case 13:
        chip_answers_ = static_cast<ChipAnswers>(input_.u8() % 4);
        return;
      case 14:
        return hear_hostile_chip();
      case 15:
      case 16:
        return pass(some_time(input_));
      case 17:
        return be_set_by_others(jump(input_));
      case 18:
        return sleep();
      case 19:
        return announce_leap_second();
      case 20:
        return be_steered_by_others();
      case 21:
        return change_frequency();
      case 22:
        return restart();
      case 23:
        return learn_rate_error();
      case 24:
        refuse_or_obey();
        return;
      case 25:
        return set_own_addresses();
    }
  }

  // --- The host ---

  void start(std::optional<LastRun> last_run) {
    hub_.emplace(config_, std::move(last_run), machine_.reading());
    servers_.clear();
    is_rtc_used_ = false;
    job_.reset();
    if (steers_machine_) hub_->take_clock(machine_.rate(), machine_.now());
    hub_->resume(machine_.now());
    execute();
  }

  void execute() {
    int count = 0;
    while (const auto next = hub_->take_action()) {
      require(++count <= kMostActions, "no fact makes the hub order things without end");
      std::visit([this](const auto& order) { perform(order); }, *next);
    }
  }

  void perform(const action::Steer& order) {
    require(steers_machine_, "a clock that was not taken is not steered");
    require(std::abs(order.rate) <= config_.limits.max_rate * (1 + 1e-9),
            "a rate is within the clock's range");
    check_step(order);
    Hub::Steered done{.at = machine_.now().wall, .rate = {}};
    if (kernel_refuses_rates_) {
      done.failure = "refused";
    } else {
      done.rate = machine_.set_rate(order.rate);
      done.is_stepped = order.step && !kernel_refuses_steps_;
      if (order.step && !done.is_stepped) done.failure = "refused";
      if (done.is_stepped) machine_.step(order.step->value);
      if (done.is_stepped && order.step->value < nanoseconds::zero()) ++steps_back_;
    }
    trace("  steered: rate %.9f of %.9f, step %.9f s, %s\n", done.rate.value_or(0.0), order.rate,
          in_seconds(order.step.value_or(Offset{}).value), done.failure.c_str());
    hub_->on_steered(done, machine_.now());
  }

  void check_step(const action::Steer& order) const {
    if (!order.step || !is_server_speaking_) return;
    const bool was_set = hub_->standing(machine_.now().mono).kind == SourceKind::kNtp;
    require(!was_set || magnitude(order.step->value) <= config_.limits.panic || machine_.now().wall < kBuilt,
            "a server does not step a clock that servers have set beyond the panic threshold");
  }

  void perform(const action::TellKernel& order) {
    require(order.quality.max_error >= nanoseconds::zero(), "a kernel is told of no negative error");
    require(order.quality.estimated_error >= nanoseconds::zero(), "nor of a negative deviation");
    kernel_leap_ = order.quality.leap;
    hub_->on_told("");
  }
  void perform(const action::AskKernel&) { hub_->on_kernel(kernel_says_, machine_.now()); }
  void perform(const action::GiveUpExchanges&) { is_exchange_lost_ = true; }
  void perform(const action::Note& note) {
    trace("  note: %s\n", note.text.c_str());
    require(!note.text.empty(), "what is noted has words");
  }
  void perform(const action::ForgetSync&) {
    if (disk_) disk_->sync.reset();
  }
  void perform(const action::Save&) {
    auto state = hub_->state_to_save(machine_.now());
    if (!state) return;
    check_state(*state);
    state->boot = SavedBoot{"boot", machine_.now().mono.time_since_epoch(), steers_machine_};
    disk_ = std::move(state);
  }
  void perform(const action::RunRtcJob& order) {
    require(is_rtc_used_ && !job_, "a battery clock has one job at a time");
    job_ = order.job;
  }

  bool notice(const ClockReading& reading) {
    const bool was_set = hub_->notice(reading);
    execute();
    return was_set;
  }

  void tick() {
    ++work_;
    notice(machine_.reading());
    hub_->tick(machine_.now());
    execute();
  }

  // The host's loop: whatever is due is done in time.
  void pass(nanoseconds time) {
    int in_vain = 0;
    while (time > nanoseconds::zero() && work_ < kMostWork) {
      tick();
      answer_job();
      nanoseconds part = time;
      if (const auto next = hub_->next_wakeup(machine_.now())) {
        in_vain = *next <= machine_.now().mono ? in_vain + 1 : 0;
        require(in_vain < kMostInVain, "a wake-up does not stay in the past");
        part = std::min(part, std::max<nanoseconds>(machine_.until(*next), milliseconds{1}));
      }
      if (leap_) part = std::min(part, elapsed(machine_.truth(), kMidnight));
      pass_unwatched(part);
      time -= part;
      if (leap_ && machine_.truth() >= kMidnight) pass_leap_second();
      check_heart();
    }
    tick();
  }

  void pass_unwatched(nanoseconds time) {
    count_drift(time);
    machine_.pass(time);
  }

  // --- Who may be believed ---

  // Until a server has shown how fast the oscillator is, 15 ppm are assumed.
  void count_drift(nanoseconds time) {
    if (is_frequency_shown_) return;
    const StatusView status = hub_->status(machine_.now());
    if (status.offset && status.offset->value != nanoseconds::zero()) {
      slewing_ += time;
      return;
    }
    const double beyond = std::max(std::abs(machine_.gain(hub_->clock().rate())) - 15e-6, 0.0);
    drifted_ += part(time, beyond) + part(slewing_, std::max(beyond, 100e-6));
    slewing_ = {};
  }

  void count_votes() {
    int honest = 0;
    int liars = 0;
    for (const Server& server : servers_) {
      if (server.lies && server.samples > 0) ++liars;
      if (!server.lies && !server.is_copy && server.is_heard && server.samples >= kFirstSamples) ++honest;
    }
    if (liars > 0 && liars >= honest) is_clean_ = false;
    has_liars_ = liars > 0;
  }

  // Something has happened that no sample has shown yet.
  void change_unseen() {
    is_shown_ = false;
    for (Server& server : servers_) {
      server.since_change = 0;
      server.counted_at = machine_.truth();
    }
  }

  void look_whether_shown() {
    if (is_shown_ || servers_.empty()) return;
    bool is_shown = false;
    for (const Server& server : servers_) {
      if (server.lies || server.samples == 0) continue;
      if (server.since_change < kSamplesThatShow) return;
      is_shown = true;
    }
    is_shown_ = is_shown;
  }

  // What a minority of liars may do: they lie within what the others say of themselves, and narrow it down.
  nanoseconds allowed_to_liars() const {
    if (!has_liars_) return nanoseconds::zero();
    nanoseconds reach{};
    for (const Server& server : servers_) {
      if (!server.lies) reach = std::max(reach, server.reach);
    }
    return 2 * reach;
  }

  // A bound holds for well over 99 % of what queues may do, but the fuzzer searches for the rest. They shift
  // a sample by no more than half of what they add to a round trip, and the frequency with it, which then
  // shifts the clock until all have been asked again, and have repeated what was in doubt at first: a sample
  // in doubt widens no bound of a clock whose server was lost.
  nanoseconds allowed_to_queues(nanoseconds distance) const {
    if (queues_ <= kRounding) return nanoseconds::zero();
    WallTime stalest = last_honest_;
    for (const Server& server : servers_) {
      if (!server.lies && server.samples > 0) stalest = std::min(stalest, server.heard_at.back());
    }
    constexpr double kMostFrequency = 5e-4;
    return queues_ / 2 + distance / 2 + part(elapsed(stalest, machine_.truth()), kMostFrequency);
  }

  // A slew that has not ended yet hides the steady rate. Each sync anew rounds what has been gained.
  nanoseconds allowed_to_drift() const { return part(drifted_, 1.001) + part(slewing_, 1e-3); }

  // The heart of it.
  void check_heart() {
    if (!is_clean_ || !is_shown_) return;
    const WallTime wall = machine_.now().wall;
    const ServedTime served = hub_->served(wall);
    const WallTime time = served.map(wall);
    if (!is_synchronised(served.state, time)) return;
    // An island's reference is right by definition.
    if (config_.is_island_reference && is_local_clock(served.state.stratum, served.state.reference_id))
      return;
    const nanoseconds distance =
        saturated_sum(served.state.root_delay.value / 2, root_dispersion_at(served.state, time).value);
    const nanoseconds by_queues = allowed_to_queues(distance);
    const nanoseconds by_others = allowed_to_liars() + allowed_to_drift() + kRounding;
    const nanoseconds allowed = by_queues + by_others;
    const nanoseconds error = magnitude(elapsed(machine_.truth(), time));
    trace("  error %.9f s, root distance %.9f s, allowed beyond it %.9f s\n", in_seconds(error),
          in_seconds(distance), in_seconds(allowed));
    require(error <= saturated_sum(distance, allowed),
            "what is served is within its root distance of the truth");
    // A clock that queues have misled misleads its battery clock, and all that it is compared with later.
    if (error > saturated_sum(distance, by_others)) is_clean_ = false;
  }

  // --- What always holds ---

  void settle() {
    notice(machine_.reading());
    count_votes();
    look_whether_shown();
    check_heart();
    check_served();
    check_status();
    for (const Server& server : servers_) check_server(server);
  }

  void check_served() const {
    const WallTime wall = machine_.now().wall;
    const ServedTime served = hub_->served(wall);
    const WallTime time = served.map(wall);
    require(served.state.root_delay.value >= nanoseconds::zero() || !is_clean_,
            "a root delay is not negative");
    const Dispersion now = root_dispersion_at(served.state, time);
    const Dispersion later = root_dispersion_at(served.state, shifted(time, hours{24}));
    require(now.value >= nanoseconds::zero(), "a root dispersion is not negative");
    require(later >= now && root_dispersion_at(served.state, WallTime::max()) >= later,
            "what is served only gets worse");
    require(time >= kBuilt || config_.is_island_reference || !is_synchronised(served.state, time),
            "a clock from before its program was made is not believed");
  }

  void check_status() const {
    const Instant now = machine_.now();
    const StatusView status = hub_->status(now);
    const ClockStanding standing = hub_->standing(now.mono);
    require(standing.bound.value >= nanoseconds::zero(), "a bound is not negative");
    require(!status.bound || status.bound->value >= nanoseconds::zero(), "nor is one that is shown");
    require(status.root_dispersion.value >= nanoseconds::zero(), "nor is a dispersion");
    require(!status.frequency_ppm || std::isfinite(*status.frequency_ppm), "a frequency is finite");
    require(!status.frequency_error_ppm || std::isfinite(*status.frequency_error_ppm), "and so is its error");
    if (!status.reliable) return;
    require(standing.kind != SourceKind::kCamera && standing.kind != SourceKind::kIsland,
            "nothing is reliable by the word of those who vouch for nothing");
    require(!status.bound || *status.bound <= config_.reliable_within,
            "what is reliable is known well enough");
    require(status.synchronised, "what is reliable is served as synchronised");
    require(status.time >= kBuilt, "a clock from before its program was made is not reliable");
  }

  void check_server(const Server& server) const {
    const auto index = index_of(server);
    const Instant now = machine_.now();
    const nanoseconds interval = hub_->interval(index, now);
    require(interval >= seconds{1} && interval <= kLongestInterval, "a server is asked again, in time");
    const SourceView view = hub_->server_view(index, now);
    require(!view.uncertainty || view.uncertainty->value >= nanoseconds::zero(), "a bound is not negative");
    const auto& source = hub_->source(index);
    const auto estimate = source.estimator.at(hub_->clock().free_at(now.wall));
    if (!estimate) return;
    require(is_finite(*estimate), "no sample makes an estimate infinite");
    require(estimate->var_phase >= 0 && estimate->var_frequency >= 0, "a variance is not negative");
    require(source.estimator.error_bound(*estimate).value >= nanoseconds::zero(), "a bound is not negative");
  }

  void check_state(const SavedState& state) const {
    require(state.saved_at >= kBuilt, "a simulation is not saved");
    require(!state.last_good_time || *state.last_good_time <= state.saved_at, "no good time is to come");
    require(!state.frequency || state.frequency->deviation >= 0, "a saved deviation is not negative");
    for (const SavedSource& source : state.sources)
      require(source.frequency.deviation >= 0, "nor is a source's");
    require(!state.sync || state.sync->bound.value >= nanoseconds::zero(), "nor is a saved sync's");
  }

  // --- The servers ---

  // Absent: there is none.
  std::optional<std::size_t> pick() {
    if (servers_.empty()) return std::nullopt;
    return input_.u8() % servers_.size();
  }

  std::size_t index_of(const Server& server) const { return server.number; }

  static std::string name_of_server(std::uint8_t number) { return "ntp:192.0.2." + std::to_string(number); }

  void add_server() {
    const std::uint8_t flags = input_.u8();
    const std::uint8_t polls = input_.u8();
    Server server;
    server.stratum = static_cast<std::uint8_t>(flags / 4 % 4 + 1);
    server.root_dispersion = microseconds{15} * (1 << input_.u8() % 16);
    server.root_delay = microseconds{15} * (1 << input_.u8() % 16);
    server.error = part(server.root_dispersion + server.root_delay / 2, share(input_));
    server.is_copy = flags / 16 % 4 == 3 && !servers_.empty();
    Hub::ServerConfig config{.source = name_of_server(next_number_),
                             .reference_id = {0xc000'0200U + next_number_}};
    config.tier = static_cast<Tier>(flags % 4 % 3);
    config.poll = {static_cast<std::int8_t>(polls % 16 + 1), static_cast<std::int8_t>(polls / 16 + 2)};
    config.owner = flags / 64 % 2 == 0 ? ServerOwner::kOurselves : ServerOwner::kStranger;
    const auto index = hub_->add_server(config, machine_.now());
    ++next_number_;
    if (!index) return;
    if (server.is_copy) {
      const Server& original = servers_.front();
      server.stratum = original.stratum;
      server.root_delay = original.root_delay;
      server.root_dispersion = original.root_dispersion;
      server.error = original.error;
      server.lies = original.lies;
    }
    server.number = static_cast<std::uint8_t>(*index);
    server.heard_at.fill(machine_.truth());
    servers_.push_back(server);
    require(!hub_->source(*index).estimator.at(hub_->clock().free_at(machine_.now().wall)),
            "a new source knows nothing");
  }

  void remove(std::size_t which) {
    hub_->remove_server(index_of(servers_[which]));
    servers_.erase(servers_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  // From now on it lies, if it has anything to say that is wrong.
  void change_server(std::size_t which) {
    Server& server = servers_[which];
    server.error = scaled(input_);
    server.lies = true;
  }

  Header header_of(const Server& server) const {
    Header header;
    header.leap = leap_.value_or(Leap::kNone);
    header.mode = Mode::kServer;
    header.stratum = server.stratum;
    header.precision = -20;
    header.root_delay = ShortTime::round_up(server.root_delay);
    header.root_dispersion = ShortTime::round_up(server.root_dispersion);
    // Copies follow the same clock.
    const std::uint32_t followed = server.is_copy ? servers_.front().number : server.number;
    header.reference_id = {0x0a00'0000U + followed};
    const WallTime whole = std::chrono::floor<seconds>(machine_.truth());
    header.reference = to_ntp(shifted(whole, -(seconds{20} - nanoseconds{123'456'789} * (followed % 8 + 1))));
    return header;
  }

  // Some queries to a server, and its replies.
  void exchange(std::size_t which) {
    const int count = input_.u8() % 16 + 1;
    const nanoseconds wait = some_time(input_);
    const bool as_told = input_.u8() % 2 == 0;
    const microseconds there{input_.u16()};
    const microseconds back{input_.u16()};
    const microseconds mean{input_.u16()};
    Queue queue{input_.u8(), mean};
    for (int i = 0; i < count && work_ < kMostWork; ++i) {
      pass(as_told ? hub_->interval(index_of(servers_[which]), machine_.now()) : wait);
      ask(which, there + queue.next(), back + queue.next());
    }
  }

  void ask(std::size_t which, nanoseconds there, nanoseconds back) {
    ++work_;
    is_exchange_lost_ = false;
    constexpr nanoseconds kTurnaround = microseconds{50};
    const WallTime t1 = machine_.now().wall;
    pass(there);
    const WallTime t2 = shifted(machine_.truth(), servers_[which].error);
    pass_unwatched(kTurnaround);
    const WallTime t3 = shifted(machine_.truth(), servers_[which].error);
    pass(back);
    const WallTime t4 = machine_.now().wall;
    if (is_exchange_lost_) return hub_->forgive_losses(index_of(servers_[which]));
    const nanoseconds first = elapsed(t1, t2);
    const nanoseconds second = elapsed(t4, t3);
    const Delay delay{saturated_difference(elapsed(t1, t4), kTurnaround)};
    trace("  server %u: offset %.9f s, delay %.9f s, its clock %.9f s off, clean %d shown %d\n",
          servers_[which].number, in_seconds(first / 2 + second / 2), in_seconds(delay.value),
          in_seconds(servers_[which].error), is_clean_, is_shown_);
    const Measurement m{.time = t4,
                        .offset = {first / 2 + second / 2},
                        .delay = delay,
                        .dispersion = {2 * precision_of(-20) + drift(elapsed(t1, t4), kFrequencyTolerance)},
                        .server = header_of(servers_[which]),
                        .turnaround = kTurnaround};
    hear(which, m);
  }

  void hear(std::size_t which, const Measurement& m) {
    Server& server = servers_[which];
    is_server_speaking_ = true;
    hub_->on_measurement(index_of(server), m, false, machine_.now());
    execute();
    is_server_speaking_ = false;
    server.is_heard = true;
    ++server.samples;
    if (elapsed(server.counted_at, machine_.truth()) >= kBetweenSamplesThatShow) {
      server.counted_at = machine_.truth();
      ++server.since_change;
    }
    server.least_delay = std::min(server.least_delay, m.delay.value);
    server.largest_delay = std::max(server.largest_delay, m.delay.value);
    std::copy_backward(server.heard_at.begin(), server.heard_at.end() - 1, server.heard_at.end());
    server.heard_at.front() = machine_.truth();
    if (!server.lies) last_honest_ = server.heard_at.back();
    if (!server.lies) queues_ = std::max(queues_, server.largest_delay - server.least_delay);
    server.reach = std::max(server.reach, server.root_dispersion + server.root_delay / 2 + 2 * m.delay.value);
    const ClockStanding standing = hub_->standing(machine_.now().mono);
    if (standing.kind == SourceKind::kNtp && standing.age == nanoseconds::zero()) {
      is_frequency_shown_ = true;
      drifted_ = {};
      slewing_ = {};
    }
    count_votes();
    look_whether_shown();
    check_heart();
    check_server(server);
  }

  void lose_reply(std::size_t which) {
    const auto trouble = static_cast<Trouble>(input_.u8() % 4 + 1);
    const bool is_reachable = input_.u8() % 2 == 0;
    is_server_speaking_ = true;
    hub_->on_no_reply(index_of(servers_[which]), trouble, is_reachable, machine_.now());
    execute();
    is_server_speaking_ = false;
    servers_[which].is_heard = trouble == Trouble::kNoReply && is_reachable;
  }

  // Its delay was measured before: what is known of it is its bound.
  void broadcast(std::size_t which) {
    const microseconds delay{input_.u16()};
    const nanoseconds missed = part(delay / 2, share(input_));
    Server& server = servers_[which];
    if (server.samples == 0) return;
    const WallTime told = shifted(machine_.truth(), server.error + missed);
    const Measurement m{.time = machine_.now().wall,
                        .offset = {elapsed(machine_.now().wall, told)},
                        .delay = {delay},
                        .dispersion = {microseconds{2}},
                        .server = header_of(server)};
    is_server_speaking_ = true;
    hub_->on_broadcast(index_of(server), m, machine_.now());
    execute();
    is_server_speaking_ = false;
  }

  void hear_hostile_measurement(std::size_t which) {
    is_clean_ = false;
    Measurement m{
        .time = machine_.now().wall, .offset = {scaled(input_)}, .delay = {scaled(input_)}, .dispersion = {}};
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
    is_server_speaking_ = true;
    if (flags / 2 % 2 == 1) {
      hub_->on_broadcast(index_of(servers_[which]), m, machine_.now());
    } else {
      hub_->on_measurement(index_of(servers_[which]), m, flags / 8 % 2 == 1, machine_.now());
    }
    execute();
    is_server_speaking_ = false;
  }

  void set_own_addresses() {
    const std::uint8_t byte = input_.u8();
    hub_->set_own_addresses({{.reference_id = {0x0a00'0000U + byte % 8U},
                              .is_loopback = byte / 128 == 1,
                              .source = name_of_server(byte % 16) + ":123",
                              .address = name_of_server(byte % 16)}});
  }

  // --- Those who feed it ---

  SampleRecord sample_of(std::uint8_t kind) const {
    constexpr std::array<const char*, 10> kSources{
        "phone:192.0.2.1",  "phone:192.0.2.2",  "ocpp:backend",     "http:192.0.2.9", "rtc:other",
        "camera:192.0.2.5", "ntp:198.51.100.1", "ntp:198.51.100.2", "manual",         "who:knows"};
    SampleRecord sample;
    sample.source = kSources[kind % kSources.size()];
    sample.time = machine_.now().wall;
    if (sample.source.starts_with("ntp")) {
      sample.stratum = 2;
      sample.leap = 0;
      sample.refid = kind / 16 % 2 == 1 ? "LOCL" : "10.0.9.9";
      sample.root_delay = milliseconds{1};
      sample.root_dispersion = milliseconds{1};
    }
    return sample;
  }

  void feed(const SampleRecord& sample, bool is_on_access_point) {
    notice(machine_.reading());
    hub_->feed(sample, is_on_access_point, machine_.now());
    execute();
    trace("  reply: %s: %s\n", hub_->reply().name.c_str(), hub_->reply().text.c_str());
    require(!hub_->reply().name.empty() && !hub_->reply().text.empty(), "a reply has words");
  }

  // What is fed was measured some time before.
  void be_fed() {
    const std::uint8_t kind = input_.u8();
    const nanoseconds uncertainty = magnitude(scaled(input_));
    const nanoseconds error = part(uncertainty, share(input_));
    const nanoseconds age = milliseconds{250} * (input_.u8() % 128);
    SampleRecord sample = sample_of(kind);
    sample.uncertainty = uncertainty;
    sample.offset = saturated_sum(elapsed(machine_.now().wall, machine_.truth()), error);
    trace("  %s: offset %.9f s, uncertainty %.9f s, error %.9f s, age %.3f s\n", sample.source.c_str(),
          in_seconds(*sample.offset), in_seconds(uncertainty), in_seconds(error), in_seconds(age));
    const int steps_back = steps_back_;
    pass(age);
    // A clock that is stepped back reads the same times twice, and the hub cannot tell which of them is
    // meant.
    if (steps_back_ != steps_back) return;
    feed(sample, kind / 32 % 2 == 1);
  }

  void be_fed_lies() {
    is_clean_ = false;
    SampleRecord sample = sample_of(input_.u8());
    sample.uncertainty = magnitude(scaled(input_));
    sample.offset = scaled(input_);
    feed(sample, false);
  }

  void be_fed_anything() {
    is_clean_ = false;
    const std::uint8_t flags = input_.u8();
    SampleRecord sample = sample_of(input_.u8());
    if (flags % 2 == 1) sample.time = input_.wall_time();
    if (flags / 2 % 4 != 3) sample.offset = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    if (flags / 8 % 4 != 3) sample.uncertainty = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    if (flags / 32 % 2 == 1) {
      sample.stratum = input_.u8();
      sample.leap = input_.u8() % 4;
      sample.root_delay = nanoseconds{static_cast<std::int64_t>(input_.u64())};
      sample.root_dispersion = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    }
    if (flags / 64 % 2 == 1) sample.reliable = flags / 128 == 1;
    feed(sample, false);
  }

  void be_set_by_a_person() {
    const std::uint8_t kind = input_.u8();
    const nanoseconds uncertainty = magnitude(scaled(input_));
    const nanoseconds error = kind % 4 == 3 ? scaled(input_) : part(uncertainty, share(input_));
    if (kind % 4 == 3) is_clean_ = false;
    notice(machine_.reading());
    hub_->set(shifted(machine_.truth(), error), {uncertainty}, machine_.now());
    execute();
  }

  void learn_rate_error() {
    const double ppm = std::max(input_.u16() / 64.0, std::abs(machine_.frequency()) * 1e6);
    hub_->set_rate_error({static_cast<std::int64_t>(std::ceil(ppm * 65536))}, machine_.now());
    execute();
  }

  // --- Its battery clock ---

  enum class ChipAnswers : std::uint8_t { kTruly, kNot, kFailure, kMissed };

  void use_rtc() {
    if (is_rtc_used_) return;
    const double error = share(input_);
    const double frequency = share(input_) * 5e-6;
    is_rtc_used_ = true;
    if (!chip_) chip_.emplace(machine_.truth(), part(RtcKeeper::kUnknown.value, error), frequency);
    hub_->use_rtc("rtc:/dev/i2c-1@0x68", steers_machine_, machine_.now());
  }

  void answer_job() {
    if (!job_ || chip_answers_ == ChipAnswers::kNot) return;
    const RtcJob job = *std::exchange(job_, std::nullopt);
    const bool is_write = job.kind == RtcJob::Kind::kWrite;
    RtcOutcome outcome{.kind = job.kind, .failure = {}, .look = {}, .health = {}};
    if (chip_answers_ == ChipAnswers::kTruly) {
      pass_unwatched(milliseconds{20});
      notice(machine_.reading());
      const Instant now = machine_.now();
      if (is_write) chip_->write(machine_.truth(), shifted(job.true_time, elapsed(job.at, now.mono)));
      if (job.kind != RtcJob::Kind::kCheck) outcome.look = chip_->look(machine_.truth(), now.wall);
    } else {
      outcome.failure = "it does not answer";
      outcome.is_missed = is_write && chip_answers_ == ChipAnswers::kMissed;
    }
    hub_->on_rtc(outcome, machine_.now());
    execute();
  }

  void hear_hostile_chip() {
    is_clean_ = false;
    const std::uint8_t flags = input_.u8();
    RtcOutcome outcome{.kind = static_cast<RtcJob::Kind>(flags % 3), .failure = {}, .look = {}, .health = {}};
    if (!is_rtc_used_ || (job_ && job_->kind != outcome.kind)) return;
    job_.reset();
    const RtcPair pair{
        .chip = flags / 64 % 2 == 1 ? input_.wall_time() : shifted(machine_.truth(), scaled(input_)),
        .machine = shifted(machine_.now().wall, scaled(input_)),
        .bound = {magnitude(scaled(input_))}};
    outcome.look = fuzz::Chip{pair.chip, {}, 0.0}.look(pair.chip, pair.machine);
    outcome.look->pair = pair;
    if (flags / 4 % 4 == 3) outcome.look->pair.reset();
    outcome.look->is_set_by_others = flags / 16 % 2 == 1;
    if (flags / 32 % 2 == 1) outcome.look->distrust = "it has stopped";
    outcome.health.repaired = flags / 128;
    hub_->on_rtc(outcome, machine_.now());
    execute();
  }

  // --- What others do to the machine ---

  void forget_phases() {
    for (Server& server : servers_) server.samples = 0;
  }

  void be_set_by_others(nanoseconds to) {
    const nanoseconds error = elapsed(machine_.truth(), machine_.now().wall);
    const nanoseconds by = magnitude(to + error) > kMostError ? -error : to;
    trace("  set by %.9f s\n", in_seconds(by));
    machine_.step(by);
    // Less is taken for the reading of two clocks.
    if (notice(machine_.reading())) return forget_phases();
    if (by != nanoseconds::zero()) change_unseen();
  }

  void sleep() {
    const nanoseconds slept = some_time(input_) + milliseconds{200};
    const nanoseconds error = part(seconds{2}, share(input_));
    machine_.sleep(slept, error);
    notice(machine_.reading());
    forget_phases();
  }

  void announce_leap_second() {
    if (machine_.truth() >= kMidnight) return;
    leap_ = input_.u8() % 2 == 0 ? Leap::kInsert : Leap::kDelete;
  }

  void pass_leap_second() {
    const nanoseconds by = *leap_ == Leap::kInsert ? -seconds{1} : seconds{1};
    machine_.repeat_second(by);
    const bool does_kernel = steers_machine_ && kernel_leap_ == *leap_;
    if (does_kernel) machine_.step(by);
    const bool does_hub = notice(machine_.reading());
    if (!does_kernel && !does_hub) change_unseen();
    leap_.reset();
    kernel_leap_ = Leap::kNone;
  }

  void be_steered_by_others() {
    if (!steers_machine_) return;
    const double rate = share(input_) * 500e-6;
    const double before = machine_.rate();
    machine_.set_rate(rate);
    pass_unwatched(milliseconds{input_.u16()});
    ClockReading reading = machine_.reading();
    if (machine_.rate() != before) reading.foreign_rate = machine_.rate();
    notice(reading);
    forget_phases();
    is_frequency_shown_ = false;
  }

  // A kernel that refuses in mid-slew lets the clock run away, which the hub does not expect of it: whoever
  // may begin a slew may end it.
  void refuse_or_obey() {
    const auto left = hub_->status(machine_.now()).offset.value_or(Offset{});
    kernel_refuses_rates_ = input_.u8() % 4 == 3 && left == Offset{};
    kernel_refuses_steps_ = input_.u8() % 4 == 3;
  }

  void change_frequency() {
    machine_.set_frequency(static_cast<std::int8_t>(input_.u8()) / 127.0 * 100e-6);
    change_unseen();
  }

  void restart() {
    const std::uint8_t how = input_.u8();
    if (how % 2 == 0) {
      hub_->stop(machine_.now());
      execute();
    }
    const bool is_same_boot = how / 2 % 2 == 0;
    const nanoseconds time_off = some_time(input_);
    if (is_same_boot) {
      pass_unwatched(time_off);
    } else {
      machine_.boot(time_off, jump(input_));
      kernel_leap_ = Leap::kNone;
    }
    std::optional<LastRun> last_run;
    // A state from the future is not recalled.
    const bool is_usable = disk_ && how / 4 % 4 != 3 && machine_.now().wall >= disk_->saved_at;
    if (is_usable) last_run = LastRun{*disk_, is_same_boot};
    // Of the rate error that was measured, a restart keeps nothing.
    is_frequency_shown_ = false;
    start(last_run);
    const auto bound = hub_->standing(machine_.now().mono);
    require(!bound.ever_set || (is_usable && disk_->sync && bound.bound >= disk_->sync->bound),
            "what was known of the clock is not known better after a restart");
  }

  static constexpr int kOperations = 26;
  static constexpr int kMostActions = 200;
  static constexpr int kMostInVain = 50;
  static constexpr int kSamplesThatShow = 12;
  // A change of frequency takes its time to make a difference.
  static constexpr nanoseconds kBetweenSamplesThatShow = seconds{60};

  fuzz::Input& input_;
  HubConfig config_;
  bool steers_machine_;
  fuzz::Machine machine_;
  std::optional<Hub> hub_;
  std::vector<Server> servers_;
  std::uint8_t next_number_ = 0;
  std::optional<fuzz::Chip> chip_;
  ChipAnswers chip_answers_ = ChipAnswers::kTruly;
  bool is_rtc_used_ = false;
  std::optional<RtcJob> job_;
  std::optional<Dispersion> kernel_says_;
  Leap kernel_leap_ = Leap::kNone;
  bool kernel_refuses_rates_ = false;
  bool kernel_refuses_steps_ = false;
  std::optional<SavedState> disk_;
  bool is_server_speaking_ = false;
  bool is_exchange_lost_ = false;
  std::optional<Leap> leap_;  // at kMidnight
  int work_ = 0;
  WallTime last_honest_ = kStart;  // sample of an honest server
  int steps_back_ = 0;
  nanoseconds queues_{};  // the longest of an honest server's: what was learned by it outlives the server
  bool is_clean_ = true;  // nobody has lied beyond a minority of the servers
  bool is_shown_ = true;  // samples have shown all that has happened
  bool has_liars_ = false;
  bool is_frequency_shown_ = false;
  nanoseconds drifted_{};  // beyond the tolerance, while nobody has shown the frequency
  nanoseconds slewing_{};  // since the steady rate was last seen
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
