// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/session.hpp"

#include <algorithm>
#include <cstdio>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/poll_timeout.hpp"
#include "tools/common/signals.hpp"

namespace isletime::ntpprobe {
namespace {

// Public servers get the spacing that their rate limits expect. A loopback address is our own server.
nanoseconds default_interval(const Endpoint& server, bool monitor) {
  if (server.address.is_loopback() && !monitor) return nanoseconds::zero();
  return seconds{2};
}

probe::Settings settings_for(const Endpoint& server, const Options& options) {
  return {.samples = options.samples,
          .interval = options.interval.value_or(default_interval(server, options.monitor)),
          .timeout = options.timeout,
          .interleaved = options.interleaved,
          .era_pivot = options.era_pivot};
}

}  // namespace

Session::Session(const Options& options, const Key* key, const Log& log)
    : options_(options),
      key_(key),
      log_(log),
      shows_progress_(isatty(STDERR_FILENO) == 1 && options.samples > 1 && !options.monitor &&
                      options.level != Log::Level::kErrors) {
  const std::int8_t precision = measure_precision();
  for (const Host& host : options.hosts) entries_.push_back(make_entry(host, precision));
}

Session::Entry Session::make_entry(const Host& host, std::int8_t precision) const {
  const auto server = resolve(host.name, host.port);
  if (!server) return {std::nullopt, Failure{"unresolved", "cannot be resolved: " + server.error()}};
  log_.detail(fmt::format("{}: asking {}", host.text, to_string(*server)));
  return {probe::Probe{host, *server, settings_for(*server, options_), precision, key_, log_}, std::nullopt};
}

void Session::run(const OnFinding& on_finding) {
  for (Entry& entry : entries_) {
    if (entry.probe) entry.probe->start_round();
  }
  const auto is_active = [](const Entry& entry) { return entry.active; };
  for (;;) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].active) step(i, on_finding);
    }
    if (std::none_of(entries_.begin(), entries_.end(), is_active) || stop_requested()) break;
    show_progress();
    wait();
  }
  if (shows_progress_) std::fputs("\r\033[K", stderr);
}

void Session::step(std::size_t index, const OnFinding& on_finding) {
  Entry& entry = entries_[index];
  if (!entry.probe) {
    entry.active = false;
    on_finding(index, {options_.hosts[index].text, wall_now(), *entry.failure});
    return;
  }
  const auto finding = entry.probe->step(mono_now());
  if (!finding) return;
  on_finding(index, *finding);
  entry.active = options_.monitor && !entry.probe->is_stopped();
  if (entry.active) entry.probe->start_round();
}

void Session::wait() const {
  std::vector<pollfd> polled;
  std::optional<MonoTime> wakeup;
  for (const Entry& entry : entries_) {
    if (!entry.active) continue;
    entry.probe->add_descriptors(polled);
    const MonoTime next = entry.probe->next_wakeup();
    if (!wakeup || next < *wakeup) wakeup = next;
  }
  poll(polled.data(), polled.size(), wakeup ? poll_timeout(*wakeup) : 0);
}

void Session::show_progress() const {
  if (!shows_progress_) return;
  unsigned left = 0;
  for (const Entry& entry : entries_) {
    if (entry.active) left = std::max(left, entry.probe->samples_left());
  }
  std::fputs(fmt::format("\rsample {} of {}\033[K", options_.samples - left + 1, options_.samples).c_str(),
             stderr);
}

}  // namespace isletime::ntpprobe
