// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/hub_host.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/drivers/rtc_policy.hpp"
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

}  // namespace

HubHost::HubHost(const Options& options, const KeyRing& keys, const Log& log, Memory& memory,
                 std::int8_t precision, OwnQueries& own_queries)
    : options_(options),
      log_(log),
      memory_(memory),
      precision_(precision),
      own_queries_(own_queries),
      hub_(config_of(options, precision), recall(), clocks_.read_all(system_)),
      upstreams_(keys, own_queries, log) {
  if (takes_broadcasts(options)) receiver_.emplace(log);
  ask_servers();
  if (hub_.has_steered()) take_clock();
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

void HubHost::take_clock() {
  if (options_.no_clock || system_ || was_refused_) return;
  const auto system = SystemClock::take();
  if (system) {
    system_ = *system;
    hub_.take_clock(system_->rate(), instant_now());
    execute();
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
      [this](const Resolver::Resolved& resolved) { take_addresses(resolved); });
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
  hub_.stop(read_clocks());
  execute();
}

ClockReading HubHost::read_clocks() {
  const ClockReading reading = clocks_.read(system_);
  if (reading.foreign_rate) system_->on_foreign_rate(*reading.foreign_rate);
  return reading;
}

bool HubHost::notice() {
  const bool was_set = hub_.notice(read_clocks());
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
  hub_.on_kernel(kernel_clock(), instant_now());
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
  const ClockReading now = clocks_.read_all(system_);
  auto state = hub_.state_to_save(now.instant);
  if (state && !memory_.is_absent()) memory_.save(*std::move(state), now, system_.has_value());
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
