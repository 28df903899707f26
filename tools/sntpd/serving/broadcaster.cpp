// SPDX-License-Identifier: MIT
#include "tools/sntpd/serving/broadcaster.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "libsync/policy/instant.hpp"
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
  return a.interface == b.interface && a.outlet == b.outlet;
}

}  // namespace

Broadcaster::Broadcaster(const Config& config, const Log& log) : config_(config), log_(log) {
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
  report_absent(found);
  std::vector<Target> targets;
  for (const BroadcastTarget& what : found) {
    const auto known = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& t) { return is_same(t.what, what); });
    if (known == targets_.end()) {
      log_.detail(fmt::format("{}: broadcasting to {}", what.interface, to_string(what.outlet.to)));
      targets.push_back({what, now});
    } else {
      targets.push_back(std::move(*known));
      targets.back().what.option = what.option;
      if (targets.back().has_failed) targets.back().next = now;
    }
  }
  targets_ = std::move(targets);
}

void Broadcaster::report_absent(std::span<const BroadcastTarget> found) {
  std::vector<std::string> absent = absent_of(config_.options, found);
  for (const std::string& interface : absent) {
    if (std::find(absent_.begin(), absent_.end(), interface) != absent_.end()) continue;
    log_.notice(
        fmt::format("--broadcast {}: there is no such interface, or it is down or has no address that "
                    "is served: it is used as soon as it has one",
                    interface));
  }
  absent_ = std::move(absent);
}

void Broadcaster::send(Target& target, const ServedTime& time) {
  const auto error = announce_by(target, time);
  if (error && !target.has_failed) {
    log_.detail(fmt::format("{}: cannot broadcast to {}: {}", target.what.interface,
                            to_string(target.what.outlet.to), to_string(*error)));
  }
  target.has_failed = error.has_value();
  // A socket of an interface that has gone would fail for ever.
  if (target.has_failed) target.socket.reset();
}

std::optional<SysError> Broadcaster::announce_by(Target& target, const ServedTime& time) {
  const auto last = std::exchange(target.last, std::nullopt);
  if (!target.socket) {
    auto opened = AnnouncingSocket::open(target.what.outlet);
    if (!opened) return opened.error();
    target.socket = *std::move(opened);
  }
  const Instant before = read_instant(mono_now, wall_now);
  const WallTime now = time.map(before.wall);
  const auto left = target.socket->take_transmit_stamp();
  NtpTimestamp origin{};
  if (last && left) origin = origin_after({last->transmit, last->at, last->map(*left)}, now, before.mono);

  const BroadcastOption& option = config_.options[target.what.option];
  auto announcement = announce(time.state, static_cast<std::int8_t>(option.poll), now, origin);
  if (!announcement) return std::nullopt;
  const Key* key = option.key ? config_.keys.find(*option.key) : nullptr;
  std::vector<std::uint8_t> datagram;
  datagram.reserve(kHeaderSize + framing::kLongestMac);
  const Instant at = read_instant(mono_now, wall_now);
  const WallTime transmit = time.map(at.wall);
  stamp_transmit(*announcement, transmit);
  datagram.assign(announcement->begin(), announcement->end());
  if (key != nullptr) {
    const SentMac mac(*key, *announcement);
    datagram.insert(datagram.end(), mac.bytes().begin(), mac.bytes().end());
  }
  if (auto error = target.socket->send(datagram)) return error;
  target.last = Sent{transmit, at.mono, time.map};
  return std::nullopt;
}

}  // namespace isletime::sntpd
