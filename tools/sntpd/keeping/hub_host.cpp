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

constexpr std::size_t kPoolSize = 4;
constexpr std::uint16_t kNtpPort = 123;

// Returns the server's name as a source: "ntp:192.0.2.7".
std::string source_of(const Endpoint& server) {
  return "ntp:" + (server.port == kNtpPort ? address_text(server) : to_string(server));
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
      upstreams_(keys, own_queries, log) {
  if (takes_broadcasts(options)) receiver_.emplace(log);
  ask_servers();
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

// The plans are numbered in this order: the servers first, then the pools.
void HubHost::ask_servers() {
  if (options_.servers.empty() && options_.pools.empty()) return;
  take_clock();
  for (const ServerOption& server : options_.servers) hub_.ask(plan_of(server, 1), instant_now());
  for (const ServerOption& pool : options_.pools) hub_.ask(plan_of(pool, kPoolSize), instant_now());
  execute();
}

const ServerOption& HubHost::option_of(std::size_t plan) const {
  const std::size_t servers = options_.servers.size();
  return plan < servers ? options_.servers[plan] : options_.pools[plan - servers];
}

ServerPlan HubHost::plan_of(const ServerOption& option, std::size_t wanted) const {
  ServerPlan plan{.text = option.host.text,
                  .wanted = wanted,
                  .tier = option.tier,
                  .poll = {static_cast<std::int8_t>(option.minpoll.value_or(options_.minpoll)),
                           static_cast<std::int8_t>(option.maxpoll.value_or(options_.maxpoll))}};
  if (const auto literal = parse_address(option.host.name))
    plan.literal = address_of({literal->address, option.host.port, literal->scope});
  return plan;
}

ServerAddress HubHost::address_of(const Endpoint& endpoint) const {
  return {.endpoint = endpoint,
          .source = source_of(endpoint),
          .reference_id = reference_id_of(endpoint.address),
          .is_ourselves = is_ourselves(endpoint)};
}

bool HubHost::is_ourselves(const Endpoint& endpoint) const {
  const auto is_its = [&](const auto& own) { return own.address == endpoint.address; };
  if (options_.port == 0 || endpoint.port != options_.port) return false;
  if (!options_.bind.empty()) return std::any_of(options_.bind.begin(), options_.bind.end(), is_its);
  const auto own = interface_addresses();
  return endpoint.address.is_loopback() || std::any_of(own.begin(), own.end(), is_its);
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
  upstreams_.step(
      polled.first(polled.size() - of_receiver), mono_now(),
      [this](const Upstreams::Happening& happening) { handle(happening); },
      [this](const Resolver::Answer& answer) { take_addresses(answer); });
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

void HubHost::perform(const action::LookUp& order) {
  if (const auto failure = upstreams_.look_up(option_of(order.plan).host))
    hub_.on_no_address(order.plan, *failure);
}

void HubHost::perform(const action::Ask& order) {
  const AskedServer& server = *hub_.server(order.index);
  const ServerPlan& plan = hub_.plan(server.plan);
  if (!plan.literal) log_.detail(fmt::format("{}: is {}", plan.text, to_string(server.address.endpoint)));
  if (server.address.is_ourselves) return;
  ClientConfig config;
  config.server = server.address.endpoint;
  config.precision = precision_;
  config.longest_interval = nanoseconds::zero();  // the hub backs off
  config.longest_after_rate =
      std::max(config.longest_after_rate, nanoseconds{seconds{std::int64_t{1} << plan.poll.max}});
  config.era_pivot = build_time();
  upstreams_.start(order.index, server.source(), config, option_of(server.plan));
}

void HubHost::perform(const action::StopAsking& order) {
  if (const Association* association = upstreams_.find(order.index))
    log_.detail(fmt::format("{}: is given up", association->source));
  upstreams_.stop(order.index);
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
  const Upstream& upstream = association.upstream;
  hub_.on_no_reply(association.index,
                   {.trouble = trouble,
                    .is_reachable = trouble != Trouble::kNoReply || upstream.reach().is_reachable(),
                    .stopped_until = upstream.stopped_until()},
                   now);
}

// Several servers may have the same name, with other ports.
void HubHost::take_addresses(const Resolver::Answer& answer) {
  for (std::size_t plan = 0; plan < options_.servers.size() + options_.pools.size(); ++plan) {
    const Host& host = option_of(plan).host;
    if (hub_.plan(plan).literal || host.name != answer.name) continue;
    if (!answer.addresses) {
      log_.detail(fmt::format("{}: cannot be resolved: {}", host.text, answer.addresses.error()));
      hub_.on_no_address(plan, answer.addresses.error());
      continue;
    }
    std::vector<ServerAddress> addresses;
    for (const Endpoint& endpoint : *answer.addresses)
      addresses.push_back(address_of({endpoint.address, host.port, endpoint.scope}));
    hub_.on_addresses(plan, addresses, instant_now());
    execute();
  }
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
    if (association->listener) servers.push_back(association->upstream.server());
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
