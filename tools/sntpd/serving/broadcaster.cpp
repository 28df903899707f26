// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcaster.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "libsync/policy/announcement.hpp"
#include "libsync/policy/responder.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/mac.hpp"
#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd {
namespace {

constexpr nanoseconds kLookInterval = seconds{64};

nanoseconds interval_of(const BroadcastOption& option) {
  return seconds{std::int64_t{1} << option.poll};
}

bool is_same(const BroadcastTarget& a, const BroadcastTarget& b) {
  return a.interface == b.interface && a.outlet.interface == b.outlet.interface &&
         a.outlet.from == b.outlet.from && a.outlet.to == b.outlet.to;
}

}  // namespace

Broadcaster::Broadcaster(Config config, const Log& log) : config_(std::move(config)), log_(log) {
  // The watch is opened before the first look, so that no change is missed.
  if (auto watch = InterfaceWatch::open()) watch_ = *std::move(watch);
  look(mono_now());
}

void Broadcaster::step(short revents, const ServedTime& time, MonoTime now) {
  const bool is_told = watch_ && revents != 0 && watch_->take_changed();
  if (is_told || (next_look_ && now >= *next_look_)) look(now);
  is_synchronised_ = isletime::is_synchronised(time.state, time.map(wall_now()));
  if (!is_synchronised_) return;
  for (Target& target : targets_) {
    if (now < target.next) continue;
    target.next = now + interval_of(config_.options[target.what.option]);
    send(target, time);
  }
}

std::optional<MonoTime> Broadcaster::next_wakeup() const {
  std::optional<MonoTime> next = next_look_;
  if (!is_synchronised_) return next;
  for (const Target& target : targets_) next = next ? std::min(*next, target.next) : target.next;
  return next;
}

void Broadcaster::look(MonoTime now) {
  if (!watch_) next_look_ = now + kLookInterval;
  const auto found = targets_of(config_.options, interface_addresses(), config_.bind, config_.port);
  std::vector<Target> targets;
  for (const BroadcastTarget& what : found) {
    const auto known = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& t) { return is_same(t.what, what); });
    targets.push_back({what, now});
    if (known == targets_.end()) {
      log_.detail(fmt::format("{}: broadcasting to {}", what.interface, to_string(what.outlet.to)));
    } else {
      targets.back().has_failed = known->has_failed;
      if (!known->has_failed) targets.back().next = known->next;
    }
  }
  targets_ = std::move(targets);
}

void Broadcaster::send(Target& target, const ServedTime& time) {
  const BroadcastOption& option = config_.options[target.what.option];
  const int socket = config_.socket_of(target.what.outlet.from);
  auto announcement = announce(time.state, static_cast<std::int8_t>(option.poll), time.map(wall_now()));
  if (socket < 0 || !announcement) return;
  const Key* key = option.key ? config_.keys.find(*option.key) : nullptr;
  std::vector<std::uint8_t> datagram;
  datagram.reserve(kHeaderSize + framing::kLongestMac);
  stamp_transmit(*announcement, time.map(wall_now()));
  datagram.assign(announcement->begin(), announcement->end());
  if (key != nullptr) {
    const SentMac mac(*key, *announcement);
    datagram.insert(datagram.end(), mac.bytes().begin(), mac.bytes().end());
  }
  const auto error = announce_by(socket, target.what.outlet, datagram);
  if (error && !target.has_failed) {
    log_.detail(fmt::format("{}: cannot broadcast to {}: {}", target.what.interface,
                            to_string(target.what.outlet.to), to_string(*error)));
  }
  target.has_failed = error.has_value();
}

}  // namespace isletime::sntpd
