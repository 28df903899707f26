// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/hub.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/interfaces.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/fractions.hpp"

namespace isletime::sntpd {
namespace {

using std::chrono::hours;

// As a frequency that nobody has measured, or whose memory may be of other temperatures.
constexpr double kUnknownDeviation = 1e-4;

// A battery clock counts whole seconds, and is read in an instant.
constexpr nanoseconds kErrorAfterSleep = seconds{2};

constexpr nanoseconds kSaveInterval = hours{1};

// Two clocks that nobody has set since they were saved differ by no more: by their reading, and by their
// rates.
constexpr nanoseconds kLeastMoved = std::chrono::milliseconds{10};
constexpr Ppm kMostRateSince = Ppm::whole(500);

// A rate that differs by more from the one that was learned is a slew's.
constexpr double kSteadyRate = 20e-6;

// What is saved is how slow the clock is, and its error a bound of so many deviations; an estimate is of what
// it gains.
constexpr double kBoundOfSaved = 3.0;

SavedFrequency to_saved(FilterBank::Frequency frequency) {
  return {to_ppm(-frequency.value), to_ppm(kBoundOfSaved * frequency.deviation)};
}

FilterBank::Frequency from_saved(SavedFrequency saved) {
  return {-to_fraction(saved.value), std::max(to_fraction(saved.error) / kBoundOfSaved, kChangeOfFrequency)};
}

// What the books make of a comparison with the machine's clock at that reading.
Offset books_of(const HubClock& clock, WallTime at) {
  return clock.sample_of(at, Offset{}, Dispersion{}).offset;
}

SourceAccount account_of(const Header& server) {
  return {server.leap,
          server.stratum,
          server.reference_id,
          Delay{server.root_delay.to_nanoseconds()},
          Dispersion{server.root_dispersion.to_nanoseconds()},
          server.reference};
}

// What an answer that cannot be used says of the server.
Trouble trouble_of(const Lost& lost) {
  if (!lost.reject) return Trouble::kNoReply;
  const Reject reject = *lost.reject;
  if (reject == Reject::kLoop) return Trouble::kLoop;
  if (reject == Reject::kRootDistance) return Trouble::kTooUncertain;
  const bool is_unset =
      reject == Reject::kUnsynchronised || reject == Reject::kStratumZero || reject == Reject::kBadStratum;
  return is_unset ? Trouble::kUnsynchronised : Trouble::kNoReply;
}

std::uint8_t rank_of(SourceKind kind) {
  return kDefaultRules[static_cast<std::size_t>(kind)].rank;
}

}  // namespace

Hub::Hub(const Options& options, const KeyRing& keys, const Log& log, Memory& memory, std::int8_t precision,
         OwnQueries& own_queries)
    : options_(options),
      log_(log),
      memory_(memory),
      precision_(precision),
      own_queries_(own_queries),
      started_(mono_now()),
      earliest_(build_time()),
      steering_({options.limits, options.no_clock}, log, memory),
      timekeeper_({.earliest = build_time(),
                   .latest = build_time() + kLongestUse,
                   .tolerance = options.reliable_within}),
      set_at_(wall_now()),
      reference_({.is_island_reference = options.is_island_reference,
                  .local_stratum = options.local_stratum,
                  .precision = precision,
                  .floor = build_time()},
                 steering_.hub_now()),
      upstreams_(upstreams_config(keys), discipline_, log) {
  if (takes_broadcasts(options)) receiver_.emplace(log);
  resume();
}

Upstreams::Config Hub::upstreams_config(const KeyRing& keys) {
  recall();
  const Options& options = options_;
  if (!options.servers.empty() || !options.pools.empty()) steering_.take_clock();
  const auto is_served_on = [&options](const Endpoint& endpoint) {
    if (options.port == 0 || endpoint.port != options.port) return false;
    if (!options.bind.empty()) {
      return std::any_of(options.bind.begin(), options.bind.end(),
                         [&](const Endpoint& local) { return local.address == endpoint.address; });
    }
    const auto own = interface_addresses();
    return endpoint.address.is_loopback() ||
           std::any_of(own.begin(), own.end(),
                       [&](const InterfaceAddress& a) { return a.address == endpoint.address; });
  };
  return {
      .servers = options.servers,
      .pools = options.pools,
      .poll = {static_cast<std::int8_t>(options.minpoll), static_cast<std::int8_t>(options.maxpoll)},
      .precision = precision_,
      .keys = keys,
      .is_ourselves = is_served_on,
      .own_queries = own_queries_,
      .on_start = [this](const std::string& source) { discipline_.seed_frequency(frequency_for(source)); }};
}

void Hub::recall() {
  const WallTime now = wall_now();
  auto state = memory_.recall(now < build_time() ? std::nullopt : std::optional{now}, started_);
  if (!state) return;
  saved_ = *std::move(state);
  expect(saved_.rate_error);
  if (saved_.frequency) frequency_ = from_saved(*saved_.frequency);
  if (!saved_.last_good_time) return;
  earliest_ = std::max(earliest_, *saved_.last_good_time);
  reference_.set_floor(earliest_);
  timekeeper_.raise_floor(*saved_.last_good_time);
  was_running_ = Memory::is_of_this_boot(saved_) && saved_.boot->has_set_clock && !options_.no_clock;
}

// What was known when this boot's last run ended still is, if nobody has set the clock since.
void Hub::resume() {
  if (was_running_) steering_.take_clock();
  const std::optional<double> rate =
      was_running_ && frequency_ ? std::optional{-frequency_->value} : std::nullopt;
  // By a rate that was left in mid-slew the monotonic clock runs wrong as well, so that nothing tells for how
  // long.
  const double wrong = rate ? std::abs(steering_.clock().rate() - *rate) : 1.0;
  steering_.settle(rate);
  if (wrong > kSteadyRate || !saved_.sync || !steering_.clock().sets_the_machines_clock()) return;
  const MonoTime now = mono_now();
  const nanoseconds since = elapsed(MonoTime{saved_.boot->uptime}, now);
  const nanoseconds moved =
      magnitude(saturated_difference(elapsed(saved_.saved_at, steering_.hub_now()), since));
  if (since < nanoseconds::zero() || moved > kLeastMoved + drift(since, kMostRateSince)) return;
  const nanoseconds gained = moved + rounded(wrong * Seconds{since});
  timekeeper_.on_sync(saved_.sync->kind, {saturated_sum(saved_.sync->bound.value, gained)}, now - since);
  reference_.on_sync(steering_.hub_now(), timekeeper_.standing(now).bound);
}

void Hub::expect(const std::optional<Ppm>& rate_error) {
  if (rate_error) timekeeper_.expect({rate_error->scaled + to_ppm(kChangeOfFrequency).scaled});
}

Hub::Frequency Hub::frequency_for(const std::string& source) const {
  const auto of_source = std::find_if(saved_.sources.begin(), saved_.sources.end(),
                                      [&](const SavedSource& saved) { return saved.source == source; });
  if (!timekeeper_.standing(mono_now()).ever_set && of_source != saved_.sources.end())
    return from_saved(of_source->frequency);
  return frequency_.value_or(Frequency{-steering_.clock().rate(), kUnknownDeviation});
}

void Hub::save() {
  // A clock before the build time means a simulation: save nothing.
  if (!timekeeper_.standing(mono_now()).ever_set || memory_.is_absent() || steering_.hub_now() < build_time())
    return;
  SavedState state;
  state.saved_at = steering_.hub_now();
  state.last_good_time = last_good_ ? std::min(*last_good_, state.saved_at) : saved_.last_good_time;
  state.frequency = to_saved(frequency_.value_or(Frequency{-steering_.steady_rate(), kUnknownDeviation}));
  for (const auto& association : upstreams_.associations()) {
    const auto estimate = discipline_.source(association->index)->estimator.at(steering_.free_now());
    if (!estimate || association->samples < kFirstSamples) continue;
    state.sources.push_back(
        {association->source, to_saved({estimate->frequency, std::sqrt(estimate->var_frequency)})});
  }
  const ClockStanding standing = timekeeper_.standing(mono_now());
  if (reference_.is_vouched() && standing.ever_set && steering_.left(mono_now()).value == nanoseconds::zero())
    state.sync = SavedSync{standing.kind, standing.bound};
  state.rtc = rtc_ ? rtc_->saved() : saved_.rtc;
  state.rate_error = saved_.rate_error;
  memory_.save(std::move(state), mono_now(), steering_.clock().sets_the_machines_clock());
}

void Hub::append_polled(std::vector<pollfd>& polled) const {
  upstreams_.append_polled(polled);
  if (receiver_) receiver_->append_polled(polled);
  if (rtc_worker_ && rtc_worker_->is_busy()) polled.push_back({rtc_worker_->descriptor(), POLLIN, 0});
}

void Hub::step(std::span<const pollfd> polled) {
  notice_jump();
  const MonoTime now = mono_now();
  if (!polled.empty() && rtc_worker_ && rtc_worker_->is_busy()) polled = polled.first(polled.size() - 1);
  const std::size_t of_receiver = receiver_ && !polled.empty() ? receiver_->polled_count() : 0;
  if (receiver_)
    receiver_->step(polled.last(of_receiver), [this](const HeardDatagram& heard) { hear(heard); });
  upstreams_.step(polled.first(polled.size() - of_receiver), now,
                  [this](const Upstreams::Happening& happening) { handle(happening); });
  listen();
  step_rtc(now);
  hear_kernel(now);
  steering_.end_slew_if_due(now);
  retell(now);
  if (next_save_ && now >= *next_save_) {
    next_save_ = now + kSaveInterval;
    save();
  }
}

std::optional<MonoTime> Hub::next_wakeup() const {
  std::optional<MonoTime> next = next_save_;
  for (const auto& wakeup : {steering_.next_wakeup(mono_now()), upstreams_.next_wakeup(), next_rtc_wakeup(),
                             next_look_at_kernel_}) {
    if (wakeup && (!next || *wakeup < *next)) next = wakeup;
  }
  return next;
}

void Hub::stop() {
  end_rtc();
  steering_.stop();
  save();
}

void Hub::note(Event event, const std::string& text) {
  memory_.note(steering_.hub_now(), event, text);
  log_.detail(made_plain(text));
  has_changed_ = true;
}

// What others do to the clock makes worthless all that was compared with it, but not what was learned of
// the oscillator.
bool Hub::notice_jump() {
  const auto jump = steering_.take_jump();
  if (!jump) return false;
  give_up_exchanges();
  Offset error = jump->by;
  switch (jump->cause) {
    case Steering::Cause::kLeapSecond:
      discipline_.on_leap_second(jump->by);
      note(Event::kLeapSecond,
           jump->by.value < nanoseconds::zero() ? "a leap second is inserted" : "a second is left out");
      return true;
    case Steering::Cause::kSleep:
      note(Event::kSlept, fmt::format("the machine slept {:.0f} s", Seconds{jump->by.value}.count()));
      timekeeper_.on_slept(jump->by.value);
      error = {kErrorAfterSleep};
      break;
    case Steering::Cause::kSteeredByOthers:
      // Whatever it is that the other follows, from now on its word to the kernel is what is known.
      if (steering_.gives_way()) error = {nanoseconds::max()};
      break;
    case Steering::Cause::kSomebody:
      log_.notice(fmt::format("somebody set the clock by {:+.6f} s", Seconds{jump->by.value}.count()));
      note(Event::kClockSetByOthers,
           fmt::format("somebody set the clock by {:+.6f} s", Seconds{jump->by.value}.count()));
      break;
  }
  set_at_ = wall_now();
  reference_.on_step(steering_.hub_now());
  timekeeper_.on_clock_moved(error);
  const ClockStanding standing = timekeeper_.standing(mono_now());
  if (standing.ever_set) {
    reference_.widen(standing.bound);
  } else {
    reference_.on_unset();
    last_good_.reset();
    followed_.clear();
    was_running_ = false;
  }
  fed_.leave_all();
  discipline_.forget_phase();
  for (const auto& association : upstreams_.associations()) {
    association->upstream.set_interval(
        discipline_.interval(association->index, mono_now(), steering_.free_now()));
  }
  return true;
}

void Hub::give_up_exchanges() {
  for (const auto& association : upstreams_.associations()) {
    association->upstream.forget_exchange();
    association->clock_then.reset();
    if (association->listener) association->listener->forget_exchange();
  }
}

// Beside the machine's clock, a step changes no stamp.
void Hub::on_own_step() {
  reference_.on_step(steering_.hub_now());
  if (!steering_.clock().sets_the_machines_clock()) return;
  set_at_ = wall_now();
  give_up_exchanges();
}

std::optional<Trouble> Hub::trouble_of(const Association& association, const Measurement& m) const {
  const bool is_other = association.source != followed_;
  // RFC 5905, section 7.2: behind it comes stratum 16, which is unsynchronised.
  if (m.server.stratum >= kMaxStratum) return Trouble::kUnsynchronised;
  if (is_other && reference_.is_derived(m.server.stratum, m.server.reference)) return Trouble::kLoop;
  if (options_.port == 0 || m.server.stratum < 2) return std::nullopt;
  const auto own = interface_addresses();
  const bool is_loop = std::any_of(own.begin(), own.end(), [&](const InterfaceAddress& a) {
    return !a.address.is_loopback() && reference_id_of(a.address) == m.server.reference_id;
  });
  return is_loop ? std::optional{Trouble::kLoop} : std::nullopt;
}

void Hub::handle(const Upstreams::Happening& happening) {
  Association& association = happening.association;
  const auto& upstream = association.upstream;
  const auto* m = std::get_if<Measurement>(&happening.outcome);
  // Looked for after the reply was read: its stamps may lie on either side of a jump.
  if (notice_jump() && m != nullptr) {
    association.losses = 0;
    log_.detail(fmt::format("{}: not measured: the clock was set meanwhile", association.source));
    return;
  }
  const MonoTime now = mono_now();
  bool is_news = false;
  // What an interleaved reply completes was stamped by the clock as it was steered at the reply before.
  const bool is_of_then = m != nullptr && m->is_interleaved && association.clock_then;
  const HubClock clock = is_of_then ? *association.clock_then : steering_.clock();
  if (m != nullptr) association.clock_then = steering_.clock();
  if (m == nullptr) {
    const Lost& lost = std::get<Lost>(happening.outcome);
    ++association.losses;
    association.last_error = lost.why;
    log_.detail(fmt::format("{}: {}", association.source, association.last_error));
    const Trouble trouble = sntpd::trouble_of(lost);
    discipline_.on_trouble(association.index, trouble,
                           trouble != Trouble::kNoReply || upstream.reach().is_reachable());
  } else if (const auto trouble =
                 own_queries_.came_to_us(upstream.query()) ? Trouble::kLoop : trouble_of(association, *m)) {
    ++association.losses;
    discipline_.on_trouble(association.index, *trouble, true);
  } else {
    // An exchange may be measured twice: first with the stamp in the reply, then with the better one.
    if (!association.last || association.last->time != m->time) ++association.samples;
    association.losses = 0;
    association.last = *m;
    association.last_error.clear();
    discipline_.set_rank(association.index,
                         rank_of(is_on_local_clock(association) ? SourceKind::kIsland : SourceKind::kNtp));
    const Outcome outcome =
        discipline_.on_sample(association.index, now, clock.sample_of(*m), account_of(m->server));
    is_news = outcome != Outcome::kSuspect && outcome != Outcome::kOutOfOrder;
    if (association.listener) association.listener->on_exchange(*m, books_of(clock, m->time));
    log_.detail(fmt::format("{}: offset {:+.9f} s, delay {:.9f} s{}", association.source,
                            Seconds{m->offset.value}.count(), Seconds{m->delay.value}.count(),
                            m->is_interleaved ? ", interleaved" : ""));
  }
  has_changed_ = true;
  // What one server says may make another one's word urgent.
  for (const auto& each : upstreams_.associations()) {
    each->upstream.set_interval(discipline_.interval(each->index, now, steering_.free_now()));
  }
  fed_.leave_expired(timekeeper_, now);
  follow_upstreams(is_news, now);
  report_standings();
}

// A name may resolve to new addresses.
void Hub::listen() {
  if (!receiver_) return;
  std::vector<Endpoint> servers;
  for (const auto& association : upstreams_.associations()) {
    if (association->listener && !association->is_ourselves) {
      servers.push_back(association->upstream.server());
    }
  }
  receiver_->follow(std::move(servers));
}

// Two sources may be one server under two names.
void Hub::hear(const HeardDatagram& heard) {
  for (const auto& association : upstreams_.associations()) {
    if (association->listener && association->upstream.server() == heard.from) hear_from(*association, heard);
  }
}

void Hub::hear_from(Association& association, const HeardDatagram& heard) {
  if (notice_jump()) return;
  BroadcastListener& listener = *association.listener;
  const bool was_good = listener.refusal().empty();
  const auto estimate = discipline_.source(association.index)->estimator.at(steering_.free_now());
  SinceExchange since;
  if (estimate) {
    const Ppm rate = to_ppm(4 * std::sqrt(estimate->var_frequency) + kChangeOfFrequency);
    since = {.moved = listener.moved(heard.received, books_of(steering_.clock(), heard.received),
                                     estimate->frequency),
             .rate = std::min(rate, kFrequencyTolerance)};
  }
  const auto m = listener.take(heard, since);
  if (!m) {
    if (was_good)
      log_.detail(fmt::format("{}: a broadcast is refused: {}", association.source, listener.refusal()));
    return;
  }
  if (trouble_of(association, *m)) return;  // which its answers show
  association.last = *m;
  const Outcome outcome =
      discipline_.on_broadcast(association.index, steering_.clock().sample_of(*m), account_of(m->server));
  log_.detail(
      fmt::format("{}: broadcast, offset {:+.9f} s", association.source, Seconds{m->offset.value}.count()));
  has_changed_ = true;
  follow_upstreams(outcome != Outcome::kSuspect && outcome != Outcome::kOutOfOrder, mono_now());
  report_standings();
}

ServedTime Hub::served() const {
  return {state(), steering_.clock().map(wall_now())};
}

ServerState Hub::state() const {
  return reference_.state(timekeeper_.rate_error().value_or(RateError{}).value);
}

}  // namespace isletime::sntpd
