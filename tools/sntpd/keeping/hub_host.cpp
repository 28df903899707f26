// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/hub_host.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/rtc_policy.hpp"
#include "libsync/posix/address_reference_id.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/interfaces.hpp"
#include "libsync/posix/socket_address.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"

namespace isletime::sntpd {
namespace {

HubConfig config_of(const Options& options, std::int8_t precision) {
  return {.is_island_reference = options.is_island_reference,
          .local_stratum = options.local_stratum,
          .precision = precision,
          .serves = options.port != 0,
          .asks_servers = !options.servers.empty() || !options.pools.empty(),
          .reliable_within = options.reliable_within,
          .limits = options.limits,
          .made = build_time(),
          .latest = build_time() + kLongestUse};
}

// Returns what a query without a usable reply says about the server.
Trouble trouble_of(const Lost& lost) {
  if (!lost.reject) return Trouble::kNoReply;
  const Reject reject = *lost.reject;
  if (reject == Reject::kLoop) return Trouble::kLoop;
  if (reject == Reject::kRootDistance) return Trouble::kTooUncertain;
  const bool is_unset =
      reject == Reject::kUnsynchronised || reject == Reject::kStratumZero || reject == Reject::kBadStratum;
  return is_unset ? Trouble::kUnsynchronised : Trouble::kNoReply;
}

}  // namespace

HubHost::HubHost(const Options& options, const KeyRing& keys, const Log& log, Memory& memory,
                 std::int8_t precision, OwnQueries& own_queries)
    : options_(options),
      log_(log),
      memory_(memory),
      precision_(precision),
      own_queries_(own_queries),
      hub_(config_of(options, precision), recall(), read_clocks(system_)),
      upstreams_(upstreams_config(keys), hub_, log) {
  if (takes_broadcasts(options)) receiver_.emplace(log);
  if (hub_.was_running()) take_clock();
  hub_.resume(instant_now());
  execute();
}

std::optional<LastRun> HubHost::recall() {
  const WallTime now = wall_now();
  auto state = memory_.recall(now < build_time() ? std::nullopt : std::optional{now}, mono_now());
  if (!state) return std::nullopt;
  const bool is_of_this_boot = Memory::is_of_this_boot(*state);
  return LastRun{*std::move(state), is_of_this_boot};
}

Upstreams::Config HubHost::upstreams_config(const KeyRing& keys) {
  const Options& options = options_;
  // The clock must be taken before servers are added, because their estimates refer to the clock that is
  // steered.
  if (!options.servers.empty() || !options.pools.empty()) take_clock();
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
  return {.servers = options.servers,
          .pools = options.pools,
          .poll = {static_cast<std::int8_t>(options.minpoll), static_cast<std::int8_t>(options.maxpoll)},
          .precision = precision_,
          .keys = keys,
          .is_ourselves = is_served_on,
          .own_queries = own_queries_};
}

void HubHost::take_clock() {
  if (options_.no_clock || system_ || was_refused_) return;
  const auto system = SystemClock::take();
  if (system) {
    system_ = *system;
    hub_.take_clock(system_->rate(), instant_now());
    return;
  }
  was_refused_ = true;
  log_.notice(fmt::format("this machine's clock stays as it is: {}", to_string(system.error())));
}

void HubHost::append_polled(std::vector<pollfd>& polled) const {
  upstreams_.append_polled(polled);
  if (receiver_) receiver_->append_polled(polled);
  if (rtc_worker_ && rtc_worker_->is_busy()) polled.push_back({rtc_worker_->descriptor(), POLLIN, 0});
}

void HubHost::step(std::span<const pollfd> polled) {
  notice();
  if (!polled.empty() && rtc_worker_ && rtc_worker_->is_busy()) polled = polled.first(polled.size() - 1);
  const std::size_t of_receiver = receiver_ && !polled.empty() ? receiver_->polled_count() : 0;
  if (receiver_)
    receiver_->step(polled.last(of_receiver), [this](const HeardDatagram& heard) { hear(heard); });
  upstreams_.step(polled.first(polled.size() - of_receiver), mono_now(),
                  [this](const Upstreams::Happening& happening) { handle(happening); });
  listen();
  if (const auto outcome = rtc_worker_ ? rtc_worker_->take() : std::nullopt) {
    hub_.on_rtc(*outcome, instant_now());
    execute();
  }
  hub_.tick(instant_now());
  execute();
}

std::optional<MonoTime> HubHost::next_wakeup() const {
  const auto own = hub_.next_wakeup(instant_now());
  const auto theirs = upstreams_.next_wakeup();
  return own && theirs ? std::min(*own, *theirs) : own ? own : theirs;
}

ServedTime HubHost::served() const {
  return hub_.served(wall_now());
}

void HubHost::stop() {
  end_rtc();
  hub_.stop(instant_now());
  execute();
}

bool HubHost::notice() {
  const ClockReading reading = read_clocks(system_);
  if (reading.foreign_rate) system_->on_foreign_rate(*reading.foreign_rate);
  const bool was_set = hub_.notice(reading);
  execute();
  if (was_set) set_intervals();
  return was_set;
}

void HubHost::execute() {
  while (const auto next = hub_.take_action()) {
    std::visit([this](const auto& order) { perform(order); }, *next);
  }
}

void HubHost::perform(const action::Steer& order) {
  // The rate is set first, so that nothing has been changed if the kernel refuses.
  Hub::Steered done{.at = wall_now(), .rate = {}};
  const auto applied = system_->set_rate(order.rate);
  if (applied) {
    done.rate = *applied;
    const auto error = order.step ? system_->step(*order.step) : std::nullopt;
    done.is_stepped = order.step && !error;
    if (error) done.failure = to_string(*error);
  } else {
    done.failure = to_string(applied.error());
  }
  hub_.on_steered(done, instant_now());
}

void HubHost::perform(const action::TellKernel& order) {
  const auto error = system_->tell(order.quality);
  hub_.on_told(error ? to_string(*error) : "");
}

void HubHost::perform(const action::AskKernel&) {
  hub_.on_kernel(kernel_clock_error(), instant_now());
}

void HubHost::perform(const action::GiveUpExchanges&) {
  for (const auto& association : upstreams_.associations()) {
    association->upstream.forget_exchange();
    if (association->listener) association->listener->forget_exchange();
  }
}

void HubHost::perform(const action::Note& note) {
  memory_.note(hub_.hub_time(wall_now()), note.event, note.text);
  const std::string text = made_plain(note.text);
  switch (note.level) {
    case action::Note::Level::kDetail:
      log_.detail(text);
      break;
    case action::Note::Level::kNotice:
      log_.notice(text);
      break;
    case action::Note::Level::kError:
      log_.error(text);
      break;
  }
}

void HubHost::perform(const action::Save&) {
  const Instant now = instant_now();
  auto state = hub_.state_to_save(now);
  if (state && !memory_.is_absent()) memory_.save(*std::move(state), now.mono, system_.has_value());
}

void HubHost::perform(const action::ForgetSync&) {
  memory_.forget_sync();
}

void HubHost::perform(const action::RunRtcJob& order) {
  if (!order.once_saved) return begin_rtc(order.job);
  memory_.when_written([this, job = order.job] {
    begin_rtc(job);
    execute();
  });
}

void HubHost::handle(const Upstreams::Happening& happening) {
  Association& association = happening.association;
  const auto* m = std::get_if<Measurement>(&happening.outcome);
  // This check follows the reading of the reply, because a step may lie between its timestamps.
  if (notice() && m != nullptr) {
    hub_.forgive_losses(association.index);
    log_.detail(fmt::format("{}: not measured: the clock was set meanwhile", association.source));
    return;
  }
  const Instant now = instant_now();
  if (m != nullptr) {
    take_measurement(association, *m, now);
  } else {
    take_loss(association, std::get<Lost>(happening.outcome), now);
  }
  execute();
  // One server's reply may shorten the poll intervals of the others.
  set_intervals();
}

void HubHost::take_measurement(Association& association, const Measurement& m, Instant now) {
  // Only a server of stratum 2 or more states the address of its own reference.
  if (m.server.stratum >= 2) tell_own_addresses();
  const HubClock clock = hub_.clock_of(association.index, m);
  if (!hub_.on_measurement(association.index, m, own_queries_.came_to_us(association.upstream.query()), now))
    return;
  association.last_error.clear();
  if (association.listener) association.listener->on_exchange(m, clock.books(m.time));
  log_.detail(fmt::format("{}: offset {:+.9f} s, delay {:.9f} s{}", association.source,
                          Seconds{m.offset.value}.count(), Seconds{m.delay.value}.count(),
                          m.is_interleaved ? ", interleaved" : ""));
}

void HubHost::take_loss(Association& association, const Lost& lost, Instant now) {
  association.last_error = lost.why;
  log_.detail(fmt::format("{}: {}", association.source, lost.why));
  const Trouble trouble = trouble_of(lost);
  const bool reachable = trouble != Trouble::kNoReply || association.upstream.reach().is_reachable();
  hub_.on_no_reply(association.index, trouble, reachable, now);
}

void HubHost::set_intervals() {
  const Instant now = instant_now();
  for (const auto& association : upstreams_.associations())
    association->upstream.set_interval(hub_.interval(association->index, now));
}

// A name may resolve to new addresses.
void HubHost::listen() {
  if (!receiver_) return;
  std::vector<Endpoint> servers;
  for (const auto& association : upstreams_.associations()) {
    if (association->listener && !association->is_ourselves)
      servers.push_back(association->upstream.server());
  }
  receiver_->follow(std::move(servers));
}

// The same server may be configured under two names.
void HubHost::hear(const HeardDatagram& heard) {
  for (const auto& association : upstreams_.associations()) {
    if (association->listener && association->upstream.server() == heard.from) hear_from(*association, heard);
  }
}

void HubHost::hear_from(Association& association, const HeardDatagram& heard) {
  if (notice()) return;
  BroadcastListener& listener = *association.listener;
  const bool was_good = listener.refusal().empty();
  const Instant now = instant_now();
  SinceExchange since;
  if (const auto gain = hub_.gain(association.index, now)) {
    since = {.moved = listener.moved(heard.received, hub_.clock().books(heard.received), gain->value),
             .rate = gain->bound};
  }
  const auto m = listener.take(heard, since);
  if (!m) {
    if (was_good)
      log_.detail(fmt::format("{}: a broadcast is refused: {}", association.source, listener.refusal()));
    return;
  }
  tell_own_addresses();
  hub_.on_broadcast(association.index, *m, now);
  log_.detail(
      fmt::format("{}: broadcast, offset {:+.9f} s", association.source, Seconds{m->offset.value}.count()));
  execute();
}

Hub::Reply HubHost::feed(const SampleRecord& sample) {
  notice();
  take_clock();
  tell_own_addresses();
  hub_.feed(sample, is_on_access_point(sample.source), instant_now());
  execute();
  return hub_.reply();
}

Hub::Reply HubHost::set(const SetTime& request) {
  notice();
  take_clock();
  hub_.set(request.time, request.uncertainty, instant_now());
  execute();
  return hub_.reply();
}

WindowView HubHost::set_rate_error(const SetRateError& request) {
  const Instant now = instant_now();
  WindowView view = hub_.set_rate_error(request.rate_error, now);
  if (!hub_.standing(now.mono).ever_set) memory_.keep(request.rate_error, build_time());
  execute();
  return view;
}

// Loopback addresses are added here because the loopback interface may be down.
void HubHost::tell_own_addresses() {
  if (options_.port == 0) return;
  std::vector<Hub::OwnAddress> own;
  const auto add = [&](IpAddress address) {
    own.push_back({.reference_id = reference_id_of(address),
                   .is_loopback = address.is_loopback(),
                   .source = source_of({.address = address, .port = options_.port}),
                   .address = "ntp:" + address_text({address, 0, 0})});
  };
  add(IpAddress::v4(0x7f00'0001));
  add({0, 1});
  for (const InterfaceAddress& a : interface_addresses()) add(a.address);
  hub_.set_own_addresses(std::move(own));
}

// Returns whether the source, such as "phone:192.168.4.17", has an address in the access point's network.
bool HubHost::is_on_access_point(const std::string& source) const {
  const auto colon = source.find(':');
  if (colon == std::string::npos) return false;
  const auto phone = parse_address(source.substr(colon + 1));
  if (!phone) return false;
  const auto own = interface_addresses();
  return std::any_of(own.begin(), own.end(), [&](const InterfaceAddress& a) {
    return a.interface == options_.access_point && contains(a.network, phone->address);
  });
}

void HubHost::use_rtc(const std::string& source, std::unique_ptr<RtcDevice> device) {
  take_clock();
  rtc_worker_.emplace(std::move(device), system_rtc_clocks());
  hub_.use_rtc(source, !options_.no_clock, instant_now());
}

void HubHost::begin_rtc(const RtcJob& job) {
  if (const auto failure = rtc_worker_->begin(job)) hub_.on_rtc_refused(*failure, instant_now());
}

void HubHost::end_rtc() {
  if (!rtc_worker_) return;
  const auto outcome = rtc_worker_->end();
  if (!outcome || !outcome->failure.empty()) return;
  hub_.on_rtc(*outcome, instant_now());
  execute();
}

}  // namespace isletime::sntpd
